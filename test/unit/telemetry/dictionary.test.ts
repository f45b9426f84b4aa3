import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  crossedLimit,
  DictionaryError,
  limitsInForce,
  loadDictionary,
  type Parameter,
  parseDictionary,
} from "../../../telemetry/dictionary";

/** A dictionary of one packet; each line is a parameter. */
function dictionaryOf(parameters: readonly string[], packet = ""): string {
  return [
    "name: test",
    'version: "1"',
    'time: { code: CUC, epoch: "2000-01-01T00:00:00Z" }',
    "packets:",
    `  - { apid: 1, name: first, subsystem: power, period: 1, description: d${packet}, parameters: [`,
    ...parameters.map((parameter) => `      { description: d, ${parameter} },`),
    "    ] }",
    "",
  ].join("\n");
}

function problemsOf(text: string): { line: number; key: string; message: string }[] {
  try {
    parseDictionary(text);
  } catch (error) {
    if (error instanceof DictionaryError) {
      return error.problems.map(({ line, key, message }) => ({ line, key, message }));
    }
    throw error;
  }
  return [];
}

function only(text: string): Parameter {
  const parameter = parseDictionary(text).parameters[0];
  assert.ok(parameter);
  return parameter;
}

describe("the default dictionary", () => {
  const dictionary = loadDictionary();

  it("has at least 60 parameters over at least 6 APIDs and six subsystems", () => {
    assert.ok(dictionary.parameters.length >= 60);
    assert.ok(dictionary.packets.length >= 6);
    assert.deepEqual([...dictionary.subsystems].sort(), [
      "attitude",
      "communications",
      "computer",
      "orbit",
      "power",
      "thermal",
    ]);
  });

  it("gives metrics in base units", () => {
    const metrics = dictionary.parameters.map((parameter) => parameter.metric);
    assert.ok(metrics.includes("bus_power_battery_voltage_volts"));
    assert.ok(metrics.includes("bus_power_battery_state_of_charge_ratio"));
    assert.ok(metrics.includes("bus_computer_boots_total"));
    assert.ok(metrics.includes("bus_attitude_mode"));
    assert.equal(new Set(metrics).size, metrics.length);
  });

  it("has limits in base units with their persistence", () => {
    const voltage = dictionary.parameters.find((each) => each.metric === "bus_power_battery_voltage_volts");
    assert.deepEqual(voltage?.limits?.normal, [
      { severity: "yellow", bound: "low", value: 14.4 },
      { severity: "yellow", bound: "high", value: 16.9 },
      { severity: "red", bound: "low", value: 13.2 },
      { severity: "red", bound: "high", value: 17.2 },
    ]);
    assert.equal(voltage.limits.persistenceSeconds, 10);
  });
});

describe("a dictionary with faults", () => {
  it("has all of them reported at once, each with its line and key", () => {
    const text = dictionaryOf(
      [
        "name: a, type: unsigned, bits: 16, unit: volt",
        "name: b, type: unsigned, bits: 16, unit: V, bitOffset: 16",
        "name: c, type: unsigned, bits: 16, unit: V, bitOffset: 24",
        "name: b, type: signed, bits: 8, unit: mV, bitOffset: 40",
        "name: e, type: unsigned, bits: 8, unit: V, bitOffset: 96",
        "name: f, type: unsigned, bits: 8, unit: V, bitOffset: 48, limits: { yellow: { low: 3 }, red: { low: 4 } }",
        "name: g, type: enumeration, bits: 8, bitOffset: 56",
        "name: h, type: enumeration, bits: 8, bitOffset: 64, states: { 0: }",
      ],
      ", bytes: 12",
    );
    const found = problemsOf(text);
    assert.deepEqual(
      found.map(({ line, key }) => [line, key]),
      [
        [6, "packets[0].parameters[0].unit"],
        [8, "packets[0].parameters[2].name"],
        [9, "packets[0].parameters[3].name"],
        [10, "packets[0].parameters[4].name"],
        [11, "packets[0].parameters[5].limits"],
        [12, "packets[0].parameters[6].states"],
        [13, "packets[0].parameters[7].states.0"],
      ],
    );
    const messages = found.map(({ message }) => message);
    assert.match(messages[0] ?? "", /unknown unit "volt", did you mean V\?/);
    assert.match(messages[1] ?? "", /c \(bits 24 to 39\) overlaps b \(bits 16 to 31, line 7\)/);
    assert.match(messages[2] ?? "", /gives the metric bus_power_b_volts, as first\.b does \(line 7\)/);
    assert.match(messages[3] ?? "", /ends at bit 104, the packet first at bit 96/);
    assert.match(messages[4] ?? "", /limits out of order: red low \(4\) must be below yellow low \(3\)/);
    assert.match(messages[5] ?? "", /needs its states/);
    assert.match(messages[6] ?? "", /enumeration without a value/);
  });

  for (const [what, parameter, expected] of [
    ["a float of 24 bits", "name: a, type: float, bits: 24, unit: V", /16, 32 or 64/],
    [
      "an encoding of another type",
      "name: a, type: unsigned, bits: 8, unit: V, encoding: sign-magnitude",
      /encoded as binary or bcd/,
    ],
    ["a signed number of one bit", "name: a, type: signed, bits: 1, unit: V", /at least 2 bits/],
    ["a number without a unit", "name: a, type: unsigned, bits: 8", /needs a unit/],
    [
      "a state that does not fit",
      "name: a, type: enumeration, bits: 1, states: { 2: ON }",
      /does not fit in 1 bits/,
    ],
    [
      "two states of one name",
      "name: a, type: enumeration, bits: 2, states: { 0: ON, 1: ON }",
      /already the name/,
    ],
    ["limits of a boolean", "name: a, type: boolean, limits: { red: { high: 1 } }", /boolean has no limits/],
    [
      "a table that goes back",
      "name: a, type: unsigned, bits: 8, unit: V, calibration: { table: [[1, 1], [0, 2]] }",
      /must rise/,
    ],
    ["an unknown key", "name: a, type: boolean, colour: red", /unknown key/],
    [
      "limits by a mode that nobody named",
      "name: a, type: unsigned, bits: 8, unit: V, limits: { byMode: { SAFE: {} } }",
      /names no mode/,
    ],
    [
      "a metric of the exporter's own",
      "name: limit, subsystem: parameter, type: boolean",
      /bus_parameter_limit, which is the exporter's own/,
    ],
  ] as const) {
    it(`is refused for ${what}`, () => {
      const messages = problemsOf(dictionaryOf([parameter])).map(({ message }) => message);
      assert.equal(messages.length, 1, messages.join("\n"));
      assert.match(messages[0] ?? "", expected);
    });
  }

  it("is refused in words when it is empty, and a unit like no other gets no guess", () => {
    assert.match(problemsOf("")[0]?.message ?? "", /^must have name, version, time and packets/);
    const [problem] = problemsOf(dictionaryOf(["name: a, type: unsigned, bits: 8, unit: furlong"]));
    assert.match(problem?.message ?? "", /^unknown unit "furlong"\. Known: V, /);
  });

  it("is refused with the place of a YAML error", () => {
    const found = problemsOf("name: [");
    assert.equal(found[0]?.line, 1);
  });

  it("is refused when two packets have one APID", () => {
    const twice = dictionaryOf(["name: a, type: boolean"]);
    const packet = twice
      .split("\n")
      .slice(4)
      .join("\n")
      .replace("first", "second")
      .replace("name: a", "name: b");
    assert.match(problemsOf(twice + packet)[0]?.message ?? "", /APID 1 is already packet first \(line 5\)/);
  });

  it("is refused, not thrown at, whatever the text is", () => {
    for (const text of [
      "",
      "[]",
      "3",
      "packets: 1",
      "packets: [1, null, []]",
      "a: &a [*a]",
      "\u0000",
      "name: !!binary x",
    ]) {
      assert.ok(problemsOf(text).length > 0, JSON.stringify(text));
    }
  });
});

