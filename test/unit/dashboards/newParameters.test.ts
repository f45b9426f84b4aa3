import assert from "node:assert/strict";
import { dashboards } from "../../../dashboards";
import { defaultDictionaryText, parseDictionary } from "../../../telemetry/dictionary";
import { alertsOf, ruleFile } from "../../../telemetry/rules";
import { metricsReference } from "../../../tools/docs/metrics";
import { metricsWithSeries, packetsOfOnes, scrapedAfter } from "./realExporter";

/** A subsystem that nobody has heard of, with a number, an enumeration and a boolean. Nothing else is edited. */
const addition = `
  - apid: 321
    name: propulsion_housekeeping
    subsystem: propulsion
    period: 2
    description: Cold gas thrusters
    parameters:
      - name: tank_pressure
        description: Pressure in the propellant tank
        type: unsigned
        bits: 16
        unit: kPa
        limits: { yellow: { low: 200, high: 900 }, red: { low: 100, high: 1000 }, persistence: 7 }
      - name: thruster_state
        description: What the thrusters do
        type: enumeration
        bits: 7
        states: { 0: OFF, 1: ARMED, 2: FIRING }
      - name: valve_open
        description: Whether the main valve is open
        type: boolean
`;

const metrics = [
  "bus_propulsion_tank_pressure_pascals",
  "bus_propulsion_thruster_state",
  "bus_propulsion_valve_open",
];

describe("three new parameters in the dictionary, and no other edit", () => {
  const dictionary = parseDictionary(defaultDictionaryText() + addition, "mine.yaml");

  it("appear in the metrics, with their limits", async () => {
    const exposition = await scrapedAfter(dictionary, packetsOfOnes(dictionary));
    const served = metricsWithSeries(exposition);
    for (const metric of metrics) assert.ok(served.has(metric), metric);
    assert.match(exposition, /^bus_propulsion_thruster_state\{.*state="ARMED".*\} 1$/m);
    assert.match(
      exposition,
      /^bus_parameter_limit\{.*parameter="bus_propulsion_tank_pressure_pascals",severity="red",bound="low"\} 100000$/m,
    );
  });

  it("appear in the rules, with their persistence", () => {
    const rules = ruleFile(dictionary);
    const limits = alertsOf(rules).filter(({ labels }) => labels["subsystem"] === "propulsion");
    assert.deepEqual(
      limits.map((rule) => `${rule.alert} ${rule.labels["bound"] ?? ""} ${rule.for ?? ""}`),
      [
        "BusParameterYellow low 7s",
        "BusParameterYellow high 7s",
        "BusParameterRed low 7s",
        "BusParameterRed high 7s",
      ],
    );
    assert.ok(limits.every(({ labels }) => labels["parameter"] === "bus_propulsion_tank_pressure_pascals"));
    assert.match(JSON.stringify(rules), /spacecraft:bus_propulsion_thruster_state:raw/);
  });

  it("appear on the dashboards: a new subsystem, with states and thresholds", () => {
    const all = dashboards(dictionary);
    const subsystem = JSON.stringify(all.find(({ uid }) => uid === "perigee-subsystem-propulsion"));
    for (const metric of metrics) assert.ok(subsystem.includes(metric), metric);
    assert.ok(subsystem.includes('{"value":100000,"color":"yellow"}'));
    assert.ok(subsystem.includes('"FIRING"'));
    const spacecraft = JSON.stringify(all.find(({ uid }) => uid === "perigee-spacecraft"));
    assert.ok(spacecraft.includes("/d/perigee-subsystem-propulsion"));
    assert.ok(spacecraft.includes("bus_propulsion_tank_pressure_pascals"));
  });

  it("appear in the reference", () => {
    const reference = metricsReference(dictionary);
    for (const metric of metrics) assert.ok(reference.includes(`| \`${metric}\` |`), metric);
    assert.match(reference, /tank_pressure_pascals.*< 200kPa, > 900kPa \| < 100kPa, > 1MPa \| 7 s/);
  });
});
