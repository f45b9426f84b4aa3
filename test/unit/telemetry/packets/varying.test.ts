import assert from "node:assert/strict";
import fc from "fast-check";
import { Decoder, encodePacket } from "../../../../telemetry/decoder";
import { dictionaryWith, number, outcomeOf, problemsOf, spacePacket } from "./dictionaryOf";

type Source = Readonly<Record<string, unknown>>;

const text = (name: string, bytes: unknown, more: Source = {}): Source => ({
  ...{ name, description: "d", type: "binary", bytes, most: 8 },
  ...more,
});

const valuesOf = (parameters: readonly Source[], hex: string, more: Source = {}): unknown =>
  outcomeOf(dictionaryWith([{ parameters, ...more }]), spacePacket(hex)).values;

describe("texts of varying length", () => {
  it("take as many bytes as a field says, and others follow", () => {
    const parameters = [number("n", 8), text("t", "n"), number("end", 16)];
    assert.deepEqual(valuesOf(parameters, "02 aabb 0102"), { n: 2, t: "aabb", end: 258 });
    assert.deepEqual(valuesOf(parameters, "00 0102"), { n: 0, t: "", end: 258 });
  });

  it("take a multiple of it and some more", () => {
    const parameters = [number("n", 8), text("t", { field: "n", times: 2, plus: -1 }), number("end", 8)];
    assert.deepEqual(valuesOf(parameters, "02 aabbcc ff"), { n: 2, t: "aabbcc", end: 255 });
  });

  it("take what fits between the fields around them", () => {
    const parameters = [number("n", 8), text("t", "rest"), number("a", 4), number("b", 12)];
    assert.deepEqual(valuesOf(parameters, "01 aabbcc f123"), { n: 1, t: "aabbcc", a: 15, b: 0x123 });
    assert.deepEqual(valuesOf(parameters, "01 f123"), { n: 1, t: "", a: 15, b: 0x123 });
  });

  it("are shown up to their greatest length, and what follows is where it is", () => {
    const parameters = [number("n", 8), text("t", "n", { most: 2 }), number("end", 8)];
    assert.deepEqual(valuesOf(parameters, "03 aabbcc ff", { bytes: { from: 1 } }), {
      n: 3,
      t: "aabb",
      end: 255,
    });
  });

  it("have no value where they would end behind the packet, nor has what follows", () => {
    const parameters = [number("n", 8), text("t", "n"), number("end", 8)];
    assert.deepEqual(valuesOf(parameters, "09 aabb", { bytes: { from: 1 } }), { n: 9 });
  });

  it("may be hidden", () => {
    const parameters = [number("n", 8), text("t", "rest", { hidden: true }), number("end", 8)];
    assert.deepEqual(valuesOf(parameters, "01 aabb ff"), { n: 1, end: 255 });
  });

  for (const [what, parameters, expected] of [
    ["without a greatest length", [text("t", "rest", { most: undefined })], /needs most/],
    ["by no field", [text("t", "n")], /n is no unsigned field/],
    [
      "that fit, before another one",
      [text("t", "rest"), number("n", 8), text("u", "n")],
      /its length varies, as that of t before it/,
    ],
  ] as const) {
    it(`are refused ${what}`, () => assert.match(problemsOf([{ parameters }]), expected));
  }

  it("refuse a condition on what is behind them", () => {
    const problems = problemsOf([
      { name: "a", when: { kind: 1 }, parameters: [text("t", "rest"), number("kind", 8)] },
    ]);
    assert.match(problems, /kind is behind a field whose length varies/);
  });
});

describe("fields behind arrays of varying length", () => {
  it("are where the array ends, also behind several, in layouts that extend each other", () => {
    const dictionary = dictionaryWith([
      {
        name: "base",
        parameters: [
          number("n", 8),
          number("kind", 8),
          number("a", 16, { count: "n", most: 4 }),
          number("m", 8),
        ],
      },
      {
        extends: "base",
        name: "more",
        when: { kind: 1 },
        parameters: [number("b", 8, { count: "m", most: 4 }), number("end", 8)],
      },
    ]);
    assert.deepEqual(outcomeOf(dictionary, spacePacket("02 00 00010002 07")).values, {
      n: 2,
      kind: 0,
      a: [1, 2],
      m: 7,
    });
    assert.deepEqual(outcomeOf(dictionary, spacePacket("01 01 0005 02 0304 ff")).values, {
      ...{ n: 1, kind: 1, a: [5], m: 2, b: [3, 4], end: 255 },
    });
  });

  it("are read as a model does, whatever the lengths", () => {
    const dictionary = dictionaryWith([
      {
        bytes: { from: 1 },
        parameters: [
          ...[number("n", 8), number("a", 8, { count: "n", most: 255 }), number("m", 8)],
          ...[
            text("t", "m", { most: 255 }),
            number("u", 5),
            number("v", 11),
            text("r", "rest", { most: 255 }),
            number("w", 24),
          ],
        ],
      },
    ]);
    const bytes = (most: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most });
    fc.assert(
      fc.property(bytes(20), bytes(20), fc.nat(0xffff), bytes(20), fc.nat(0xffffff), (a, t, word, r, w) => {
        const hex = (of: Uint8Array): string => Buffer.from(of).toString("hex");
        const digits = (value: number, size: number): string => value.toString(16).padStart(size, "0");
        const data =
          digits(a.length, 2) +
          hex(a) +
          digits(t.length, 2) +
          hex(t) +
          digits(word, 4) +
          hex(r) +
          digits(w, 6);
        assert.deepEqual(outcomeOf(dictionary, spacePacket(data)).values, {
          ...{ n: a.length, a: [...a], m: t.length, t: hex(t) },
          ...{ u: word >>> 11, v: word & 0x7ff, r: hex(r), w },
        });
      }),
    );
  });

  it("are encoded with the greatest lengths, and decoded again", () => {
    const dictionary = dictionaryWith([
      {
        parameters: [
          number("n", 8),
          number("a", 8, { count: "n", most: 3 }),
          number("m", 8),
          text("t", "m", { most: 2 }),
          number("end", 16),
        ],
      },
    ]);
    const [layout] = new Decoder(dictionary).layouts;
    assert.ok(layout);
    const values = new Float64Array(dictionary.slots).fill(7);
    assert.deepEqual(outcomeOf(dictionary, encodePacket(layout, 0, 0, values)).values, {
      ...{ n: 3, a: [7, 7, 7], m: 2, t: "0000", end: 7 },
    });
  });
});
