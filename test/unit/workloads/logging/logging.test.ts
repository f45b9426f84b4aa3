import assert from "node:assert/strict";
import { loadDictionary } from "../../../../telemetry/dictionary";
import { defaultRuleSettings } from "../../../../telemetry/rules";
import { parseSettings } from "../../../../workloads/config";
import { loggingRules } from "../../../../workloads/logging/alerts";
import { logDashboard } from "../../../../workloads/logging/dashboard";
import { logRules } from "../../../../workloads/logging/logRules";
import { loggingNames } from "../../../../workloads/logging/names";
import { panelQueries } from "../../../support/lab/panelQueries";
import { selectorsOf, syntaxErrors } from "../../../support/promql";
import { deploy, type Deployment } from "../../../support/workloads/mocks";
import { unversioned } from "../../../support/workloads/names";
import { refusalOf } from "../../../support/workloads/refusal";
import { testCases } from "../../telemetry/rules/alertCase";

const { runbookBaseUrl } = defaultRuleSettings;
const rules = loggingRules({ hasStore: true, runbookBaseUrl });

interface PodSpec {
  readonly automountServiceAccountToken: boolean;
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly volumeMounts: readonly { readonly mountPath: string; readonly readOnly?: boolean }[];
  }[];
}

function podOf({ resources }: Deployment, kind: string): PodSpec {
  const found = resources.find(({ type, name }) => type.endsWith(`:${kind}`) && name.startsWith("logs-"));
  assert.ok(found, kind);
  return (found.inputs["spec"] as { template: { spec: PodSpec } }).template.spec;
}

const objectsOf = ({ resources }: Deployment): string[] =>
  resources
    .filter(({ type, name }) => type.includes(":") && name.startsWith("logs"))
    .filter(({ type }) => !type.startsWith("perigee:"))
    .map(({ type, name }) => `${type.replace("kubernetes:", "")} ${unversioned(name)}`)
    .sort();

