import assert from "node:assert/strict";
import { type Dictionary, loadDictionary, parseDictionary } from "../../../telemetry/dictionary";
import { TelemetryState } from "../../../telemetry/exporter";
import { type ScenarioName, scenarioNames, Simulator } from "../../../telemetry/simulator";

const start = 1_800_000_000;
const dictionary = loadDictionary();

interface Alarmed {
  readonly metric: string;
  readonly condition: string;
  /** Seconds of wall-clock time after the start. */
  readonly at: number;
}

/** Flies a scenario against an exporter's state, as fast as it can be worked out. */
function fly(
  scenario: ScenarioName,
  seconds: number,
  { timeScale = 60, seed = 1, of = dictionary }: { timeScale?: number; seed?: number; of?: Dictionary } = {},
) {
  const simulator = new Simulator({ dictionary: of, scenario, timeScale, seed, start });
  const state = new TelemetryState(of, 5);
  const alarms: Alarmed[] = [];
  const seen = new Set<string>();
  const history: number[] = [];
  for (let at = 0; at <= seconds; at += 0.5) {
    const now = start + at;
    for (const packet of simulator.until(now)) state.receive(packet, now);
    if (at % 1 !== 0) continue;
    for (const parameter of of.parameters) {
      const condition = state.condition(parameter, now);
      const key = `${parameter.metric} ${condition}`;
      if (condition === "nominal" || (at < 15 && condition === "stale") || seen.has(key)) continue;
      seen.add(key);
      alarms.push({ metric: parameter.metric, condition, at });
    }
    history.push(state.values[0] ?? NaN);
  }
  return { state, alarms, history };
}

const first = (alarms: readonly Alarmed[], metric: string, condition: string): number =>
  alarms.find((each) => each.metric === metric && each.condition === condition)?.at ?? Infinity;

const errors = (state: TelemetryState): number =>
  Object.values(state.errors).reduce((sum, each) => sum + each, 0);
const total = (state: TelemetryState, key: "missing" | "duplicates" | "late"): number =>
  state.packets.reduce((sum, packet) => sum + packet[key], 0);

describe("the simulated spacecraft", () => {
  for (const [timeScale, seed] of [
    [60, 1],
    [60, 2],
    [60, 3],
    [1, 4],
  ] as const)
  // 200 s at time scale 60 are two orbits.
  {
    it(`stays inside every limit in the nominal scenario (time scale ${timeScale}, seed ${seed})`, () => {
      const { state, alarms } = fly("nominal", timeScale === 1 ? 120 : 200, { timeScale, seed });
      assert.deepEqual(alarms, []);
      assert.equal(
        errors(state) + total(state, "missing") + total(state, "duplicates") + total(state, "late"),
        0,
      );
    });
  }

  it("repeats a flight by its seed", () => {
    assert.deepEqual(fly("nominal", 30).history, fly("nominal", 30).history);
    assert.notDeepEqual(fly("nominal", 30).history, fly("nominal", 30, { seed: 2 }).history);
  });

  it("sees the sun and the shadow, and draws on the battery in it", () => {
    const { history } = fly("nominal", 100);
    assert.ok(Math.max(...history) - Math.min(...history) > 0.5);
  });

  it("drives a parameter that it does not know between its limits", () => {
    const own = parseDictionary(`
name: own
version: "1"
time: { code: CUC, epoch: "2000-01-01T00:00:00Z" }
packets:
  - { apid: 1, name: own, subsystem: lab, period: 1, description: d, parameters: [
      { name: pressure, description: d, type: unsigned, bits: 16, unit: kPa, limits: { yellow: { low: 90, high: 110 } } } ] }`);
    const { alarms, history } = fly("nominal", 60, { of: own });
    assert.deepEqual(alarms, []);
    assert.ok(history.every((value) => value >= 90_000 && value <= 110_000));
  });
});

