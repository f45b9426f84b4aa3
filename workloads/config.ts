/** Settings of stack 2: schema, defaults, units. docs/settings.md is generated from it. */
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { image, matching, newPassword, oneOf, positive, trueOrFalse, whole } from "../settings/kinds";
import { checkSettings, rawSettings, strictObject } from "../settings/load";
import { scenarioNames } from "../telemetry/simulator";
import { gateway } from "./access/gateway/settings";
import { teams } from "./access/teams/settings";
import { alerting } from "./alerting/settings";
import { job } from "./jobs/settings";
import { logs } from "./logging/settings";
import { metricsServer } from "./platform/metricsServer/settings";
import { networkPolicies } from "./platform/networkPolicies/settings";
import { probe } from "./probes/settings";
import { chart, testedCharts } from "./settings/chart";
import { contactPlan } from "./settings/contactPlan";
import { crossChecks } from "./settings/crossChecks";
import { dictionaryFile } from "./settings/dictionaryFile";
import { linkUrl } from "./settings/linkUrl";
import { packetArchive } from "./settings/packetArchive";
import { storage } from "./settings/storage";
import { slo } from "./slos/settings";

export const namespace = "perigee-workloads";

/** Default of the setting `nodeImage`: the Node release that the tests run on. */
export const defaultNodeImage = "docker.io/library/node:24.21.0-bookworm-slim";

const monitoring = strictObject({
  chart: chart(testedCharts.stack).prefault({}).describe("The kube-prometheus-stack chart."),
  crdsChart: chart(testedCharts.definitions)
    .prefault({})
    .describe("The chart of the Prometheus operator's CRDs."),
  keepCrds: z
    .boolean()
    .default(false)
    .describe(
      "Keep the operator's CRDs on `pulumi destroy`, and with them objects of their kinds that are not this stack's.",
    ),
  retentionDays: whole(1, 3650)
    .default(15)
    .describe("Days that samples are kept, unless `retentionSizeGiB` is reached first."),
  retentionSizeGiB: positive(10_000)
    .default(10)
    .describe(
      "GiB of disk for samples, write-ahead log included; the oldest complete blocks are deleted first.",
    ),
  storage: storage("/var/lib/perigee-prometheus", "sample"),
  prometheusMemoryMiB: whole(256, 262_144)
    .default(1024)
    .describe("Memory limit of Prometheus in MiB; half of it is requested. About 7 MiB per 1000 series."),
  scrapeIntervalSeconds: whole(5, 300)
    .default(30)
    .describe("Seconds between scrapes of every target except telemetry."),
  grafana: z.boolean().default(true).describe("Install Grafana."),
  grafanaAdminPassword: newPassword
    .optional()
    .describe("Secret. Grafana's administrator password. Default: generated, and an output of the stack."),
  kubeStateMetrics: z
    .boolean()
    .default(true)
    .describe("Install kube-state-metrics and the alerts that need it."),
  disabledAlerts: z
    .array(matching(/^[A-Z]\w*$/, "an alert's name"))
    .default([])
    .describe("Names of the chart's alerts to leave out, such as `KubeCPUOvercommit`.")
    .meta({ example: ["KubeCPUOvercommit"] }),
  alerting: alerting.prefault({}).describe("Who is notified of which alert."),
});

const simulator = strictObject({
  scenario: oneOf(scenarioNames).default("nominal").describe("Scenario that the simulated spacecraft plays."),
  timeScale: positive(10_000).default(1).describe("Seconds of spacecraft time per second."),
  seed: whole(0, 2 ** 31 - 1)
    .default(1)
    .describe("Random seed: the same seed repeats the same flight."),
  dumpRate: whole(0, 10_000)
    .default(0)
    .describe(
      "With `telemetry.contacts`: packets a second that the recorder plays back in a contact, of what was sent between two.",
    ),
  secondStationSeconds: whole(0, 3_600)
    .default(0)
    .describe("Seconds that a second station is behind: each packet comes twice. 0: there is none."),
});

const history = strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe(
      "Write every sample of every packet, a recorder's too, to Prometheus at its on-board time, beside the live scrape (docs/telemetry.md, History). Off, because it opens Prometheus' write interface to everybody who reaches Prometheus.",
    ),
  maxAgeDays: whole(1, 3650)
    .optional()
    .describe(
      "Days that a sample may be old when it comes; older ones are counted and left out. At most `monitoring.retentionDays`. Default: 31, or `retentionDays` where that is less.",
    )
    .meta({ example: 10 }),
});

