/** What a user may set for stack 2: schema, defaults, units. docs/settings.md is generated from it. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { checkSettings, rawSettings, SettingsError, strictObject } from "../settings/load";
import { alerting } from "./alerting/settings";
import { crossChecks } from "./settings/crossChecks";
import { redacted } from "../settings/redact";
import { image, matching, oneOf, positive, whole } from "../settings/kinds";
import { dictionaryPath } from "./settings/dictionaryPath";
import { scenarioNames } from "../telemetry/simulator";

export const namespace = "perigee-workloads";

/** The chart that the values are checked against, and the chart of the operator's definitions that goes with it. */
export const testedCharts = {
  stack: { reference: "oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack", version: "88.5.3" },
  definitions: {
    reference: "oci://ghcr.io/prometheus-community/charts/prometheus-operator-crds",
    version: "31.0.1",
  },
} as const;

const chart = (tested: { readonly reference: string; readonly version: string }) =>
  strictObject({
    reference: matching(
      /^(oci:\/\/\S+|[./]\S*|[a-z0-9-]+(\.tgz)?)$/,
      "an oci:// reference, a chart's name (with `repository`), or the path of a chart archive or folder",
    )
      .default(tested.reference)
      .describe("`oci://…`, a name in `repository`, or the path of an archive or folder."),
    repository: matching(/^https?:\/\/\S+$/, "an http(s) URL of a chart repository")
      .optional()
      .describe("Chart repository, where the reference is a name."),
    version: matching(/^\d+\.\d+\.\d+(-[\w.]+)?$/, `an exact version, such as ${tested.version}`)
      .default(tested.version)
      .describe("Exact version; of no meaning for a path."),
  });

const storage = z
  .discriminatedUnion(
    "kind",
    [
      strictObject({ kind: z.literal("ephemeral") }),
      strictObject({
        kind: z.literal("local"),
        node: matching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "a node's name").describe(
          "The node whose disk holds the samples, such as `perigee-dev-default-1`.",
        ),
        path: matching(
          /^(\/[\w.-]+){2,}$/,
          "an absolute path of two parts or more, such as /var/lib/prometheus",
        )
          .default("/var/lib/perigee-prometheus")
          .describe("Folder on that node; made if it is not there, left there on destroy."),
      }),
    ],
    { error: "kind must be one of: ephemeral, local (EBS is not supported yet)" },
  )
  .prefault({ kind: "ephemeral" })
  .describe(
    "`{ kind: ephemeral }` loses every sample with the pod; `{ kind: local, node, path }` keeps them on one node's disk " +
      "through restarts of pod and node.",
  );

const monitoring = strictObject({
  chart: chart(testedCharts.stack).prefault({}),
  definitionsChart: chart(testedCharts.definitions).prefault({}),
  keepDefinitions: z
    .boolean()
    .default(false)
    .describe("Leave the operator's resource definitions (and so all objects of them) on `pulumi destroy`."),
  retentionDays: whole(1, 3650)
    .default(15)
    .describe("Days that samples are kept, unless the size says less."),
  retentionSizeGiB: positive(10_000)
    .default(10)
    .describe("GiB that samples may take on disk, the write-ahead log apart; the oldest go first."),
  storage,
  prometheusMemoryMiB: whole(256, 262_144)
    .default(1024)
    .describe("Memory limit of Prometheus in MiB; half of it is requested. About 7 MiB per 1000 series."),
  scrapeIntervalSeconds: whole(5, 300).default(30).describe("Of all but the telemetry, which has its own."),
  grafana: z.boolean().default(true).describe("Whether Grafana is installed."),
  grafanaAdminPassword: z
    .string()
    .min(12, { error: "at least 12 characters" })
    .optional()
    .describe("Secret. Default: generated, and an output."),
  kubeStateMetrics: z
    .boolean()
    .default(true)
    .describe("Whether kube-state-metrics and the alerts that need it are installed."),
  disabledAlerts: z
    .array(matching(/^[A-Z]\w*$/, "an alert's name"))
    .default([])
    .describe("Alerts of the chart that make no sense on this cluster, by name."),
  alerting: alerting.prefault({}),
});

const simulator = strictObject({
  scenario: oneOf(scenarioNames).default("nominal").describe("What happens to the simulated spacecraft."),
  timeScale: positive(10_000).default(1).describe("Seconds of spacecraft time in a second."),
  seed: whole(0, 2 ** 31 - 1)
    .default(1)
    .describe("Repeats a flight."),
});

const telemetry = strictObject({
  spacecraft: matching(/^[\w.-]{1,64}$/, "1 to 64 of: letters, digits, _ . -")
    .default("perigee-1")
    .describe("Value of the label `spacecraft`."),
  dictionary: dictionaryPath
    .default("telemetry/dictionary/default.yaml")
    .describe("The telemetry dictionary: a path, from the repository's root."),
  source: oneOf(["simulator", "udp"])
    .default("simulator")
    .describe(
      "`simulator`: a simulated spacecraft beside the node port; `udp`: only what reaches the node port.",
    ),
  simulator: simulator.prefault({}),
  image: image
    .optional()
    .describe("An image whose entry point is perigee-telemetry. Default: the bundle on `nodeImage`."),
  staleAfterPeriods: positive(1000)
    .default(5)
    .describe(
      "A parameter disappears, and its packet is overdue, when the packet is older than this many of its periods.",
    ),
});

/** The settings of `perigee-workloads:`. */
export const settingsSchema = strictObject({
  infraStack: matching(
    /^[\w.-]+(\/[\w.-]+\/[\w.-]+)?$/,
    "a stack of perigee-infra, such as dev, or organization/project/stack",
  )
    .optional()
    .describe("The stack that made the cluster. Default: the stack of the same name of perigee-infra."),
  nodeImage: image
    .default("docker.io/library/node:24.21.0-bookworm-slim")
    .describe("A stock Node image: runs the telemetry bundle, and gives Prometheus its folder."),
  monitoring: monitoring.prefault({}),
  telemetry: telemetry.prefault({}),
});

export type Settings = z.output<typeof settingsSchema>;
export type MonitoringSettings = Settings["monitoring"];
export type TelemetrySettings = Settings["telemetry"];
export type StorageSettings = MonitoringSettings["storage"];
export type ChartSettings = MonitoringSettings["chart"];

/**
 * Checks settings that were read from anywhere.
 * @throws SettingsError with every problem, before any resource is registered; no secret is in it
 */
export function parseSettings(raw: Readonly<Record<string, unknown>>): Settings {
  try {
    return checkSettings(namespace, settingsSchema, raw, crossChecks);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new SettingsError(namespace, error.problems.map(redacted));
  }
}

/** The settings of the stack that is running. */
export function loadSettings(): Settings {
  return parseSettings(rawSettings(namespace, settingsSchema));
}

/** The full name of the stack that made the cluster: `organization/project/stack`. */
export function infraStackName({ infraStack }: Pick<Settings, "infraStack">): string {
  const name = infraStack ?? pulumi.getStack();
  return name.includes("/") ? name : `${pulumi.getOrganization()}/perigee-infra/${name}`;
}
