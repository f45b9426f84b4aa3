import assert from "node:assert/strict";
import { loadDictionary } from "../../../telemetry/dictionary";
import { ruleFile } from "../../../telemetry/rules";
import { TelemetryProcess } from "./exporterProcess";
import { type FiringAlert, PrometheusServer } from "./prometheusServer";

const job = "perigee-telemetry";
const voltage = "bus_power_battery_voltage_volts";

/** From the simulated spacecraft over UDP to a real Prometheus' alerts. */
describe("a battery undervoltage, from the simulator to Prometheus", function () {
  this.timeout(180_000);
  let exporter: TelemetryProcess | undefined;
  let simulator: TelemetryProcess | undefined;
  let prometheus: PrometheusServer | undefined;
  /** Alerts that were seen firing at any time, by name and parameter. */
  const seen = new Map<string, FiringAlert>();

  before(async () => {
    exporter = TelemetryProcess.start(
      "serve",
      ...["--http-port", "0", "--http-host", "127.0.0.1"],
      ...["--udp-port", "0", "--udp-host", "127.0.0.1"],
    );
    const { http, udp } = await exporter.said("serving");
    prometheus = await PrometheusServer.start(Number(http), job, ruleFile(loadDictionary(), { job }));
    simulator = TelemetryProcess.start(
      "simulate",
      ...["--target", `127.0.0.1:${String(udp)}`],
      ...["--scenario", "battery-undervoltage"],
      ...["--time-scale", "60"],
    );
    await simulator.said("simulating");
  });

  after(async () => {
    await Promise.all([simulator?.stop(), prometheus?.stop(), exporter?.stop()]);
  });

  const running = (): PrometheusServer => {
    assert.ok(prometheus, "Prometheus was not started");
    return prometheus;
  };

  const firing = async (alert: string): Promise<FiringAlert | undefined> => {
    const alerts = await running().alerts();
    for (const each of alerts) {
      seen.set(`${each.labels["alertname"] ?? ""} ${each.labels["parameter"] ?? ""}`, each);
    }
    return alerts.find(({ labels }) => labels["alertname"] === alert && labels["parameter"] === voltage);
  };

  it("starts with the voltage inside its limits and no alarm about it", async () => {
    const server = running();
    const first = await server.until("the battery's voltage is scraped", 30, () => server.value(voltage));
    const limit = await server.value(
      `bus_parameter_limit{parameter="${voltage}",severity="yellow",bound="low"}`,
    );
    assert.ok(limit !== undefined && first > limit, `${first} V, yellow below ${limit} V`);
    assert.equal(await firing("BusParameterYellow"), undefined);
  });

  it("falls below the yellow limit: a warning with the value, the limit and its page", async () => {
    const server = running();
    const alert = await server.until("the yellow alert fires", 90, () => firing("BusParameterYellow"));
    assert.equal(await firing("BusParameterRed"), undefined, "red came before yellow");
    assert.equal(alert.labels["severity"], "warning");
    assert.equal(alert.labels["spacecraft"], "perigee-1");
    assert.equal(alert.labels["bound"], "low");
    assert.match(
      alert.annotations["description"] ?? "",
      /: 1[34]\.?\d*V, below the yellow low limit of 1\d\.?\d*V\.$/,
    );
    assert.equal(alert.annotations["runbook_url"], "docs/alerts/BusParameterYellow.md");
  });

  it("falls below the red limit: critical, while the warning goes on", async () => {
    const server = running();
    const alert = await server.until("the red alert fires", 90, () => firing("BusParameterRed"));
    assert.equal(alert.labels["severity"], "critical");
    assert.match(alert.annotations["description"] ?? "", /below the red low limit of 1\d\.?\d*V\.$/);
    assert.ok(await firing("BusParameterYellow"));
    const value = await server.value(voltage);
    const limit = await server.value(
      `bus_parameter_limit{parameter="${voltage}",severity="red",bound="low"}`,
    );
    assert.ok(value !== undefined && limit !== undefined && value < limit);
  });

  it("has values for what the rules record", async () => {
    const server = running();
    assert.ok(((await server.value("spacecraft:bus_signal_age_seconds:min")) ?? NaN) < 2);
    assert.ok(((await server.value("spacecraft:bus_parameter_limit:count")) ?? 0) > 40);
    assert.ok((await server.value("spacecraft:bus_attitude_mode:raw")) !== undefined);
    assert.equal(await server.value("max(spacecraft_packet:bus_packet_loss:ratio5m)"), 0);
  });

  it("raises no alarm about the link, the clock or the exporter", () => {
    const others = [...seen.values()]
      .filter(({ labels }) => labels["subsystem"] === "link" || labels["subsystem"] === "exporter")
      .map(({ labels }) => labels["alertname"]);
    assert.deepEqual(others, []);
  });

  it("stays red when the signal is lost, says that there is no value, and ends when a good one comes", async () => {
    const server = running();
    await simulator?.stop();
    const isLost = async (): Promise<true | undefined> =>
      (await server.value(voltage)) === undefined ? true : undefined;
    await server.until("the value is gone", 60, isLost);
    const lost = Date.now();
    let hasEnded = false;
    await server.until("half a minute is over", 60, async () => {
      hasEnded ||= (await firing("BusParameterRed")) === undefined;
      return Date.now() - lost > 30_000 ? true : undefined;
    });
    assert.equal(hasEnded, false, "the alarm ended with its value");
    const held = await firing("BusParameterRed");
    assert.match(
      held?.annotations["description"] ?? "",
      /: no value since the signal was lost; it was below the red/,
    );
    const target = `127.0.0.1:${String((await exporter?.said("serving"))?.["udp"])}`;
    simulator = TelemetryProcess.start("simulate", "--target", target);
    const isOver = async (): Promise<true | undefined> =>
      (await firing("BusParameterRed")) === undefined ? true : undefined;
    await server.until("the alarm is over", 60, isOver);
    assert.ok(((await server.value(voltage)) ?? 0) > 13.2);
  });
});