describe("logs in stack 2", () => {
  const kept = { logs: { kind: "victorialogs" } };

  it("are there by default, and nothing where they are off", async () => {
    assert.deepEqual(
      objectsOf(await deploy({})),
      objectsOf(await deploy({ logs: { kind: "victorialogs" } })),
    );
    assert.deepEqual(objectsOf(await deploy({ logs: { kind: "none" } })), []);
  });

  it("are a collector, a store, its page, what asks it for alerts, and alerts about all of these", async () => {
    const made = await deploy(kept);
    assert.deepEqual(objectsOf(made), [
      "apps/v1:DaemonSet logs-collector",
      "apps/v1:Deployment logs-page",
      "apps/v1:Deployment logs-ruler",
      "apps/v1:StatefulSet logs-store",
      "command:local:Command logs-page-login-password",
      "command:local:Command logs-store-login-password",
      "core/v1:ConfigMap logs-ruler",
      "core/v1:Secret logs-collector",
      "core/v1:Secret logs-page-login",
      "core/v1:Secret logs-store-login",
      "core/v1:Service logs-collector",
      "core/v1:Service logs-page",
      "core/v1:Service logs-ruler",
      "core/v1:Service logs-store",
      "core/v1:ServiceAccount logs-collector",
      "core/v1:ServiceAccount logs-page",
      "core/v1:ServiceAccount logs-ruler",
      "core/v1:ServiceAccount logs-store",
      "monitoring.coreos.com/v1:PrometheusRule logs-rules",
      "monitoring.coreos.com/v1:ServiceMonitor logs-log-collector",
      "monitoring.coreos.com/v1:ServiceMonitor logs-log-rules",
      "monitoring.coreos.com/v1:ServiceMonitor logs-log-store",
    ]);
    assert.equal(made.outputs["logsUrl"], "http://203.0.113.10:30428/select/vmui/");
    assert.ok(made.secrets.includes("logsPassword"));
  });

  it("read what is on the node with root's eyes, and with no power of root's", async () => {
    const { automountServiceAccountToken, containers, volumes } = podOf(await deploy(kept), "DaemonSet");
    assert.equal(automountServiceAccountToken, false);
    const [collector] = containers;
    assert.deepEqual(collector?.securityContext, {
      ...{ runAsUser: 0, runAsGroup: 0, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ["ALL"] },
    });
    const writable = collector.volumeMounts.filter(({ readOnly }) => readOnly !== true);
    assert.deepEqual(
      writable.map(({ mountPath }) => mountPath),
      ["/var/lib/log-collector"],
    );
    const mounted = collector.volumeMounts.map(({ mountPath }) => mountPath);
    for (const path of ["/usr/bin", "/usr/lib", "/lib", "/lib64", "/etc/machine-id"]) {
      assert.ok(mounted.includes(path), `journalctl needs ${path}`);
    }
    const paths = volumes.flatMap(({ hostPath }) => (hostPath as { path: string } | undefined)?.path ?? []);
    for (const secret of ["/", "/etc", "/etc/kubernetes", "/var/lib", "/var/lib/kubelet", "/root", "/proc"]) {
      assert.ok(!paths.includes(secret), secret);
    }
  });

  it("give people a login that only reads, beside the one of the parts that write", async () => {
    const made = await deploy({ logs: { ...kept.logs, password: "a password of mine" } });
    const store = podOf(made, "StatefulSet").containers[0]?.args ?? [];
    assert.ok(store.includes("-httpAuth.username=perigee"));
    const page = made.resources.find(
      ({ type, name }) => type.endsWith(":Deployment") && name === "logs-page",
    );
    const { args } =
      (page?.inputs["spec"] as { template: { spec: PodSpec } }).template.spec.containers[0] ?? {};
    for (const argument of ["-insert.disable", "-httpAuth.username=logs", "-storageNode.username=perigee"]) {
      assert.ok(args?.includes(argument), argument);
    }
    assert.equal(made.outputs["logsPassword"], "a password of mine");
  });

  it("show a password in nothing but Secrets", async () => {
    const word = "not-to-be-shown-0123";
    const { resources } = await deploy({ logs: { kind: "victorialogs", password: word } });
    const shown = resources.filter(({ inputs }) => JSON.stringify(inputs).includes(word));
    assert.deepEqual(
      shown.map(({ name, hasSecret }) => [name, hasSecret]),
      [["logs-page-login", true]],
    );
  });

  it("keep records on one node's disk where the settings say so", async () => {
    const storage = { kind: "local", node: "orbit-default-1" };
    const made = await deploy({
      logs: { kind: "victorialogs", storage, retentionDays: 30, retentionSizeGiB: 0.5 },
    });
    const names = objectsOf(made).filter((each) => each.includes("records"));
    assert.deepEqual(names, [
      "core/v1:PersistentVolume logs-store-records",
      "core/v1:PersistentVolumeClaim logs-store-records",
    ]);
    const args = podOf(made, "StatefulSet").containers[0]?.args ?? [];
    assert.ok(args.includes("-retentionPeriod=30d"));
    assert.ok(args.includes("-retention.maxDiskSpaceUsageBytes=512MiB"));
  });

  it("go to a store of one's own, with its headers in a Secret only", async () => {
    const made = await deploy({
      logs: {
        kind: "external",
        url: "https://loki.example/otlp/v1/logs",
        headers: { Authorization: "Bearer a$b-secret" },
      },
    });
    assert.deepEqual(objectsOf(made), [
      "apps/v1:DaemonSet logs-collector",
      "core/v1:Secret logs-collector",
      "core/v1:Service logs-collector",
      "core/v1:ServiceAccount logs-collector",
      "monitoring.coreos.com/v1:PrometheusRule logs-rules",
      "monitoring.coreos.com/v1:ServiceMonitor logs-log-collector",
    ]);
    const secret = made.resources.find(
      ({ type, name }) => type.endsWith(":Secret") && name === "logs-collector",
    );
    const { "collector.yaml": text = "" } = secret?.inputs["stringData"] as Record<string, string>;
    assert.match(text, /logs_endpoint: https:\/\/loki\.example\/otlp\/v1\/logs/);
    // The collector reads $$ as $.
    assert.match(text, /Authorization: Bearer a\$\$b-secret/);
    const shown = made.resources.filter(({ inputs }) => JSON.stringify(inputs).includes("b-secret"));
    assert.deepEqual(
      shown.map(({ hasSecret }) => hasSecret),
      [true],
    );
    assert.equal(made.outputs["logsUrl"], undefined);
  });
});

