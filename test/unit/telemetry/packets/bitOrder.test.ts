import assert from "node:assert/strict";
import fc from "fast-check";
import { type FieldLayout, fieldReader, writeRaw } from "../../../../telemetry/decoder/rawField";
import { bitPlaces } from "../../../../telemetry/dictionary/bitOrder";
import { floatAt, integerAt } from "./bitModel";
import { dictionaryWith, number, outcomeOf, problemsOf, spacePacket } from "./dictionaryOf";

/** Bits of a field as they are sent, one text of digits. */
const sentBits = (bytes: Uint8Array, offset: number, size: number): string =>
  Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .slice(offset, offset + size);

const turned = (digits: string): string => [...digits].reverse().join("");

/** Bits of a number, the most significant first: the bytes by their significance, each of them turned or not. */
function plainBits(digits: string, order: readonly number[] | "little" | "big", isLsbFirst: boolean): string {
  if (digits.length % 8 !== 0) return isLsbFirst ? turned(digits) : digits;
  const bytes = (digits.match(/.{8}/g) ?? []).map((byte) => (isLsbFirst ? turned(byte) : byte));
  if (typeof order === "string") return (order === "little" ? bytes.reverse() : bytes).join("");
  return bytes
    .map((byte, i) => ({ byte, significance: order[i] ?? 0 }))
    .sort((a, b) => b.significance - a.significance)
    .map(({ byte }) => byte)
    .join("");
}

const shuffled = (bytes: number): fc.Arbitrary<readonly number[]> =>
  fc.shuffledSubarray(
    Array.from({ length: bytes }, (_, i) => i),
    { minLength: bytes, maxLength: bytes },
  );

/** A size with an order that it can have. */
const sizes = fc.oneof(
  fc
    .integer({ min: 2, max: 8 })
    .chain((bytes) =>
      fc.tuple(
        fc.constant(bytes * 8),
        shuffled(bytes),
        fc.constantFrom("msb-first" as const, "lsb-first" as const),
      ),
    ),
  fc.tuple(
    fc.integer({ min: 2, max: 64 }),
    fc.constant("little" as const),
    fc.constant("lsb-first" as const),
  ),
  fc.tuple(
    fc.constantFrom(3, 8, 16, 24, 32, 64),
    fc.constant("big" as const),
    fc.constant("lsb-first" as const),
  ),
);

const layout = (bits: number, more: Partial<FieldLayout>): FieldLayout => ({
  ...{ type: "unsigned", encoding: "binary", bitOffset: 0, bitSize: bits, byteOrder: "big" },
  ...more,
});

describe("fields with an order of bytes or bits of their own", () => {
  const noise = fc.uint8Array({ minLength: 16, maxLength: 16 });

  it("are the numbers that a model of turned and sorted texts of digits gives, from any bit on", () => {
    fc.assert(
      fc.property(
        sizes,
        noise,
        fc.nat(40),
        fc.boolean(),
        ([bits, byteOrder, bitOrder], bytes, at, isSigned) => {
          const places = bitPlaces({ byteOrder: byteOrder as "big", bitOrder }, bits);
          const encoding = isSigned ? "twos-complement" : "binary";
          const field = layout(bits, { bitOffset: at, bitPlaces: places, encoding });
          const digits = plainBits(sentBits(bytes, at, bits), byteOrder, bitOrder === "lsb-first");
          const exact = integerAt(
            [...digits].map((digit) => digit === "1"),
            encoding,
          );
          assert.equal(fieldReader(field)(bytes, 0) + 0, Number(exact));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("are floats too", () => {
    fc.assert(
      fc.property(shuffled(4), noise, (byteOrder, bytes) => {
        const field = layout(32, {
          ...{ type: "float", encoding: "ieee754" },
          bitPlaces: bitPlaces({ byteOrder: [...byteOrder], bitOrder: "msb-first" }, 32),
        });
        const digits = plainBits(sentBits(bytes, 0, 32), byteOrder, false);
        const bits = [...digits].map((digit) => digit === "1");
        assert.equal(fieldReader(field)(bytes, 0), floatAt(bits, "ieee754"));
      }),
    );
  });

  it("are written as they are read, and leave the bits beside them", () => {
    fc.assert(
      fc.property(sizes, noise, fc.nat(40), fc.nat(), ([bits, byteOrder, bitOrder], bytes, at, seed) => {
        const field = layout(bits, {
          bitOffset: at,
          bitPlaces: bitPlaces({ byteOrder: byteOrder as "big", bitOrder }, bits),
        });
        const before = Buffer.from(bytes);
        const value = seed % 2 ** Math.min(bits, 31);
        writeRaw(bytes, 0, field, value);
        assert.equal(fieldReader(field)(bytes, 0), value);
        const outside = (row: Uint8Array): string =>
          sentBits(row, 0, at) + sentBits(row, at + bits, 128 - at - bits);
        assert.equal(outside(bytes), outside(before));
      }),
    );
  });

  it("have in a dictionary the keys byteOrder and bitOrder", () => {
    const dictionary = dictionaryWith([
      {
        parameters: [
          number("words", 32, { byteOrder: [1, 0, 3, 2] }),
          number("turned", 8, { bitOrder: "lsb-first" }),
          number("both", 16, { bitOrder: "lsb-first", byteOrder: "little" }),
          number("some", 12, { bitOrder: "lsb-first", byteOrder: "little" }),
          number("next", 4),
        ],
      },
    ]);
    const { values } = outcomeOf(dictionary, spacePacket("03040102 01 8000 800 5"));
    assert.deepEqual(values, { words: 0x01020304, turned: 0x80, both: 1, some: 1, next: 5 });
  });

  for (const [what, more, expected] of [
    [
      "a list that is too short",
      { byteOrder: [0, 1] },
      /byteOrder: as a list has each byte of a number once/,
    ],
    ["a list with a byte twice", { byteOrder: [0, 1, 1, 3] }, /byteOrder: as a list/],
    ["another word", { byteOrder: "middle" }, /must be big, little, or a list of significances/],
    ["bits that are not whole bytes", { bits: 12, bitOrder: "lsb-first" }, /needs byteOrder: little/],
    [
      "a text",
      { type: "binary", bits: undefined, unit: undefined, bytes: 4, bitOrder: "lsb-first" },
      /binary has bytes, not a number's bits/,
    ],
    [
      "a text with a list",
      { type: "binary", bits: undefined, unit: undefined, bytes: 4, byteOrder: [1, 0] },
      /byteOrder: as a list/,
    ],
  ] as const) {
    it(`cannot have ${what}`, () => {
      assert.match(problemsOf([{ parameters: [number("a", 32, more)] }]), expected);
    });
  }
});
