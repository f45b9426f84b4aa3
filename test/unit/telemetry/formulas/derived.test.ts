import assert from "node:assert/strict";
import fc from "fast-check";
import { encodePacket, packetLayouts } from "../../../../telemetry/decoder";
import type { Dictionary, Parameter } from "../../../../telemetry/dictionary";
import { stateDocument, telemetryRegistry, TelemetryState } from "../../../../telemetry/exporter";
import { dictionaryWith, number, outcomeOf, problemsOf, spacePacket } from "../packets/dictionaryOf";

type Source = Readonly<Record<string, unknown>>;

const derived = (name: string, formula: string, unit: unknown, more: Source = {}): Source => ({
  ...{ name, description: "d", type: "derived", formula, unit },
  ...more,
});
const voltage = number("voltage", 16, { unit: "mV" });
const current = number("current", 16, { unit: "mA" });

/** A packet with a voltage, and another one with a current and the power of both. */
const two = (more: Source = {}): Dictionary =>
  dictionaryWith([
    { apid: 1, name: "first", parameters: [voltage] },
    {
      ...{ apid: 2, name: "second", period: 10 },
      parameters: [
        current,
        derived("power", "s.voltage * current", "uW", more),
        derived("twice", "2 * power", "uW"),
      ],
    },
  ]);

class Bench {
  readonly state: TelemetryState;
  now = 1_800_000_000;
  private counts = [0, 0];

  constructor(readonly dictionary: Dictionary) {
    this.state = new TelemetryState(dictionary, 5);
  }

  /** Packet of an APID with one number of 16 bits. */
  send(apid: 1 | 2, raw: number): void {
    const count = (this.counts[apid - 1] ?? 0) + 1;
    this.counts[apid - 1] = count;
    this.state.receive(spacePacket(raw.toString(16).padStart(4, "0"), { apid, count }), this.now);
  }

  parameter(name: string): Parameter {
    const found = this.dictionary.parameters.find((each) => each.name === name);
    assert.ok(found);
    return found;
  }

  value(name: string): number | undefined {
    return this.state.value(this.parameter(name), this.now);
  }
}

describe("derived parameters of one packet", () => {
  const packet = {
    parameters: [
      derived("power", "voltage * current", "uW"),
      voltage,
      current,
      derived("resistance", "voltage / current", "Ohm"),
      derived("share", "power > 1000000 ? 100 : 10", "%"),
    ],
  };

  it("are computed with the packet, in the units of the file, whatever their order", () => {
    assert.deepEqual(outcomeOf(dictionaryWith([packet]), spacePacket("2710 03e8")).values, {
      ...{ power: 10, voltage: 10, current: 1, resistance: 10, share: 1 },
    });
  });

  it("have no bits: fields beside them are where they would be without", () => {
    assert.deepEqual(dictionaryWith([packet]).packets[0]?.userDataBytes, 4);
  });

  it("without a value are counted as not finite, and not exported", () => {
    const { values, errors } = outcomeOf(dictionaryWith([packet]), spacePacket("2710 0000"));
    assert.equal(values.resistance, undefined);
    assert.deepEqual(errors, ["not_finite"]);
  });

  it("are left out where an input is not in the packet, without an error", () => {
    const short = dictionaryWith([{ ...packet, bytes: { from: 2 } }]);
    const { values, errors } = outcomeOf(short, spacePacket("2710"));
    assert.deepEqual([values, errors], [{ voltage: 10 }, []]);
  });

  it("are the same in packets that extend theirs", () => {
    const extended = dictionaryWith([
      { ...packet, name: "base" },
      {
        extends: "base",
        name: "more",
        when: { voltage: 5 },
        parameters: [derived("half", "power / 2", "uW")],
      },
    ]);
    assert.equal(outcomeOf(extended, spacePacket("0005 0002")).values.half, 5e-6);
  });

  it("equal a model", () => {
    const dictionary = dictionaryWith([
      {
        parameters: [number("a", 16), number("b", 16), derived("c", "hypot(a, b) - 3 * abs(a - b)", "count")],
      },
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 0, max: 65_535 }), (a, b) => {
        const packets = packetLayouts(dictionary).map((layout) =>
          encodePacket(layout, 0, 0, Float64Array.of(a, b, 7)),
        );
        const [bytes] = packets;
        assert.ok(bytes);
        assert.equal(outcomeOf(dictionary, bytes).values.c, Math.hypot(a, b) - 3 * Math.abs(a - b));
      }),
    );
  });
});

