import assert from "node:assert/strict";
import { DictionaryError } from "../../../../telemetry/dictionary";
import { stateDocument, TelemetryState } from "../../../../telemetry/exporter";
import { ruleFile } from "../../../../telemetry/rules";
import { type AlertCase, testCases } from "../rules/alertCase";
import { series, spacecraft } from "../rules/cases/series";
import { dictionaryWith, spacePacket } from "./dictionaryOf";

type Source = Readonly<Record<string, unknown>>;

const wheel = (alarms: Source): Source => ({
  ...{ name: "wheel", description: "State of the wheel", type: "enumeration", bits: 7, alarms },
  states: { 0: "OFF", 1: "RUNNING", "2..5": "DEGRADED", other: "FAULT" },
});
const heater = (alarms: Source): Source => ({
  name: "heater",
  description: "Heater",
  type: "boolean",
  alarms,
});
const dictionary = dictionaryWith([
  {
    parameters: [
      wheel({ yellow: ["DEGRADED", "OFF"], red: ["FAULT"], persistence: 20 }),
      heater({ red: ["on"] }),
    ],
  },
]);

describe("alarms on states, in the exporter", () => {
  it("are those of the state, once it has lasted", () => {
    const state = new TelemetryState(dictionary, 50);
    const conditions = (hex: string, now: number, count: number): unknown => {
      state.receive(spacePacket(hex, { count }), now);
      return stateDocument(state, "x", "0", now).parameters.map(({ condition }) => condition);
    };
    assert.deepEqual(conditions("02", 1000, 0), ["nominal", "nominal"]);
    assert.deepEqual(conditions("06", 1001, 1), ["nominal", "nominal"], "DEGRADED, not for long yet");
    assert.deepEqual(conditions("09", 1021, 2), ["yellow", "red"], "DEGRADED by another number, heater on");
    assert.deepEqual(conditions("60", 1022, 3), ["yellow", "nominal"], "FAULT, red not for long yet");
    assert.deepEqual(conditions("60", 1042, 4), ["red", "nominal"]);
    assert.deepEqual(conditions("02", 1043, 5), ["nominal", "nominal"]);
  });
});

describe("alarms on states, as promtool evaluates them", () => {
  const metric = "bus_s_wheel";
  const states = (current: string): Record<string, string> =>
    Object.fromEntries(
      ["OFF", "RUNNING", "DEGRADED", "FAULT"].map((state) => [
        series(metric, { state }),
        `${state === current ? 1 : 0}x60`,
      ]),
    );
  const firing = (state: string, severity: string): AlertCase["firing"] => [
    {
      labels: { spacecraft, parameter: metric, state },
      summary: `${spacecraft}: s wheel is ${state}`,
      description: `State of the wheel: ${state}, which is a ${severity} state.`,
    },
  ];
  const common = { notYetAt: "10s", at: "40s" };
  const cases: readonly AlertCase[] = [
    {
      ...common,
      alert: "BusParameterRed",
      it: "fires in a red state",
      series: states("FAULT"),
      firing: firing("FAULT", "red"),
    },
    {
      ...common,
      alert: "BusParameterYellow",
      it: "fires in a yellow one",
      series: states("OFF"),
      firing: firing("OFF", "yellow"),
    },
    {
      ...common,
      alert: "BusParameterYellow",
      it: "is silent in another",
      series: states("RUNNING"),
      firing: [],
    },
    {
      alert: "BusParameterRed",
      it: "fires while a boolean is on",
      series: { [series("bus_s_heater")]: "1x60" },
      at: "10s",
      firing: [
        {
          labels: { spacecraft, parameter: "bus_s_heater" },
          summary: `${spacecraft}: s heater is on`,
          description: "Heater: on, which is a red state.",
        },
      ],
    },
    {
      alert: "BusParameterRed",
      it: "is silent while it is off",
      series: { [series("bus_s_heater")]: "0x60" },
      at: "10s",
      firing: [],
    },
  ];
  testCases(ruleFile(dictionary), cases);
});

describe("alarms on states, in a dictionary", () => {
  for (const [what, parameter, expected] of [
    [
      "a state that is none",
      wheel({ red: ["BROKEN"] }),
      /alarms\.red: BROKEN is no state of it: OFF, RUNNING/,
    ],
    ["a state in both lists", wheel({ yellow: ["OFF"], red: ["OFF"] }), /OFF is named twice/],
    ["nothing", wheel({}), /give yellow, red or both/],
    ["a boolean's state in another spelling", heater({ red: ["ON"] }), /ON is no state of it: off, on/],
    [
      "a number",
      { name: "a", description: "d", type: "unsigned", bits: 8, unit: "V", alarms: { red: ["on"] } },
      /unsigned has no states; a number has limits/,
    ],
  ] as const) {
    it(`are refused of ${what}`, () => {
      assert.throws(
        () => dictionaryWith([{ parameters: [parameter] }]),
        (error) => error instanceof DictionaryError && expected.test(error.message),
      );
    });
  }
});
