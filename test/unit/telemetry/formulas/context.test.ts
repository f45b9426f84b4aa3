import assert from "node:assert/strict";
import fc from "fast-check";
import { encodePacket, packetLayouts } from "../../../../telemetry/decoder";
import { type Dictionary, limitsInForce, type Parameter } from "../../../../telemetry/dictionary";
import { telemetryRegistry, TelemetryState } from "../../../../telemetry/exporter";
import { alertsOf, ruleFile } from "../../../../telemetry/rules";
import { dictionaryWith, number, outcomeOf, problemsOf, spacePacket } from "../packets/dictionaryOf";
import { type AlertCase, testCases } from "../rules/alertCase";
import { series, spacecraft } from "../rules/cases/series";

type Source = Readonly<Record<string, unknown>>;

const gain = (more: Source = {}): Source => ({
  ...{ name: "gain", description: "d", type: "enumeration", bits: 8 },
  ...{ states: { "0": "LOW", "1": "HIGH", "2": "OFF" }, ...more },
});
const heater = { name: "heater", description: "d", type: "boolean", bits: 8 };

const find = (dictionary: Dictionary, name: string): Parameter => {
  const found = dictionary.parameters.find((each) => each.name === name);
  assert.ok(found);
  return found;
};

describe("calibration by context", () => {
  const calibration = {
    contexts: [
      { when: { gain: "HIGH" }, polynomial: [0, 1] },
      { when: { gain: "LOW", heater: "on" }, formula: "x * 100 + 1" },
      {
        when: { gain: { not: ["OFF", "HIGH"] } },
        table: [
          [0, 0],
          [255, 2550],
        ],
      },
    ],
  };
  const signal = number("signal", 8, { unit: "mV", calibration });
  const near = (a: unknown, b: number): void =>
    assert.ok(Math.abs(Number(a) - b) < 1e-12, `${String(a)}, not ${b}`);

  it("takes the first whose conditions hold, by fields before or behind it", () => {
    const dictionary = dictionaryWith([{ parameters: [signal, gain(), heater] }]);
    near(outcomeOf(dictionary, spacePacket("05 01 00")).values.signal, 0.005);
    near(outcomeOf(dictionary, spacePacket("05 00 01")).values.signal, 0.501);
    near(outcomeOf(dictionary, spacePacket("05 00 00")).values.signal, 0.05);
  });

  it("has no value where none holds, and no error; or that of the curve beside the contexts", () => {
    const packet = spacePacket("05 02 00");
    const dictionary = (more: Source): Dictionary =>
      dictionaryWith([
        {
          parameters: [
            number("signal", 8, { unit: "mV", calibration: { ...calibration, ...more } }),
            gain(),
            heater,
          ],
        },
      ]);
    const { values, errors } = outcomeOf(dictionary({}), packet);
    assert.deepEqual([values.signal, errors], [undefined, []]);
    near(outcomeOf(dictionary({ polynomial: [7] }), packet).values.signal, 0.007);
  });

  const two = dictionaryWith([
    { apid: 1, name: "first", parameters: [gain()] },
    {
      ...{ apid: 2, name: "second" },
      parameters: [
        number("signal", 8, {
          ...{ unit: "count", limits: { red: { high: 90 } } },
          calibration: {
            contexts: [{ when: { "s.gain": "HIGH" }, polynomial: [0, 10] }],
            polynomial: [0, 1],
          },
        }),
      ],
    },
  ]);

  it("goes by the newest value of another packet while that is not overdue", () => {
    const state = new TelemetryState(two, 5);
    const now = 1_800_000_000;
    const send = (apid: number, count: number, hex: string, at: number): void =>
      state.receive(spacePacket(hex, { apid, count }), at);
    const value = (at: number): unknown => state.value(find(two, "signal"), at);
    send(2, 0, "0a", now);
    assert.equal(value(now), 10);
    send(1, 0, "01", now + 1);
    send(2, 1, "0a", now + 1);
    assert.equal(value(now + 1), 100);
    assert.equal(state.condition(find(two, "signal"), now + 1), "red");
    send(2, 2, "0a", now + 7);
    assert.equal(value(now + 7), 10);
  });

  it("does not go by the present where a recorder plays back", () => {
    const state = new TelemetryState(two, 5);
    const taken: unknown[] = [];
    state.keepHistory({ take: (_layout, _time, values) => taken.push(values[find(two, "signal").index]) });
    state.receive(spacePacket("01", { apid: 1 }), 1);
    state.receive(spacePacket("0a", { apid: 2, count: 7 }), 1, 1, true);
    state.receive(spacePacket("0a", { apid: 2, count: 9 }), 1);
    assert.deepEqual(taken.slice(1), [10, 100]);
  });

  it("is undone by the encoder, whatever the context", () => {
    const dictionary = dictionaryWith([
      {
        parameters: [
          number("signal", 16, {
            unit: "V",
            calibration: {
              contexts: [
                { when: { range: { from: 10, to: 99 } }, polynomial: [3, 0.5] },
                { when: { range: { from: 100 } }, polynomial: [-1, 2] },
              ],
              polynomial: [0, 0.25],
            },
          }),
          number("range", 8),
        ],
      },
    ]);
    const [layout] = packetLayouts(dictionary);
    assert.ok(layout);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 0, max: 255 }), (raw, range) => {
        const value = range < 10 ? raw / 4 : range < 100 ? 3 + raw / 2 : -1 + 2 * raw;
        const packet = encodePacket(layout, 0, 0, Float64Array.of(value, range));
        assert.equal(packet.readUInt16BE(6), raw);
        assert.deepEqual(outcomeOf(dictionary, packet).values, { signal: value, range });
      }),
    );
  });
});

