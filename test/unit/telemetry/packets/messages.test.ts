import assert from "node:assert/strict";
import { DictionaryError, formatProblem, parseDictionary } from "../../../../telemetry/dictionary";
import { dictionaryWith, number } from "./dictionaryOf";

/** Messages of a refused text, without the place. */
function messagesOf(text: string): string[] {
  try {
    parseDictionary(text, "x.yaml");
    return [];
  } catch (error) {
    assert.ok(error instanceof DictionaryError, String(error));
    return error.problems.map(({ message }) => message);
  }
}
const head = 'name: n\nversion: "1"\ntime: none\npackets:\n';
const packet = (rest: string): string =>
  `${head}  - { apid: 1, name: p, subsystem: s, description: d, ${rest} }\n`;
const parameter = (rest: string): string =>
  packet(`period: 1, parameters: [{ name: a, description: d, ${rest} }]`);

describe("messages of dictionaries", () => {
  for (const [what, text, expected] of [
    [
      "states that are no numbers",
      parameter("type: enumeration, bits: 8, states: { 0-3: A }"),
      /^must be a whole number, a range such as 1\.\.3, or other$/,
    ],
    [
      "a period of 0",
      packet("period: 0, parameters: [{ name: a, description: d, type: boolean }]"),
      /^must be above 0$/,
    ],
    [
      "a time without a code",
      packet("period: 1, time: { epoch: x }, parameters: []"),
      /^must have a code: CUC, CDS, CCS or fields; or be none/,
    ],
    [
      "one number in two spellings",
      parameter('type: enumeration, bits: 8, states: { "00": A, 0: B }'),
      /^the key 0 is there already$/,
    ],
    ["two documents", `${head}---\na: 1\n`, /^must be one document: a second one begins at ---$/],
    [
      "thousands of brackets",
      `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`,
      /^is nested too deeply for a dictionary$/,
    ],
    [
      "a unit with another prefix",
      parameter("type: unsigned, bits: 8, unit: MA"),
      /^unknown unit "MA"\. Known: /,
    ],
    [
      "a rate with another prefix",
      parameter("type: unsigned, bits: 8, unit: Gbit/s"),
      /^unknown unit "Gbit\/s"\. Known: /,
    ],
    ["a unit in another case", parameter("type: unsigned, bits: 8, unit: mv"), /did you mean mV\?/],
    ["a unit in words", parameter("type: unsigned, bits: 8, unit: celsius"), /did you mean degC\?/],
    [
      "a unit of its own that is reserved",
      parameter("type: unsigned, bits: 8, unit: { suffix: bucket, symbol: b }"),
      /Prometheus reserves/,
    ],
    [
      "anchors without end",
      `a: &a [1]\n${Array.from({ length: 12 }, (_, i) => `k${i}: &b${i} [${`*${i ? `b${i - 1}` : "a"}, `.repeat(9)}]`).join("\n")}\n`,
      /anchors/,
    ],
  ] as const) {
    it(`are one line for ${what}`, () => {
      const messages = messagesOf(text);
      assert.ok(
        messages.some((message) => expected.test(message)),
        messages.join("\n"),
      );
      assert.ok(messages.every((message) => !message.includes("\n")));
    });
  }

  it("are warnings for what is allowed but hardly meant", () => {
    const { warnings } = dictionaryWith([
      {
        parameters: [
          number("low", 8, { unit: "V", limits: { red: { low: -5 } } }),
          number("battery_volts", 8, { unit: "V" }),
          number("x_bucket", 8),
          number("boots", 8),
          number("boots", 8, { kind: "counter" }),
          number("fine", 8, { unit: "V", limits: { red: { low: 5, high: 254 } } }),
        ],
      },
    ]);
    const texts = warnings.map(formatProblem);
    assert.equal(texts.length, 4, texts.join("\n"));
    assert.match(texts[0] ?? "", /limits\.red\.low: can never be crossed: the values of the field end at 0/);
    assert.match(texts[1] ?? "", /bus_s_battery_volts_volts, with the unit twice/);
    assert.match(texts[2] ?? "", /Prometheus reserves the ending _bucket/);
    assert.match(texts[3] ?? "", /bus_s_boots_total; bus_s_boots .* has the same family in OpenMetrics/);
  });

  it("take a unit of the mission's own", () => {
    const [own] = dictionaryWith([
      {
        parameters: [
          number("dose", 8, { unit: { suffix: "grays", symbol: "Gy" } }),
          number("light", 8, { unit: "lx" }),
        ],
      },
    ]).parameters;
    assert.deepEqual([own?.metric, own?.unit.base.symbol], ["bus_s_dose_grays", "Gy"]);
  });

  it("do not keep a big dictionary waiting: 60,000 states, in time that grows with their number", function () {
    this.timeout(60_000);
    const secondsFor = (count: number): number => {
      const states = Array.from({ length: count }, (_, i) => `${i}: S${i}`).join(", ");
      const start = process.cpuUsage();
      assert.deepEqual(messagesOf(parameter(`type: enumeration, bits: 16, states: { ${states} }`)), []);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6;
    };
    secondsFor(7_500);
    const [small, big] = [secondsFor(7_500), secondsFor(60_000)];
    assert.ok(big < 24 * Math.max(small, 0.1), `${small} s, ${big} s: eight times as many states`);
  });
});
