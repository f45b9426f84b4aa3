import { strict as assert } from "node:assert";
import { alertLines, targetLines } from "../../../../lab/cli/monitoring";

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
});