describe("limits by context", () => {
  const limits = {
    ...{ yellow: { high: 40 }, red: { high: 50 } },
    contexts: [
      { when: { heater: "on", current: { from: 1.5 } }, red: { high: 90 } },
      { when: { gain: ["LOW", "OFF"] } },
    ],
  };
  const dictionary = dictionaryWith([
    {
      parameters: [
        number("temperature", 8, { unit: "degC", limits }),
        heater,
        number("current", 16, { unit: "mA", calibration: { polynomial: [0, 0.001] } }),
        gain(),
      ],
    },
  ]);
  const inForce = (values: Readonly<Record<string, number>>): unknown =>
    limitsInForce(find(dictionary, "temperature"), undefined, ({ name }) => values[name] ?? NaN).map(
      ({ severity, value }) => `${severity} ${value}`,
    );

  it("are those of the first context that holds, in the units of the file", () => {
    assert.deepEqual(inForce({ heater: 1, current: 0.0015, gain: 0 }), ["red 90"]);
    assert.deepEqual(inForce({ heater: 1, current: 0.0014, gain: 2 }), []);
    assert.deepEqual(inForce({ heater: 1, current: 0.0014, gain: 1 }), ["yellow 40", "red 50"]);
  });

  it("are the usual ones while the context is not known", () => {
    assert.deepEqual(inForce({}), ["yellow 40", "red 50"]);
    assert.deepEqual(inForce({ heater: 1 }), ["yellow 40", "red 50"]);
  });

  it("are exported as they are in force, and alarms go by them", () => {
    const state = new TelemetryState(dictionary, 5);
    const exported = (): string[] =>
      telemetryRegistry({ state, spacecraft: "sat", version: "1", clock: () => 1000 })
        .text("text")
        .split("\n")
        .filter((line) => line.startsWith("bus_parameter_limit{"))
        .map((line) => line.replace(/.*severity="(\w+)".* /, "$1 "));
    assert.deepEqual(exported(), ["yellow 40", "red 50"]);
    const conditions = ["3c 01 0640 01", "3c 01 0000 01", "3c 00 0000 00"].map((hex, count) => {
      state.receive(spacePacket(hex, { count }), 1000);
      return [state.condition(find(dictionary, "temperature"), 1000), ...exported()];
    });
    assert.deepEqual(conditions, [["nominal", "red 90"], ["red", "yellow 40", "red 50"], ["nominal"]]);
  });

  it("have a rule for each severity and bound of any context", () => {
    const rules = alertsOf(ruleFile(dictionary)).filter(({ labels }) => labels.parameter !== undefined);
    assert.deepEqual(
      rules.map(({ alert, labels }) => `${alert} ${labels.bound}`),
      ["BusParameterYellow high", "BusParameterRed high"],
    );
  });

  const metric = "bus_s_temperature_celsius";
  const limit = series("bus_parameter_limit", { parameter: metric, severity: "red", bound: "high" });
  const cases: readonly AlertCase[] = [
    {
      alert: "BusParameterRed",
      it: "fires by the limit of the present context, and names it",
      series: { [series(metric)]: "60x60", [limit]: "90x20 50x40" },
      interval: "5s",
      at: "3m",
      firing: [
        {
          labels: { spacecraft, parameter: metric, bound: "high" },
          summary: "perigee-1: s temperature above its red limit",
          description: "d: 60 °C, above the red high limit of 50 °C.",
        },
      ],
    },
    {
      alert: "BusParameterRed",
      it: "is silent while the context allows the value, and where it has no limit",
      series: { [series(metric)]: "60x60", [limit]: "90x20 stale" },
      interval: "5s",
      at: "3m",
      firing: [],
    },
  ];
  testCases(ruleFile(dictionary), cases);
});