describe("units", () => {
  it("convert without leaving crumbs: 16900 mV with a limit of 16.9 V is on the limit, not over it", () => {
    const parameter = only(
      dictionaryOf(["name: a, type: unsigned, bits: 16, unit: mV, limits: { red: { high: 16900 } }"]),
    );
    assert.equal(limitsInForce(parameter, undefined)[0]?.value, 16.9);
    assert.equal(crossedLimit(16900 / 1000, limitsInForce(parameter, undefined)), undefined);
  });

  it("turn kelvin into celsius, limits too", () => {
    const parameter = only(
      dictionaryOf(["name: a, type: unsigned, bits: 16, unit: K, limits: { red: { high: 300 } }"]),
    );
    assert.equal(parameter.metric, "bus_power_a_celsius");
    assert.ok(Math.abs((parameter.limits?.normal[0]?.value ?? 0) - 26.85) < 1e-9);
  });
});

describe("limits by mode", () => {
  const mode = "name: mode, type: enumeration, bits: 8, states: { 0: SAFE, 1: NOMINAL }";
  const rate =
    "name: rate, type: signed, bits: 8, unit: deg/s, limits: { red: { high: 1 }, byMode: { SAFE: { red: { high: 5 } } } }";
  const dictionary = parseDictionary(`mode: power.mode\n${dictionaryOf([mode, rate])}`);
  const parameter = dictionary.parameters[1] ?? only("");

  it("replace the normal ones in that mode only", () => {
    assert.equal(limitsInForce(parameter, "SAFE")[0]?.value, 5);
    assert.equal(limitsInForce(parameter, "NOMINAL")[0]?.value, 1);
    assert.equal(limitsInForce(parameter, undefined)[0]?.value, 1);
  });

  it("say the worst limit that a value crosses", () => {
    const limits = [
      { severity: "yellow", bound: "high", value: 1 },
      { severity: "red", bound: "high", value: 2 },
    ] as const;
    assert.equal(crossedLimit(1, limits), undefined);
    assert.equal(crossedLimit(1.5, limits)?.severity, "yellow");
    assert.equal(crossedLimit(3, limits)?.severity, "red");
    assert.equal(crossedLimit(NaN, limits), undefined);
  });
});

describe("the example in docs/telemetry.md", () => {
  it("is a dictionary, and gives the metrics that the page names", () => {
    const page = readFileSync(join(__dirname, "../../../docs/telemetry.md"), "utf8");
    const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    const metrics = parseDictionary(example, "docs/telemetry.md").parameters.map(
      (parameter) => parameter.metric,
    );
    assert.equal(metrics.length, 3);
    for (const metric of metrics) assert.ok(page.includes(`\`${metric}{`), metric);
  });

  it("of several layouts on one APID is one too", () => {
    const page = readFileSync(join(__dirname, "../../../docs/telemetry.md"), "utf8");
    const example = /```yaml\n(packets:[\s\S]*?)```/.exec(page)?.[1] ?? "";
    const { packets } = parseDictionary(`name: n\nversion: "1"\ntime: none\n${example}`, "docs/telemetry.md");
    assert.deepEqual(
      packets.map(({ apid, parameters }) => [apid, parameters.map(({ name }) => name)]),
      [
        [1424, ["events"]],
        [1424, ["events", "bins"]],
        [1424, ["events", "detector_current"]],
      ],
    );
  });
});