describe("derived parameters of several packets", () => {
  it("are absent until every input is there, and follow each of them", () => {
    const bench = new Bench(two());
    bench.send(2, 500);
    assert.equal(bench.value("power"), undefined);
    bench.send(1, 2000);
    assert.equal(bench.value("power"), 1);
    assert.equal(bench.value("twice"), 2);
    bench.send(1, 4000);
    assert.equal(bench.value("power"), 2);
    bench.send(2, 1000);
    assert.equal(bench.value("twice"), 8);
  });

  it("are as old as their oldest input, and absent when it is stale", () => {
    const bench = new Bench(two());
    bench.send(1, 2000);
    bench.send(2, 500);
    bench.now += 4;
    bench.send(2, 500);
    assert.equal(bench.state.ageOfValue(bench.parameter("power"), bench.now), 4);
    assert.equal(bench.value("power"), 1);
    bench.now += 2;
    bench.send(2, 500);
    assert.equal(bench.value("power"), undefined);
    assert.equal(bench.state.condition(bench.parameter("power"), bench.now), "stale");
    bench.send(1, 2000);
    assert.equal(bench.value("power"), 1);
  });

  it("have limits, which each of their packets can cross", () => {
    const bench = new Bench(two({ limits: { red: { high: 1_500_000 } } }));
    bench.send(2, 500);
    bench.send(1, 2000);
    assert.equal(bench.state.condition(bench.parameter("power"), bench.now), "nominal");
    bench.send(1, 4000);
    assert.equal(bench.state.condition(bench.parameter("power"), bench.now), "red");
    const shown = stateDocument(bench.state, "sat", "1", bench.now).parameters.find(
      ({ name }) => name === "power",
    );
    assert.deepEqual([shown?.value, shown?.condition, shown?.unit], [2, "red", "W"]);
  });

  it("are metrics of their own", () => {
    const bench = new Bench(two());
    bench.send(1, 2000);
    bench.send(2, 500);
    const text = telemetryRegistry({
      ...{ state: bench.state, spacecraft: "sat", version: "1" },
      clock: () => bench.now,
    }).text("text");
    assert.match(text, /^bus_s_power_watts\{spacecraft="sat"\} 1$/m);
  });

  it("take nothing of the present into what a recorder played back", () => {
    const bench = new Bench(two());
    const taken: number[] = [];
    bench.state.keepHistory({
      take: (_layout, _time, values) => taken.push(values[bench.parameter("power").index] ?? 0),
    });
    bench.send(1, 2000);
    bench.state.receive(spacePacket("01f4", { apid: 2, count: 9 }), bench.now, 1, true);
    bench.send(2, 500);
    assert.deepEqual(taken, [NaN, NaN, 1]);
  });
});