describe("the scenarios", () => {
  it("battery-undervoltage: yellow low, then red low, within two minutes at time scale 60", () => {
    const { alarms } = fly("battery-undervoltage", 120);
    const yellow = first(alarms, "bus_power_battery_voltage_volts", "yellow");
    const red = first(alarms, "bus_power_battery_voltage_volts", "red");
    assert.ok(yellow < 70 && red < 110 && red - yellow >= 10, `yellow ${yellow} s, red ${red} s`);
  });

  it("wheel-overspeed: yellow, then red, of wheel 3", () => {
    const { alarms } = fly("wheel-overspeed", 120);
    assert.ok(
      first(alarms, "bus_attitude_wheel_3_speed_rpm", "yellow") <
        first(alarms, "bus_attitude_wheel_3_speed_rpm", "red"),
    );
    assert.ok(first(alarms, "bus_attitude_wheel_3_speed_rpm", "red") < 120);
  });

  it("overheating: the battery goes yellow, then red", () => {
    const { alarms } = fly("overheating", 240);
    assert.ok(first(alarms, "bus_power_battery_temperature_celsius", "red") < 240, JSON.stringify(alarms));
  });

  it("loss-of-signal: every parameter goes stale", () => {
    const { state, alarms } = fly("loss-of-signal", 90);
    assert.equal(alarms.filter((each) => each.condition === "stale").length, dictionary.parameters.length);
    assert.equal(state.value(dictionary.parameters[0] ?? assert.fail(), start + 90), undefined);
  });

  it("sequence-gaps: packets missing, doubled and swapped", () => {
    const { state } = fly("sequence-gaps", 300, { timeScale: 1 });
    assert.ok(total(state, "missing") > 0 && total(state, "duplicates") > 0 && total(state, "late") > 0);
    assert.equal(errors(state), 0);
  });

  it("corrupt-packets: decode errors by several reasons, unknown APIDs", () => {
    const { state } = fly("corrupt-packets", 300, { timeScale: 1 });
    assert.ok(Object.values(state.errors).filter((count) => count > 0).length >= 4);
    assert.ok(state.unknownApids > 0);
  });

  it("reboot: one more boot, uptime from 0, counts from 0 without a flood of gaps", () => {
    const { state } = fly("reboot", 60, { timeScale: 1 });
    const value = (metric: string): number | undefined => {
      const parameter = dictionary.parameters.find((each) => each.metric === metric);
      return parameter && state.value(parameter, start + 60);
    };
    assert.equal(value("bus_computer_boots_total"), 18);
    assert.ok((value("bus_computer_uptime_seconds") ?? Infinity) < 60);
    assert.equal(total(state, "missing"), 0);
  });

  it("reboot, again and again: no packet is taken for an old one, so that none is overdue beyond the silence", () => {
    const simulator = new Simulator({ dictionary, scenario: "reboot", timeScale: 1, seed: 1, start });
    const state = new TelemetryState(dictionary, 5);
    for (let at = 0; at <= 500; at += 0.5) {
      for (const packet of simulator.until(start + at)) state.receive(packet, start + at);
      for (const { packet, lastReceived } of state.packets) {
        const age = start + at - lastReceived;
        assert.ok(age <= 8 + packet.periodSeconds, `${packet.name}: ${age} s old after ${at} s`);
      }
    }
    assert.equal(total(state, "duplicates") + total(state, "late") + total(state, "missing"), 0);
  });

  it("going back from reboot to nominal is no flood of gaps either, and every packet counts", () => {
    const state = new TelemetryState(dictionary, 5);
    for (const [scenario, from] of [
      ["reboot", start],
      ["nominal", start + 200],
    ] as const) {
      const simulator = new Simulator({ dictionary, scenario, timeScale: 1, seed: 1, start: from });
      for (let now = from; now < from + 200; now += 0.5) {
        for (const packet of simulator.until(now)) state.receive(packet, now);
      }
    }
    assert.equal(total(state, "duplicates") + total(state, "late") + total(state, "missing"), 0);
    assert.ok(state.packets.every(({ packet }) => state.isFresh(packet.index, start + 400)));
  });

  it("safe-mode: other limits hold, so that it is no alarm of its own", () => {
    const { state, alarms } = fly("safe-mode", 120);
    assert.equal(state.mode(start + 120), "SAFE");
    assert.deepEqual(alarms, []);
  });

  it("are all known by name", () => {
    for (const name of scenarioNames) assert.ok(fly(name, 12).state.datagrams > 0, name);
  });
});
