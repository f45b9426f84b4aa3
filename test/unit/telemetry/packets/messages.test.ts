import assert from "node:assert/strict";
import { DictionaryError, parseDictionary } from "../../../../telemetry/dictionary";
import { dictionaryWith, number, problemsOf, warningsOf } from "./dictionaryOf";

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

  for (const [what, text, expected] of [
    [
      "a number below its least",
      parameter("type: unsigned, bits: 8, unit: V, limits: { red: { low: 1 }, persistence: -10 }"),
      "must be at least 0",
    ],
    [
      "a number that is none",
      parameter("type: unsigned, bits: 8, unit: V, limits: { red: { low: 1 }, persistence: long }"),
      "must be a number",
    ],
    ["a number above its most", parameter("type: unsigned, bits: 65, unit: V"), "must be at most 64"],
    ["a number that is not whole", parameter("type: unsigned, bits: 1.5, unit: V"), "must be a whole number"],
    [
      "a header that is none of the known ones",
      packet("period: 1, secondaryHeader: PUS-D, parameters: [{ name: a, description: d, type: boolean }]"),
      "must be none, PUS-C, PUS-A, or its size: { bytes: 10 }; did you mean PUS-C?",
    ],
    [
      "a header with a wrong key",
      packet(
        "period: 1, secondaryHeader: { bytes: 5, flg: set }, parameters: [{ name: a, description: d, type: boolean }]",
      ),
      "unknown key",
    ],
    [
      "a word that is nearly a known one",
      parameter("type: boolean, bitOrder: msb-frist"),
      "must be one of msb-first, lsb-first; did you mean msb-first?",
    ],
    [
      "a size of a time that is none of two",
      packet(
        "period: 1, time: { code: CDS, epoch: '2000-01-01T00:00:00Z', dayBytes: 5 }, parameters: [{ name: a, description: d, type: boolean }]",
      ),
      "must be 2 or 3",
    ],
    [
      "a text that is a number",
      parameter("type: boolean, subsystem: 5"),
      "must be a text; write it in quotes",
    ],
    ["a list that is empty", parameter("type: boolean, alarms: { red: [] }"), "must have at least 1 entry"],
    ["a parameter that is none", packet("period: 1, parameters: [5]"), "must be keys with their values"],
    ["a list that is none", packet("period: 1, parameters: 5"), "must be a list"],
    ["a switch that is neither", parameter("type: boolean, overlaps: yes"), "must be true or false"],
    [
      "a value of a field that is not whole",
      packet(
        "period: 1, when: { a: { from: 1.5 } }, parameters: [{ name: a, description: d, type: boolean }]",
      ),
      "must be a whole number",
    ],
    [
      "an unknown packet that is extended",
      `${packet("period: 1, parameters: [{ name: a, description: d, type: boolean }]")}  - { extends: q, apid: 2, name: r, description: d }\n`,
      "q is no packet before this one in the file: p",
    ],
    [
      "thousands of brackets, which end its reading",
      `a: ${"[".repeat(3_000)}${"]".repeat(3_000)}`,
      "is nested too deeply for a dictionary",
    ],
    [
      "a description of millions of characters",
      parameter(
        `type: boolean, alarms: { red: [on] } }, { name: b, type: boolean, description: "${"d".repeat(10_000_000)}"`,
      ),
      "must have at most 400 characters",
    ],
  ] as const) {
    it(`say what is allowed, in one line, for ${what}`, () => assert.deepEqual(messagesOf(text), [expected]));
  }

  it("say of each key that is missing that it is, and what it is", () => {
    assert.deepEqual(
      messagesOf("name: n\ntime: none\npackets: [{ apid: 1, subsystem: s, period: 1, parameters: [{}] }]\n"),
      [
        "is missing: must be a text",
        "is missing: must be a text",
        "is missing: must be a text",
        "is missing: must be a text",
        "is missing: must be a text",
        "is missing: must be one of unsigned, signed, float, enumeration, boolean, string, binary, derived",
      ],
    );
  });

  it("are only the first of what follows from it: nothing refers to what is refused", () => {
    const wrong = 'mode: s.m\nname: n\nversion: "1"\nsecondaryHeader: PUS-C\ntime: none\npackets:\n';
    const m = "{ name: m, description: d, type: enumeration, bits: 8, states: { 0: A } }";
    const limited =
      "{ name: v, description: d, type: unsigned, bits: 8, unit: V, limits: { byMode: { A: { red: { low: 1 } } }, contexts: [{ when: { s.m: A }, red: { low: 2 } }] } }";
    const derived =
      "{ name: x, description: d, type: derived, unit: count, formula: \"s.m == 'A' ? 1 : 0\" }";
    const base = (more: string): string =>
      `  - { apid: 1, name: p, subsystem: s, description: d, period: 1${more}, service: 1, parameters: [${m}] }\n`;
    const others = `  - { apid: 2, name: q, subsystem: s, description: d, period: 1, parameters: [${limited}, ${derived}] }\n  - { extends: p, name: r, description: d, when: { m: 0 } }\n`;
    assert.deepEqual(messagesOf(wrong + base("") + others), []);
    assert.deepEqual(messagesOf(wrong + base(", checksum: crc-16") + others), [
      "must be none, crc16 or iso16; did you mean crc16?",
    ]);
    assert.deepEqual(messagesOf(wrong.replace('"1"', "1") + base("") + others), [
      "must be a text; write it in quotes",
    ]);
    assert.deepEqual(
      messagesOf(wrong + base("") + others.replace("when: { m: 0 }", "when: { m: 0 }, bytes: []")),
      ["must be a number of bytes, or { from, to }"],
    );
    const field = "{ name: n, description: d, type: unsigned, bits: 800, hidden: true }";
    assert.deepEqual(
      messagesOf(
        packet(
          `period: 1, when: { n: 1 }, stored: { when: { n: 2 } }, event: { text: t, id: n }, parameters: [${field}, { name: l, description: d, type: unsigned, bits: 8, unit: V, count: n, most: 2 }]`,
        ),
      ),
      ["must be at most 64"],
    );
  });

  it("name both parameters that a name may mean", () => {
    const named = (subsystem: string, unit: string): object => number("x", 8, { subsystem, unit });
    const derived = (formula: string): object => ({
      ...{ name: "y", description: "d", type: "derived", unit: "count", formula },
    });
    const refused = (...packets: readonly object[][]): string =>
      problemsOf(packets.map((parameters, i) => ({ apid: i + 1, name: `p${i}`, parameters })));
    const formula = derived("s.x > 1 ? 1 : 0");
    const text = refused([named("s", "V")], [named("s", "A"), formula]);
    assert.match(text, /formula: s\.x is of packet p0 \(line 1\) and of packet p1 \(line 1\): rename one$/);
    assert.match(
      refused([named("a", "V"), named("b", "V"), derived("x > 1 ? 1 : 0")]),
      /formula: x is a\.x or b\.x: write which$/,
    );
    const limits = { limits: { contexts: [{ when: { "s.x": 1 }, red: { low: 1 } }] } };
    assert.match(
      refused([named("s", "V")], [named("s", "A"), number("z", 8, limits)]),
      /when\.s\.x: s\.x is of packet p0/,
    );
    assert.equal(refused([named("s", "V"), named("b", "V"), derived("x > 1 ? 1 : 0")]), "");
    const mode = { name: "m", description: "d", type: "enumeration", bits: 8, states: { 0: "A" } };
    const both = [
      { parameters: [mode] },
      { apid: 2, name: "q", parameters: [number("m", 8, { unit: "V" })] },
    ];
    assert.match(problemsOf(both, { mode: "s.m" }), /mode: s\.m is of packet p .* and of packet q /);
  });

  it("are warnings for what is allowed but hardly meant", () => {
    const texts = warningsOf([
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