const telemetry = strictObject({
  spacecraft: matching(/^[\w.-]{1,64}$/, "1 to 64 of: letters, digits, _ . -")
    .default("perigee-1")
    .describe("Value of the label `spacecraft` on every metric of the spacecraft.")
    .meta({ example: "cubesat-1" }),
  dictionary: dictionaryFile
    .prefault("telemetry/dictionary/default.yaml")
    .describe("Path of the telemetry dictionary, relative to the repository's root.")
    .meta({ example: "examples/own-dictionary/cubesat.yaml" }),
  source: oneOf(["simulator", "udp"])
    .default("simulator")
    .describe(
      "`simulator`: packets of a simulated spacecraft and of the node port; `udp`: packets of the node port only.",
    ),
  links: z
    .array(linkUrl)
    .max(8)
    .prefault([])
    .describe(
      "Links beside the UDP port, as URLs (docs/telemetry.md, Sources): `tcp://` and `mqtt://` to a station; `tcp-server://0.0.0.0:10016`, published as node port 30116, which stack 1 opens to `adminCidrs` when its `publishedNodePorts` has it; `udp://0.0.0.0:10015` with settings for what the UDP port gets. A URL with a password: `pulumi config set --secret`.",
    )
    .meta({ example: ["tcp://station.example:5000?framing=tm&frameBytes=1115"] }),
  contacts: contactPlan
    .optional()
    .describe(
      "Contact plan (docs/telemetry.md, Contacts): path of a file relative to the repository's root, or an `http(s)://` address that is asked every 5 minutes. Between contacts no signal is expected, and the simulator sends nothing. Default: a signal is expected always. A URL with a password: `pulumi config set --secret`.",
    )
    .meta({ example: "https://plan.example/contacts.json" }),
  history: history.prefault({}).describe("Every sample at its on-board time."),
  archive: packetArchive
    .prefault({})
    .describe("Every received packet as it came, in files by APID and day, for `perigee-telemetry replay`."),
  simulator: simulator.prefault({}).describe("The simulated spacecraft, where `source` is `simulator`."),
  image: image
    .optional()
    .describe("Image whose entry point is perigee-telemetry. Default: the program's bundle on `nodeImage`."),
  cores: positive(16)
    .default(0.5)
    .describe(
      "Cores of the exporter, which it has to itself and no more of: half a core reads 50,000 datagrams a second. While it is rolled there are two of it: have room for both.",
    ),
  staleAfterPeriods: positive(1000)
    .default(5)
    .describe("Age of a packet, in its own periods, after which its parameters disappear and it is overdue."),
});

/** The settings of `perigee-workloads:`. */
export const settingsSchema = strictObject({
  infraStack: matching(
    /^[\w.-]+(\/[\w.-]+\/[\w.-]+)?$/,
    "a stack of perigee-infra, such as dev, or organization/project/stack",
  )
    .optional()
    .describe("Stack that made the cluster. Default: the stack of perigee-infra with the same name.")
    .meta({ example: "ground-ops/perigee-infra/prod" }),
  nodeImage: image
    .default(defaultNodeImage)
    .describe("Node.js image that runs the telemetry bundle and sets the owner of Prometheus's data folder."),
  monitoring: monitoring.prefault({}).describe("Prometheus, Alertmanager, Grafana and their samples."),
  metricsServer: metricsServer
    .prefault({})
    .describe("metrics-server: `kubectl top`, and the CPU and memory that HorizontalPodAutoscalers go by."),
  networkPolicies: networkPolicies
    .prefault({})
    .describe("Who reaches whom in the pod network, as NetworkPolicies say."),
  logs: logs.prefault({}).describe("Lines of every container and node, kept and searched in one place."),
  telemetry: telemetry.prefault({}).describe("The spacecraft's housekeeping packets as metrics."),
  gateway: gateway.prefault({}).describe("The one way in to the pages: HTTPS, with a login."),
  teams,
  slos: z
    .array(slo)
    .max(20)
    .prefault([])
    .describe("Service level objectives: alerts before one is missed, and a dashboard of what is left.")
    .meta({ example: [{ kind: "signal", name: "telemetry", objective: 99.5 }] }),
  probes: z
    .array(probe)
    .max(100)
    .prefault([])
    .describe("Addresses that are asked again and again: alerts where one does not answer as expected.")
    .meta({ example: [{ name: "shop", url: "https://shop.example/health" }] }),
  ownProbes: trueOrFalse
    .default(true)
    .describe(
      "Probe what every cluster has too: `api-server`, `cluster-dns`, `telemetry-page`, `grafana`, `log-page` and `identity-provider`. A probe of yours by one of these names takes its place.",
    ),
  jobs: z
    .array(job)
    .max(100)
    .prefault([])
    .describe(
      "Batch jobs that push to `http://pushgateway.monitoring.svc:9091/metrics/job/NAME` when they have finished: alerts where one does not in time.",
    )
    .meta({ example: [{ name: "orbit-determination", everyMinutes: 360, withinMinutes: 30 }] }),
});

export type Settings = z.output<typeof settingsSchema>;
export type MonitoringSettings = Settings["monitoring"];
export type TelemetrySettings = Settings["telemetry"];
export type StorageSettings = MonitoringSettings["storage"];
export type MetricsServerSettings = Settings["metricsServer"];

/**
 * Settings checked against the schema, whatever their source.
 * @throws SettingsError with every problem and no secret, before any resource is registered
 */
export function parseSettings(raw: Readonly<Record<string, unknown>>): Settings {
  return checkSettings(namespace, settingsSchema, raw, crossChecks);
}

/** Settings of the current stack. */
export function loadSettings(): Settings {
  return parseSettings(rawSettings(namespace, settingsSchema));
}

/** Full name of the stack that made the cluster: `organization/project/stack`. */
export function infraStackName({ infraStack }: Pick<Settings, "infraStack">): string {
  const name = infraStack ?? pulumi.getStack();
  return name.includes("/") ? name : `${pulumi.getOrganization()}/perigee-infra/${name}`;
}
