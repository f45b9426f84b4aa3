import { strict as assert } from "node:assert";
import { alertLines, backupLines, certificateLines, targetLines } from "../../../../lab/cli/monitoring";

describe("make status, of the monitoring", () => {
  it("counts targets and names those that are down", () => {
    const activeTargets = [
      { health: "up", labels: { job: "kubelet" } },
      { health: "down", labels: { job: "kube-etcd", instance: "10.0.1.4:2381" } },
    ];
    assert.deepEqual(targetLines({ data: { activeTargets } }), [
      "targets: 1 up, 1 down",
      "  down: kube-etcd 10.0.1.4:2381",
    ]);
  });

  it("tells those that were not asked yet from those that are down", () => {
    const activeTargets = [{ health: "unknown", labels: { job: "kubelet" } }];
    assert.deepEqual(targetLines({ data: { activeTargets } }), ["targets: 0 up, 0 down, 1 not asked yet"]);
  });

  it("names alerts, but not the one that always fires", () => {
    const watchdog = { state: "firing", labels: { alertname: "Watchdog" } };
    assert.deepEqual(alertLines({ data: { alerts: [watchdog] } }), ["alerts: 0 firing"]);
    const red = { state: "firing", labels: { alertname: "BusParameterRed", parameter: "bus_x_volts" } };
    const soon = { state: "pending", labels: { alertname: "BusParameterYellow", parameter: "bus_y_volts" } };
    assert.deepEqual(alertLines({ data: { alerts: [watchdog, red, soon] } }), [
      "alerts: 1 firing, 1 pending",
      "  firing: BusParameterRed bus_x_volts",
      "  pending: BusParameterYellow bus_y_volts",
    ]);
  });

  /** Samples as Prometheus answers them, at a time of 100000 s. */
  const samples = (...given: readonly (readonly [string, number, Readonly<Record<string, string>>?])[]) => ({
    data: {
      result: given.map(([name, value, labels = {}]) => ({
        metric: { __name__: `perigee_${name}`, instance: "10.0.1.10:9100", ...labels },
        value: [100_000, String(value)] as const,
      })),
    },
  });
  const made = [
    ["backup_last_success_timestamp_seconds", 99_688],
    ["backup_last_size_bytes", 1_234_567],
    ["backup_last_duration_seconds", 3],
    ["backup_failed", 0],
  ] as const;

  it("says how old the last backup is, its size and how long it took", () => {
    assert.deepEqual(backupLines(samples(...made)), ["backup: last 5m12s ago (1.2 MB, 3 s)"]);
  });

  it("takes the newest backup where there are several control planes", () => {
    const other = { instance: "10.0.2.10:9100" };
    const idle = [
      ["backup_last_success_timestamp_seconds", 0, other],
      ["backup_last_size_bytes", 0, other],
      ["backup_last_duration_seconds", 0, other],
      ["backup_failed", 0, other],
    ] as const;
    assert.deepEqual(backupLines(samples(...idle, ...made)), ["backup: last 5m12s ago (1.2 MB, 3 s)"]);
  });

  it("says that there was no backup yet", () => {
    const never = ["backup_last_success_timestamp_seconds", 0] as const;
    assert.deepEqual(backupLines(samples(never, ["backup_failed", 0])), ["backup: never"]);
  });

  it("says why backups fail, and what there is nevertheless", () => {
    const failing = [
      ["backup_failed", 1],
      ["backup_error_info", 1, { error: "403 Forbidden" }],
    ] as const;
    assert.deepEqual(backupLines(samples(...made, ...failing)), [
      "backup: failing: 403 Forbidden, last 5m12s ago (1.2 MB, 3 s)",
    ]);
    const never = ["backup_last_success_timestamp_seconds", 0] as const;
    assert.deepEqual(backupLines(samples(never, ...failing)), ["backup: failing: 403 Forbidden, never"]);
  });

  it("says in how many days the first certificate ends, and which it is", () => {
    const expiry = (certificate: string, days: number) =>
      ["certificate_expiry_timestamp_seconds", 100_000 + days * 86_400, { certificate }] as const;
    assert.deepEqual(certificateLines(samples(expiry("ca", 3650), expiry("apiserver", 364.9))), [
      "certificates: the first ends in 364 days (apiserver)",
    ]);
  });

  it("says nothing of backups and certificates that nobody tells of", () => {
    assert.deepEqual([...backupLines(samples()), ...certificateLines(samples())], []);
  });
});