describe("settings of logs", () => {
  it("keep logs for two weeks in the cluster, by default", () => {
    const { kind, retentionDays, retentionSizeGiB, storage, bufferMiB } = parseSettings({}).logs;
    assert.deepEqual(
      { kind, retentionDays, retentionSizeGiB, storage, bufferMiB },
      {
        ...{ kind: "victorialogs", retentionDays: 14, retentionSizeGiB: 5 },
        ...{ storage: { kind: "ephemeral" }, bufferMiB: 512 },
      },
    );
  });

  it("are refused with every problem at once", () => {
    const said = refusalOf({
      logs: {
        kind: "loki",
        retentionDays: 1,
        retentionSizeGiB: 0,
        bufferMiB: 1,
        headers: { "a b": "c" },
        colour: 1,
      },
    });
    for (const reason of [
      /logs\.kind = "loki": one of: none, victorialogs, external/,
      /logs\.retentionDays = 1: a whole number from 2 to 3650/,
      /logs\.retentionSizeGiB = 0: a number above 0/,
      /logs\.bufferMiB = 1: a whole number from 64 to 65536/,
      /logs\.headers/,
      /colour/,
    ]) {
      assert.match(said, reason);
    }
  });

  it("may stay while logs are off", () => {
    const storage = { kind: "local", node: "a" };
    assert.equal(
      refusalOf({ logs: { kind: "none", storage, password: "0123456789abc", url: "https://a.example/" } }),
      "",
    );
  });

  it("are refused where they belong to another kind of store", () => {
    const local = { kind: "local", node: "a" };
    assert.match(
      refusalOf({ logs: { kind: "victorialogs", url: "https://a.example/" } }),
      /logs\.url.*known only where `logs\.kind` is external/,
    );
    assert.match(
      refusalOf({ logs: { kind: "external", password: "0123456789abc", storage: local } }),
      /logs\.password.*victorialogs[^]*logs\.storage.*victorialogs[^]*logs\.url.*required/,
    );
  });

  it("never repeat a header or a password", () => {
    const said = refusalOf({
      logs: { kind: "victorialogs", password: "short", headers: { A: "hidden-word" } },
    });
    assert.match(said, /logs\.password/);
    assert.doesNotMatch(said, /short|hidden-word/);
    const across = refusalOf({ logs: { kind: "victorialogs", headers: { A: "hidden-word" } } });
    assert.match(across, /logs\.headers/);
    assert.doesNotMatch(across, /hidden-word/);
  });
});