describe("derived parameters that cannot be", () => {
  for (const [what, formula, unit, problem] of [
    [
      "of what is not there",
      "volts + 1",
      "V",
      /formula: volts is no parameter of this packet; those of others are written/,
    ],
    [
      "of another subsystem's that is not there",
      "t.voltage",
      "V",
      /t\.voltage is no parameter \(written subsystem\.name\)/,
    ],
    ["of a hidden field", "secret", "V", /secret is hidden: it has no value beyond its packet/],
    ["of a text", "name + 1", "V", /name is a text/],
    ["of an array", "list + 1", "V", /list is an array/],
    ["of themselves", "self + 1", "V", /is computed from itself: s\.self from s\.self/],
    ["of different units", "voltage + current", "V", /\+ has values of different units/],
    ["of units with different factors", "voltage + volts_2", "V", /\+ has values of different units/],
    ["of degrees without radians", "sin(angle)", "count", /sin takes radians: write sin\(rad\(\.\.\.\)\)/],
    [
      "with the unit of something else",
      "voltage * current",
      "V",
      /the units of what it uses make another one/,
    ],
    ["with a wrong factor", "voltage * current", "W", /is to be multiplied by 0\.000001 for its unit/],
    ["of a state that is none", "mode == 'WORSE' ? 1 : 0", "count", /WORSE is no state of mode: FINE/],
  ] as const) {
    it(`are refused: ${what}`, () => {
      const parameters = [
        ...[voltage, current, number("volts_2", 8, { unit: "V" }), number("angle", 8, { unit: "deg" })],
        ...[number("secret", 8, { hidden: true }), number("list", 8, { count: 2 })],
        { name: "name", description: "d", type: "string", bytes: 2 },
        { name: "mode", description: "d", type: "enumeration", bits: 8, states: { "0": "FINE" } },
        derived("self", formula, unit),
      ];
      assert.match(problemsOf([{ parameters }]), problem);
    });
  }

  for (const [formula, unit] of [
    ["voltage * current / 1000000", "W"],
    ["sqrt(voltage ** 2)", "mV"],
    ["voltage / current", "Ohm"],
    ["abs(voltage - 5)", "V"],
    ["voltage > current * 0 ? 1 : 2", "count"],
    ["temperature + 273.15", "degC"],
    ["max(voltage, voltage / 2)", "mV"],
  ] as const) {
    it(`are taken: ${formula} in ${unit}`, () => {
      const parameters = [
        voltage,
        current,
        number("temperature", 8, { unit: "K" }),
        derived("self", formula, unit),
      ];
      assert.equal(problemsOf([{ parameters }]), "");
    });
  }

  it("are refused in a circle, once, with its way", () => {
    const problems = problemsOf([
      {
        parameters: [
          number("x", 8),
          derived("a", "b + x", "count"),
          derived("b", "c", "count"),
          derived("c", "a", "count"),
        ],
      },
    ]);
    assert.match(problems, /formula: is computed from itself: s\.a from s\.b from s\.c from s\.a$/);
    assert.equal(problems.split("\n").length, 1);
  });

  it("are refused with the keys of a field, all at once", () => {
    const problems = problemsOf([
      { parameters: [number("x", 8), derived("a", "x", "count", { bits: 8, count: 2, hidden: true })] },
    ]);
    assert.equal(problems.split("\n").length, 3);
    const order = { byteOrder: "little", bitOrder: "lsb-first" };
    const ordered = problemsOf([{ parameters: [number("x", 8), derived("a", "x", "count", order)] }]);
    assert.equal(ordered.split("\n").length, 2, ordered);
    assert.match(
      problemsOf([{ parameters: [{ ...number("x", 8), formula: "1" }] }]),
      /belongs to type: derived/,
    );
  });
});

describe("calibration by a formula", () => {
  const thermistor = "1 / (1.129241e-3 + 2.341077e-4 * ln(x) + 8.775468e-8 * ln(x) ** 3) - 273.15";
  const dictionary = dictionaryWith([
    { parameters: [number("temperature", 16, { unit: "degC", calibration: { formula: thermistor } })] },
  ]);

  it("gives the value of the raw number x, in the unit", () => {
    const value = outcomeOf(dictionary, spacePacket("2710")).values.temperature;
    assert.ok(Math.abs(Number(value) - 25) < 0.1, String(value));
  });

  it("without a value is counted, and not exported", () => {
    const odd = dictionaryWith([{ parameters: [number("t", 8, { calibration: { formula: "100 / x" } })] }]);
    const { values, errors } = outcomeOf(odd, spacePacket("00"));
    assert.deepEqual([values, errors], [{}, ["not_finite"]]);
  });

  it("is undone by the simulator's encoder", () => {
    const [layout] = packetLayouts(dictionary);
    assert.ok(layout);
    const packet = encodePacket(layout, 0, 0, Float64Array.of(25));
    assert.ok(Math.abs(packet.readUInt16BE(6) - 10_000) < 10);
  });

  it("refuses other names than x", () => {
    const problem = problemsOf([{ parameters: [number("t", 8, { calibration: { formula: "y + t" } })] }]);
    assert.match(problem, /calibration\.formula: y is not known: x is the raw number/);
    assert.match(problem, /calibration\.formula: t is not known: x is the raw number/);
  });
});
