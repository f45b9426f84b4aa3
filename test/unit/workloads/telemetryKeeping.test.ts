import assert from "node:assert/strict";
import type { SettingsError } from "../../../settings/load";
import { parseSettings } from "../../../workloads/config";
import { chartValues } from "../../../workloads/monitoring/values";
import { historyDays } from "../../../workloads/settings/historyDays";
import { deploy } from "../../support/workloads/mocks";
import { unknownPaths } from "./monitoring/chartPaths";

interface PodSpec {
  readonly containers: readonly {
    readonly args: readonly unknown[];
    readonly volumeMounts: readonly {
      readonly name: string;
      readonly readOnly?: boolean;
      readonly mountPath: string;
    }[];
  }[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  readonly terminationGracePeriodSeconds: number;
}

/** Pods of exporter and simulator, and the values that the chart gets. */
async function deployed(settings: Readonly<Record<string, unknown>>) {
  const { resources } = await deploy(settings);
  const pod = (name: string): PodSpec => {
    const found = resources.find((each) => each.type.endsWith(":Deployment") && each.name === name);
    return (found?.inputs["spec"] as { template: { spec: PodSpec } }).template.spec;
  };
  const release = resources.find(({ type, name }) => type.endsWith(":Release") && name === "monitoring");
  const values = release?.inputs["values"] as { prometheus: { prometheusSpec: Record<string, unknown> } };
  const dashboards = resources.filter(({ name }) => name.startsWith("dashboards-perigee"));
  return {
    exporter: pod("telemetry"),
    simulator: pod("simulator"),
    prometheusSpec: values.prometheus.prometheusSpec,
    dashboards: JSON.stringify(dashboards.map(({ inputs }) => inputs["data"])),
  };
}

const argsOf = ({ containers }: PodSpec, start: string): unknown[] =>
  (containers[0]?.args ?? []).filter((each) => String(each).startsWith(start));

const problemsOf = (settings: Readonly<Record<string, unknown>>): string => {
  try {
    parseSettings(settings);
    return "";
  } catch (error) {
    return (error as SettingsError).message;
  }
};

describe("telemetry.history", () => {
  it("is off, and changes nothing then: no write interface, no window, no panel", async () => {
    const { exporter, prometheusSpec, dashboards } = await deployed({});
    assert.deepEqual(argsOf(exporter, "--history"), []);
    assert.ok(!("enableRemoteWriteReceiver" in prometheusSpec) && !("tsdb" in prometheusSpec));
    assert.doesNotMatch(dashboards, /onboard_bus_|telemetry_history/);
  });

  it("opens Prometheus' receiver for a day more than the exporter sends, to the address of its Service", async () => {
    const { exporter, simulator, prometheusSpec, dashboards } = await deployed({
      monitoring: { retentionDays: 365 },
      telemetry: { history: { enabled: true, maxAgeDays: 90 } },
    });
    assert.deepEqual(argsOf(exporter, "--history"), [
      "--history=http://monitoring-prometheus.monitoring.svc.cluster.local:9090/api/v1/write",
      "--history-days=90",
    ]);
    assert.deepEqual(argsOf(simulator, "--history"), []);
    assert.equal(prometheusSpec["enableRemoteWriteReceiver"], true);
    assert.deepEqual(prometheusSpec["tsdb"], { outOfOrderTimeWindow: "91d" });
    assert.match(dashboards, /onboard_bus_attitude_mode/);
    assert.match(dashboards, /perigee_telemetry_history_samples_total/);
  });

  it("sets only values that the chart has", () => {
    const settings = parseSettings({ telemetry: { history: { enabled: true } } });
    const given = { publishedHost: "203.0.113.10", routingSecret: "r", passwordVersion: "7" };
    assert.deepEqual(unknownPaths(chartValues({ ...settings, ...given })), []);
  });

  it("goes back a month, or as far as samples are kept", () => {
    const days = (monitoring: object, history: object): number | undefined =>
      historyDays(parseSettings({ monitoring, telemetry: { history: { enabled: true, ...history } } }));
    assert.equal(days({}, {}), 15);
    assert.equal(days({ retentionDays: 365 }, {}), 31);
    assert.equal(days({ retentionDays: 365 }, { maxAgeDays: 365 }), 365);
    assert.equal(days({}, { enabled: false }), undefined);
  });

  it("refuses to go back further than samples are kept", () => {
    const problem = problemsOf({ telemetry: { history: { enabled: true, maxAgeDays: 16 } } });
    assert.match(problem, /telemetry\.history\.maxAgeDays/);
    assert.match(
      problem,
      /16.*at most `monitoring\.retentionDays`, which is 15: what is older is deleted at once/s,
    );
  });
});

describe("telemetry.archive", () => {
  const mountOf = ({ containers }: PodSpec): unknown =>
    containers[0]?.volumeMounts.find(({ name }) => name === "archive");
  const volumeOf = ({ volumes }: PodSpec): unknown => volumes.find(({ name }) => name === "archive");

  it("is off: the pod writes nothing", async () => {
    const { exporter } = await deployed({});
    assert.deepEqual([volumeOf(exporter), argsOf(exporter, "--archive")], [undefined, []]);
  });

  it("in the pod has room beyond its bound, so that it does not get the pod evicted", async () => {
    const { exporter, simulator } = await deployed({
      telemetry: { archive: { storage: { kind: "ephemeral" }, sizeGiB: 2, days: 3 } },
    });
    assert.deepEqual(argsOf(exporter, "--archive"), [
      "--archive=/var/lib/perigee-archive",
      "--archive-days=3",
      "--archive-mib=2048",
    ]);
    assert.deepEqual(volumeOf(exporter), { name: "archive", emptyDir: { sizeLimit: "2560Mi" } });
    assert.deepEqual(mountOf(exporter), { name: "archive", mountPath: "/var/lib/perigee-archive" });
    assert.equal(volumeOf(simulator), undefined);
  });

  it("in a claim is mounted from it", async () => {
    const { exporter, dashboards } = await deployed({
      telemetry: { archive: { storage: { kind: "claim", name: "telemetry-archive" } } },
    });
    assert.deepEqual(volumeOf(exporter), {
      name: "archive",
      persistentVolumeClaim: { claimName: "telemetry-archive" },
    });
    assert.match(dashboards, /perigee_telemetry_archive_size_bytes/);
  });

  const copy = {
    url: "https://ground-archive.s3.eu-central-1.amazonaws.com/dev",
    ...{ region: "eu-central-1", accessKeyId: "AKIAEXAMPLE", secretAccessKey: "of-the-archive" },
  };

  it("is copied with a key from a Secret, which is in no argument, and has time for it at its end", async () => {
    const storage = { kind: "claim", name: "telemetry-archive" };
    const usual = await deployed({ telemetry: { archive: { storage } } });
    const { exporter, dashboards } = await deployed({
      telemetry: { archive: { storage, copy: { ...copy, everyMinutes: 15 } } },
    });
    assert.deepEqual(argsOf(exporter, "--archive-copy"), [
      "--archive-copy=/etc/perigee-archive-store/store.json",
      "--archive-copy-minutes=15",
    ]);
    assert.deepEqual(
      exporter.volumes.find(({ name }) => name === "archive-store"),
      { name: "archive-store", secret: { secretName: "telemetry-archive-store" } },
    );
    assert.ok(!JSON.stringify(exporter).includes(copy.secretAccessKey));
    const grace = ({ terminationGracePeriodSeconds }: PodSpec): number => terminationGracePeriodSeconds;
    assert.equal(grace(exporter) - grace(usual.exporter), 30);
    assert.match(dashboards, /perigee_telemetry_archive_copy_waiting_bytes/);
    assert.doesNotMatch(usual.dashboards, /archive_copy/);
  });

  it("gives the exporter what its file of the store may have", async () => {
    const { resources } = await deploy({ telemetry: { archive: { storage: { kind: "ephemeral" }, copy } } });
    const secret = resources.find(({ name }) => name === "telemetry-archive-store");
    const { "store.json": file = "" } = secret?.inputs["stringData"] as Record<string, string>;
    assert.deepEqual(JSON.parse(file), copy);
  });

  it("is not copied when it is not kept, nor to what is no place, nor without a key", () => {
    const problems = problemsOf({ telemetry: { archive: { copy } } });
    assert.match(problems, /telemetry\.archive\.storage\.kind = "none".*what is not kept is not copied/s);
    const places = problemsOf({
      telemetry: {
        archive: {
          storage: { kind: "ephemeral" },
          copy: { url: "s3://ground-archive/dev", secretAccessKey: "of the archive", everyMinutes: 0 },
        },
      },
    });
    for (const key of ["url", "accessKeyId", "secretAccessKey", "everyMinutes"]) {
      assert.match(places, new RegExp(`telemetry\\.archive\\.copy\\.${key}`));
    }
    assert.ok(!places.includes("of the archive"));
  });

  it("refuses what is no kind, no claim's name and no size", () => {
    const kind = problemsOf({ telemetry: { archive: { storage: { kind: "s3" } } } });
    assert.match(kind, /kind must be one of: none, ephemeral, claim/);
    const others = problemsOf({
      telemetry: { archive: { storage: { kind: "claim", name: "Not a name" }, sizeGiB: 0 } },
    });
    assert.match(others, /telemetry\.archive\.storage\.name.*a PersistentVolumeClaim's name/s);
    assert.match(others, /telemetry\.archive\.sizeGiB/);
  });
});