// Beside two nodes with their node-exporters, as all rule tests.
describe("alerts about the way of the logs, as promtool evaluates them", () => {
  const of = (job: string, metric: string, more = ""): string =>
    `${metric}{job="${job}",instance="a"${more}}`;
  const { collector, store, ruler } = loggingNames;
  const up = (values: string) => ({
    [of(store, "up")]: values,
    [of(ruler, "up")]: values,
  });
  const collectors = (b: string) => ({
    [`up{job="${collector}",instance="a"}`]: "1x80",
    [`up{job="${collector}",instance="b"}`]: b,
  });
  const well = { ...collectors("1x80"), ...up("1x80") };
  const about = { job: collector, instance: "a" };
  const queue = of(collector, "otelcol_exporter_queue_size");
  const capacity = of(collector, "otelcol_exporter_queue_capacity");
  const sent = of(collector, "otelcol_exporter_sent_log_records");
  const failed = of(collector, "otelcol_exporter_send_failed_log_records");

  testCases(rules, [
    {
      alert: "LogCollectorDown",
      it: "fires where a node's collector does not work",
      ...{ interval: "30s", at: "20m", notYetAt: "9m" },
      series: { ...collectors("1x5 0x80"), ...up("1x80") },
      firing: [
        {
          labels: {},
          summary: "Logs of a node are not collected",
          description: "Nodes without a working log collector: 1 (limit 0).",
        },
      ],
    },
    {
      alert: "LogCollectorDown",
      it: "fires where there is no collector at all",
      ...{ interval: "30s", at: "20m" },
      series: { ...up("1x80") },
      firing: [
        {
          labels: {},
          summary: "Logs of a node are not collected",
          description: "Nodes without a working log collector: 2 (limit 0).",
        },
      ],
    },
    {
      alert: "LogsDelayed",
      it: "fires ten minutes after the last delivery, while something waits",
      ...{ interval: "30s", at: "30m", notYetAt: "12m" },
      series: { ...well, [queue]: "0x10 1048576x80", [sent]: "0+10x10 100x80" },
      firing: [
        {
          labels: about,
          summary: "Logs do not arrive at their store",
          description: "The collector a delivers nothing, and keeps 1MiB on its node's disk (limit 0).",
        },
      ],
    },
    {
      alert: "LogsDelayed",
      it: "fires where nothing was ever delivered",
      ...{ interval: "30s", at: "15m" },
      series: { ...well, [queue]: "2048x80" },
      firing: [
        {
          labels: about,
          summary: "Logs do not arrive at their store",
          description: "The collector a delivers nothing, and keeps 2kiB on its node's disk (limit 0).",
        },
      ],
    },
    {
      alert: "LogsDelayed",
      it: "is silent while a buffer empties",
      ...{ interval: "30s", at: "30m", firing: [] },
      series: { ...well, [queue]: "1048576x80", [sent]: "0+10x80" },
    },
    {
      alert: "LogBufferNearlyFull",
      it: "fires at four fifths",
      ...{ interval: "30s", at: "20m" },
      series: { ...well, [queue]: "85x80", [capacity]: "100x80", [sent]: "0+10x80" },
      firing: [
        {
          labels: about,
          summary: "The buffer of a log collector is nearly full",
          description:
            "The buffer of a is 85% full (limit 80%): then lines stay in their files, which the kubelet turns over.",
        },
      ],
    },
    {
      alert: "LogsLost",
      it: "fires at the first loss, of a counter too that begins with it",
      ...{ interval: "30s", at: "5m" },
      series: { ...well, [failed]: "_x4 19x80" },
      firing: [
        {
          labels: about,
          summary: "Logs were given up",
          description:
            "The collector a gave up 19 records in 15 minutes (limit 0): their store refused them.",
        },
      ],
    },
    {
      alert: "LogsLost",
      it: "is silent about a loss of long ago",
      ...{ interval: "30s", at: "30m", firing: [] },
      series: { ...well, [failed]: "19x80" },
    },
    {
      alert: "LogStoreDown",
      it: "fires after five minutes",
      ...{ interval: "30s", at: "20m", notYetAt: "4m" },
      series: { ...collectors("1x80"), [of(store, "up")]: "0x80", [of(ruler, "up")]: "1x80" },
      firing: [
        {
          labels: {},
          summary: "The store of logs does not answer",
          description: "Stores of logs that do not answer: 1 (limit 0). Collectors keep what comes.",
        },
      ],
    },
    {
      alert: "LogStoreFull",
      it: "fires while it only reads, with what is left of its disk",
      ...{ interval: "30s", at: "20m" },
      series: {
        ...well,
        [of(store, "vl_free_disk_space_bytes")]: "536870912x80",
        [of(store, "vl_storage_is_read_only")]: "1x80",
      },
      firing: [
        {
          labels: { job: store, instance: "a" },
          summary: "The store of logs takes no more",
          description: "The disk of a has 512MiB left (limit 1GiB): collectors keep what comes.",
        },
      ],
    },
    {
      alert: "LogsRefused",
      it: "fires with the reason",
      ...{ interval: "30s", at: "5m" },
      series: { ...well, [of(store, "vl_rows_dropped_total", ',reason="too_many_fields"')]: "0x4 3x80" },
      firing: [
        {
          labels: { job: store, instance: "a", reason: "too_many_fields" },
          summary: "The store of logs leaves records out",
          description: "a left out 3 records in 15 minutes (limit 0), because: too_many_fields.",
        },
      ],
    },
    {
      alert: "LogRulesFailing",
      it: "fires where questions fail",
      ...{ interval: "30s", at: "30m" },
      series: { ...well, [of(ruler, "vmalert_alerting_rules_errors_total", ',alertname="A"')]: "0+1x80" },
      firing: [
        {
          labels: {},
          summary: "Nobody looks for alerts in the logs",
          description: "Questions to the store of logs have failed, or nobody asks (value 20, limit 0).",
        },
      ],
    },
  ]);

  it("are right PromQL of series that one of the parts has", () => {
    for (const { expr } of rules.groups.flatMap((group) => group.rules)) {
      assert.deepEqual(syntaxErrors(expr), [], expr);
      for (const selector of selectorsOf(expr)) {
        assert.match(selector, /job="(log-collector|log-store|log-rules|node-exporter)"/, expr);
      }
    }
  });

  it("are about the collectors alone where the store is elsewhere", () => {
    const names = loggingRules({ hasStore: false, runbookBaseUrl }).groups.map(({ name }) => name);
    assert.deepEqual(names, ["log-collector"]);
  });
});

describe("the dashboard of logs", () => {
  const queriesOf = (hasStore: boolean): string[] =>
    panelQueries([logDashboard(loadDictionary(), hasStore).build()]).map(({ expr }) => expr);

  it("asks in right PromQL, and for nothing of a store that is elsewhere", () => {
    for (const expr of [...queriesOf(true), ...queriesOf(false)]) {
      assert.deepEqual(syntaxErrors(expr), [], expr);
    }
    assert.equal(queriesOf(true).length, 8);
    assert.ok(queriesOf(false).every((expr) => !expr.includes(loggingNames.store)));
  });
});

describe("alerts by what logs say", () => {
  it("ask for the last five minutes, and count", () => {
    const { groups } = logRules({ runbookBaseUrl, errorsPerFiveMinutes: 7 });
    const found = groups.flatMap((group) => group.rules);
    assert.equal(found.length, 4);
    for (const { expr } of found) {
      assert.match(expr, /^_time:5m .* \| stats by .* count\(\) .* \| filter records:>\d+$/);
    }
    assert.match(found[0]?.expr ?? "", /records:>7$/);
  });
});
