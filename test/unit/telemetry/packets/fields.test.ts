import assert from "node:assert/strict";
import fc from "fast-check";
import { Program } from "../../../../telemetry/decoder/program";
import { type FieldLayout, fieldReader, writeRaw } from "../../../../telemetry/decoder/rawField";
import { parseDictionary } from "../../../../telemetry/dictionary";
import { bitsAt, floatAt, integerAt } from "./bitModel";

const integer = (encoding: FieldLayout["encoding"], least: number, most: number): fc.Arbitrary<FieldLayout> =>
  fc.record({
    type: fc.constant(
      encoding === "binary" || encoding === "bcd" ? ("unsigned" as const) : ("signed" as const),
    ),
    encoding: fc.constant(encoding),
    bitOffset: fc.nat(40),
    bitSize:
      encoding === "bcd"
        ? fc.integer({ min: 1, max: 13 }).map((digits) => 4 * digits)
        : fc.integer({ min: least, max: most }),
    byteOrder: fc.constantFrom("big", "little"),
  });
const anyInteger = fc.oneof(
  integer("binary", 1, 64),
  integer("twos-complement", 2, 64),
  integer("ones-complement", 2, 53),
  integer("sign-magnitude", 2, 53),
  integer("bcd", 4, 52),
);
const anyFloat: fc.Arbitrary<FieldLayout> = fc
  .tuple(
    fc.constantFrom(
      ["ieee754", 16],
      ["ieee754", 32],
      ["ieee754", 64],
      ["mil-std-1750a", 32],
      ["mil-std-1750a", 48],
    ),
    fc.nat(40),
    fc.constantFrom("big", "little"),
  )
  .map(([[encoding, bitSize], bitOffset, byteOrder]) => ({
    ...{ type: "float" as const, encoding: encoding },
    ...{ bitSize: Number(bitSize), bitOffset, byteOrder: byteOrder },
  }));
const noise = fc.uint8Array({ minLength: 16, maxLength: 16 });

const modelOf = (bytes: Uint8Array, at: number, field: FieldLayout): number => {
  const bits = bitsAt(bytes.subarray(at), field.bitOffset, field.bitSize, field.byteOrder === "little");
  if (field.type === "float") return floatAt(bits, field.encoding);
  const exact = integerAt(bits, field.encoding);
  // Number() of a BigInt is the nearest float64.
  return exact === undefined ? NaN : Number(exact);
};

describe("fields at any bit", () => {
  it("are integers of every encoding and order, to the nearest float64, as a model of single bits reads them", () => {
    fc.assert(
      fc.property(anyInteger, noise, fc.nat(3), (field, bytes, at) => {
        assert.equal(fieldReader(field)(bytes, at) + 0, modelOf(bytes, at, field) + 0);
      }),
      { numRuns: 5000 },
    );
  });

  it("are floats of 16, 32 and 64 bits and of MIL-STD-1750A", () => {
    fc.assert(
      fc.property(anyFloat, noise, fc.nat(1), (field, bytes, at) => {
        assert.equal(fieldReader(field)(bytes, at), modelOf(bytes, at, field));
      }),
      { numRuns: 3000 },
    );
  });

  it("read what was written, and the bits beside them stay", () => {
    fc.assert(
      fc.property(fc.oneof(anyInteger, anyFloat), noise, noise, fc.nat(1), (field, source, target, at) => {
        const value = fieldReader(field)(source, at);
        fc.pre(Number.isFinite(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER);
        const written = Uint8Array.from(target);
        writeRaw(written, at, field, value);
        assert.equal(fieldReader(field)(written, at) + 0, value + 0);
        const isOwn = (bit: number): boolean =>
          bit >= at * 8 + field.bitOffset && bit < at * 8 + field.bitOffset + field.bitSize;
        const isLittle = field.byteOrder === "little";
        for (let bit = 0; bit < 128; bit++) {
          if (!isOwn(bit)) {
            assert.deepEqual(bitsAt(written, bit, 1, isLittle), bitsAt(target, bit, 1, isLittle));
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  for (const [bytes, value] of [
    ["40000000", 0.5],
    ["7fffff7f", (1 - 2 ** -23) * 2 ** 127],
    ["4000007f", 2 ** 126],
    ["80000000", -1],
    ["50000003", 5],
    ["9fffff04", -(0.75 + 2 ** -23) * 2 ** 4],
    ["400000000000", 0.5],
  ] as const) {
    it(`MIL-STD-1750A: ${bytes} is ${value}`, () => {
      const field = { type: "float", encoding: "mil-std-1750a", bitOffset: 0, byteOrder: "big" } as const;
      const read = fieldReader({ ...field, bitSize: bytes.length * 4 });
      assert.equal(read(Buffer.from(bytes, "hex"), 0), value);
    });
  }

  it("are decoded by a program of many of them exactly as one by one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyInteger, anyFloat), { minLength: 1, maxLength: 12 }),
        noise,
        (fields, bytes) => {
          const parameters = fields.map((field, i) => ({
            ...{
              name: `p${i}`,
              description: "d",
              type: field.type,
              encoding: field.encoding,
              bits: field.bitSize,
            },
            ...{ bitOffset: field.bitOffset, byteOrder: field.byteOrder, unit: "count", overlaps: true },
          }));
          const dictionary = parseDictionary(
            JSON.stringify({
              ...{ name: "n", version: "1", time: "none" },
              packets: [{ apid: 1, name: "p", subsystem: "s", period: 1, description: "d", parameters }],
            }),
          );
          const values = new Float64Array(dictionary.slots);
          new Program(dictionary.parameters).run(bytes, 0, 16, values, () => undefined);
          const finite = (value: number): number => (Number.isFinite(value) ? value + 0 : NaN);
          assert.deepEqual(
            Array.from(values, (value) => value + 0),
            fields.map((field) => finite(fieldReader(field)(bytes, 0))),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
