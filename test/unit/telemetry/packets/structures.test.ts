import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeParameters, encodePacket, packetLayouts } from "../../../../telemetry/decoder";
import { dictionaryWith, number, outcomeOf, problemsOf, spacePacket } from "./dictionaryOf";

type Source = Readonly<Record<string, unknown>>;

const member = (name: string, bits: number, more: Source = {}): Source =>
  number(name, bits, { interleaved: true, ...more });
const filler = (name: string, bits: number): Source => ({
  ...{ name, description: "d", type: "unsigned", bits, hidden: true, interleaved: true },
});
const valuesOf = (parameters: readonly Source[], hex: string, more: Source = {}): unknown =>
  outcomeOf(dictionaryWith([{ ...more, parameters }]), spacePacket(hex)).values;

describe("arrays of structures", () => {
  const pair = [number("n", 8), number("a", 8, { count: "n", most: 4 }), member("b", 16)];

  it("have each member as an array of its own, and what follows is behind them all", () => {
    const parameters = [...pair, number("end", 8)];
    assert.deepEqual(valuesOf(parameters, "02 01 0002 03 0004 ff"), { n: 2, a: [1, 3], b: [2, 4], end: 255 });
    assert.deepEqual(valuesOf(parameters, "00 ff"), { n: 0, a: [], b: [], end: 255 });
  });

  it("are shown up to the greatest number, and what follows is where it is", () => {
    assert.deepEqual(
      valuesOf(
        [...pair.map((each) => ("count" in each ? { ...each, most: 1 } : each)), number("end", 8)],
        "02 01 0002 03 0004 ff",
        { bytes: { from: 1 } },
      ),
      {
        ...{ n: 2, a: [1], b: [2], end: 255 },
      },
    );
  });

  it("have only whole structures, also where they are what fits", () => {
    const rest = [number("a", 8, { count: "rest", most: 4 }), member("b", 16)];
    assert.deepEqual(valuesOf(rest, "01 0002 03 00"), { a: [1], b: [2] });
    const kept = [...rest, number("end", 8)];
    assert.deepEqual(valuesOf(kept, "01 0002 03 0004 ff"), { a: [1, 3], b: [2, 4], end: 255 });
  });

  it("may be of a fixed number, and have members that are not shown", () => {
    const parameters = [
      number("a", 4, { count: 2 }),
      filler("unused", 4),
      member("b", 8, { type: "signed" }),
      number("end", 8),
    ];
    assert.deepEqual(valuesOf(parameters, "1f ff 2f fe 07"), { a: [1, 2], b: [-1, -2], end: 7 });
  });

  it("may be hidden as a whole, so that what follows is found", () => {
    const hidden = [
      number("n", 8),
      { name: "x", description: "d", type: "binary", bytes: 3, count: "n", most: 4, hidden: true },
      number("end", 8),
    ];
    assert.deepEqual(valuesOf(hidden, "02 aabbcc ddeeff 07"), { n: 2, end: 7 });
  });

  it("are what a model reads that goes from byte to byte", () => {
    const bytes = fc.integer({ min: 1, max: 4 });
    const members = fc.array(fc.record({ bytes, isHidden: fc.boolean(), isLittle: fc.boolean() }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(
        bytes,
        members,
        fc.nat(6),
        fc.nat(6),
        fc.uint8Array({ minLength: 160, maxLength: 160 }),
        (first, others, count, behind, noise) => {
          const all = [{ bytes: first, isHidden: false, isLittle: false }, ...others];
          const parameters = [
            number("n", 8),
            ...all.map((each, i) => ({
              ...(each.isHidden ? filler(`m${i}`, each.bytes * 8) : number(`m${i}`, each.bytes * 8)),
              ...(i === 0 ? { count: "n", most: 6 } : { interleaved: true }),
              ...(each.isLittle && { byteOrder: "little" }),
            })),
            ...Array.from({ length: behind }, (_, i) => number(`e${i}`, 8)),
          ];
          const data = Buffer.from(noise);
          data[0] = count;
          const expected: Record<string, unknown> = { n: count };
          for (const [i, { isHidden }] of all.entries()) if (!isHidden) expected[`m${i}`] = [];
          let at = 1;
          for (let k = 0; k < count; k++) {
            for (const [i, each] of all.entries()) {
              const value = each.isLittle ? data.readUIntLE(at, each.bytes) : data.readUIntBE(at, each.bytes);
              if (!each.isHidden) (expected[`m${i}`] as number[]).push(value);
              at += each.bytes;
            }
          }
          for (let i = 0; i < behind; i++) expected[`e${i}`] = data[at++];
          assert.deepEqual(valuesOf(parameters, data.subarray(0, at).toString("hex")), expected);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("are written as they are read", () => {
    const dictionary = dictionaryWith([{ parameters: [...pair, number("end", 8)] }]);
    const [layout] = packetLayouts(dictionary);
    assert.ok(layout);
    const given = Float64Array.from({ length: dictionary.slots }, (_, i) => i + 1);
    const packet = encodePacket(layout, 0, 0, given);
    const values = new Float64Array(dictionary.slots);
    decodeParameters(layout, packet, 0, values, () => assert.fail());
    assert.deepEqual([...values], [4, 4, 4, 4, ...given.subarray(4)]);
  });

  for (const [what, parameters, expected] of [
    ["without an array before them", [number("a", 8), member("b", 8)], /interleaved: stands behind no array/],
    [
      "with a count of their own",
      [number("a", 8, { count: 2 }), member("b", 8, { count: 2 })],
      /count: is that of the array before it/,
    ],
    [
      "with a place of their own",
      [number("a", 8, { count: 2 }), member("b", 8, { bitOffset: 8 })],
      /bitOffset: is that of the array before it/,
    ],
    [
      "that are texts",
      [
        number("a", 8, { count: 2 }),
        { name: "t", description: "d", type: "binary", bytes: 2, interleaved: true },
      ],
      /an array has numbers, not binary/,
    ],
    [
      "of which the elements are not whole bytes, before another field",
      [number("n", 8), number("a", 8, { count: "n", most: 2 }), member("b", 4), number("end", 8)],
      /follows a, whose length varies, and not from byte to byte/,
    ],
    [
      "as a field that counts",
      [number("n", 8, { count: 2 }), number("a", 8, { count: "n", most: 2 })],
      /n is no unsigned field/,
    ],
    [
      "behind what they overlap",
      [number("a", 8, { count: 2 }), member("b", 8), number("c", 8, { bitOffset: 24 })],
      /c .* overlaps a/,
    ],
  ] as const) {
    it(`are refused ${what}`, () => assert.match(problemsOf([{ parameters }]), expected));
  }
});
