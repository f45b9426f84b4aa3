import assert from "node:assert/strict";
import fc from "fast-check";
import { dictionaryWith, number, outcomeOf, problemsOf, spacePacket } from "./dictionaryOf";

type Source = Readonly<Record<string, unknown>>;

describe("arrays", () => {
  it("of a fixed number are values of one parameter, and the next field follows them", () => {
    const dictionary = dictionaryWith([{ parameters: [number("a", 12, { count: 3 }), number("b", 4)] }]);
    assert.deepEqual(outcomeOf(dictionary, spacePacket("001 002 fff 5")).values, { a: [1, 2, 4095], b: 5 });
  });
  it("are counted by a field, or are what is left", () => {
    for (const count of ["n", "rest"]) {
      const dictionary = dictionaryWith([
        { parameters: [number("n", 8), number("a", 16, { count, most: 4 })] },
      ]);
      assert.deepEqual(outcomeOf(dictionary, spacePacket("02 0001 0002")).values, { n: 2, a: [1, 2] });
      assert.deepEqual(outcomeOf(dictionary, spacePacket("00")).values, { n: 0, a: [] });
      assert.deepEqual(outcomeOf(dictionary, spacePacket("09 0001 0002 0003 0004 0005")).errors, ["length"]);
    }
  });
  it("hold no more than is there, whatever the field says", () => {
    const dictionary = dictionaryWith([
      { parameters: [number("n", 8), number("a", 8, { count: "n", most: 4 })] },
    ]);
    assert.deepEqual(outcomeOf(dictionary, spacePacket("ff 01")).values, { n: 255, a: [1] });
  });
  for (const [what, parameters, expected] of [
    ["without a greatest number", [number("n", 8), number("a", 8, { count: "n" })], /needs most/],
    ["counted by no field", [number("a", 8, { count: "n", most: 4 })], /n is no unsigned field/],
    [
      "of varying length, and not of whole bytes, before another field",
      [number("a", 12, { count: "rest", most: 4 }), number("b", 8)],
      /follows a, whose length varies, and not from byte to byte/,
    ],
  ] as const) {
    it(`are refused ${what}`, () => assert.match(problemsOf([{ parameters }]), expected));
  }
});

describe("strings and binary fields", () => {
  const text = (type: string, bytes: number, more: Source = {}): Source => ({
    name: "t",
    description: "d",
    type,
    bytes,
    ...more,
  });
  const of = (parameter: Source, hex: string): unknown =>
    outcomeOf(dictionaryWith([{ parameters: [parameter] }]), spacePacket(hex)).values.t;

  it("end at the first NUL, or at blanks; control characters are not shown", () => {
    assert.equal(of(text("string", 6), "4f4b 00 ffffff"), "OK");
    assert.equal(of(text("string", 4), "4f4b 2020"), "OK");
    assert.equal(of(text("string", 3), "41 0a 42"), "A\uFFFDB");
    assert.equal(of(text("string", 1, { encoding: "latin-1" }), "e9"), "é");
    assert.equal(of(text("string", 1), "e9"), "\uFFFD");
  });
  it("begin at any bit, as numbers do", () => {
    const dictionary = dictionaryWith([
      { parameters: [number("a", 4), text("string", 2), text("binary", 1, { name: "u" }), number("b", 4)] },
    ]);
    const found = outcomeOf(dictionary, spacePacket("1 4f4b ab 2"));
    assert.deepEqual(found.values, { a: 1, t: "OK", u: "ab", b: 2 });
  });
  it("are hex digits", () => assert.equal(of(text("binary", 3), "00 ab ff"), "00abff"));
  it("have bytes, not bits, and no unit", () => {
    assert.match(
      problemsOf([{ parameters: [{ name: "t", description: "d", type: "string", bits: 8 }] }]),
      /has bytes, not bits/,
    );
    assert.match(problemsOf([{ parameters: [text("string", 1, { unit: "V" })] }]), /string has no unit/);
  });
});

describe("enumerations", () => {
  /** A function from a raw number in hex digits to its state. */
  const lookup = (states: Source): ((hex: string) => unknown) => {
    const parameter = { name: "e", description: "d", type: "enumeration", bits: 8, states };
    const dictionary = dictionaryWith([{ parameters: [parameter] }]);
    return (hex) => {
      const { values, errors } = outcomeOf(dictionary, spacePacket(hex));
      return errors[0] ?? dictionary.parameters[0]?.states.get(values.e as number);
    };
  };
  const of = (states: Source, hex: string): unknown => lookup(states)(hex);
  it("have negative numbers, ranges, and a state of all others", () => {
    assert.equal(of({ "-1": "ERROR", 0: "OK" }, "ff"), "ERROR");
    assert.equal(of({ "1..3": "BUSY", 0: "OK" }, "02"), "BUSY");
    assert.equal(of({ "1..3": "BUSY", 0: "OK" }, "04"), "unknown_state");
    assert.equal(of({ 0: "OK", other: "BAD" }, "01"), "BAD");
    assert.equal(of({ "-128..-1": "LOW", "0..127": "HIGH" }, "80"), "LOW");
  });
  it("are looked up as a model of the states says, for every number", () => {
    const span = fc.tuple(fc.integer({ min: -128, max: 127 }), fc.nat(20));
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 6 }), fc.boolean(), (spans, hasOther) => {
        const used = new Set<number>();
        const states: Record<string, string> = hasOther ? { other: "OTHER" } : {};
        spans.forEach(([from, length], i) => {
          const to = Math.min(from + length, 127);
          const numbers = Array.from({ length: to - from + 1 }, (_, each) => from + each);
          if (numbers.some((each) => used.has(each))) return;
          numbers.forEach((each) => used.add(each));
          states[to > from ? `${from}..${to}` : `${from}`] = `S${i}`;
        });
        fc.pre(Object.keys(states).some((key) => key.includes("-")));
        const stateOf = lookup(states);
        for (let raw = -128; raw < 128; raw++) {
          const key = Object.keys(states).find((each) => {
            const [from = NaN, to = from] = each.split("..").map(Number);
            return from <= raw && raw <= to;
          });
          const expected = key === undefined ? (states.other ?? "unknown_state") : states[key];
          assert.equal(stateOf((raw & 0xff).toString(16).padStart(2, "0")), expected);
        }
      }),
      { numRuns: 50 },
    );
  });
  for (const [states, expected] of [
    [{ 300: "A" }, /300 does not fit in 8 bits/],
    [{ "3..1": "A" }, /begins above its end/],
    [{ "1..5": "A", 3: "B" }, /3: has numbers that 1\.\.5 has too/],
    [{ "0-3": "A" }, /must be a whole number, a range such as 1\.\.3, or other/],
    [{ 1.5: "A" }, /must be a whole number/],
  ] as const) {
    it(`are refused with ${JSON.stringify(states)}`, () => {
      const parameter = { name: "e", description: "d", type: "enumeration", bits: 8, states };
      assert.match(problemsOf([{ parameters: [parameter] }]), expected);
    });
  }
});