describe("contexts that cannot be", () => {
  const of = (when: unknown, kind: "limits" | "calibration" = "limits"): string => {
    const context = kind === "limits" ? { red: { high: 9 } } : { polynomial: [1] };
    return problemsOf([
      {
        parameters: [
          number("value", 8, { [kind]: { contexts: [{ when, ...context }] } }),
          ...[gain(), number("secret", 8, { hidden: true }), number("list", 8, { count: 2 })],
          { name: "half", description: "d", type: "derived", formula: "value / 2", unit: "count" },
          number("other", 8, { calibration: { contexts: [{ when: { gain: "LOW" }, polynomial: [1] }] } }),
        ],
      },
    ]);
  };
  for (const [what, when, problem] of [
    [
      "on what is not there",
      { gian: "LOW" },
      /contexts\[0\]\.when\.gian: gian is no parameter of this packet/,
    ],
    ["on another packet's that is not there", { "t.gain": 1 }, /when\.t\.gain: t\.gain is no parameter/],
    ["on a hidden field", { secret: 1 }, /secret is hidden/],
    ["on an array", { list: 1 }, /list is an array/],
    ["on a state that is none", { gain: ["LOW", "MIDDLE"] }, /MIDDLE is no state of gain: LOW, HIGH, OFF/],
    ["on a range that ends before it begins", { gain: { from: 2, to: 1 } }, /from must not be above to/],
    ["on nothing", {}, /must name a parameter/],
  ] as const) {
    it(`are refused: ${what}`, () => assert.match(of(when), problem));
  }

  it("are refused for calibrations on what is decoded later", () => {
    assert.match(of({ half: 1 }, "calibration"), /half is derived: a calibration is chosen by a field/);
    assert.match(of({ other: 1 }, "calibration"), /other has a calibration by context itself/);
    assert.match(of({ value: 1 }, "calibration"), /value has a calibration by context itself/);
  });

  it("are refused with limits out of order, tables that fall and two curves at once", () => {
    const limits = { contexts: [{ when: { gain: "LOW" }, yellow: { high: 9 }, red: { high: 5 } }] };
    const falling = {
      contexts: [
        {
          when: { gain: "LOW" },
          table: [
            [2, 0],
            [1, 1],
          ],
        },
      ],
    };
    const both = {
      contexts: [
        {
          when: { gain: "LOW" },
          table: [
            [1, 0],
            [2, 1],
          ],
          polynomial: [1],
        },
      ],
    };
    assert.match(
      problemsOf([{ parameters: [number("a", 8, { limits }), gain()] }]),
      /limits\.contexts\[0\]: limits out of order/,
    );
    assert.match(
      problemsOf([{ parameters: [number("a", 8, { calibration: falling }), gain()] }]),
      /calibration\.contexts\[0\]\.table: raw values must rise/,
    );
    assert.match(
      problemsOf([{ parameters: [number("a", 8, { calibration: both }), gain()] }]),
      /contexts\[0\]: give one of polynomial/,
    );
  });
});
