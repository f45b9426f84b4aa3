import assert from "node:assert/strict";
import fc from "fast-check";
import { spacePacket } from "../packets/dictionaryOf";
import { apid7, basedOn, comparison, container, entries, imported, parameter, xtce } from "./xtceOf";

/** A parameter of a random definition, and what its bits mean by a model that reads single bits. */
interface Kind {
  readonly bits: number;
  readonly type: (name: string) => string;
  readonly read: (bits: string) => number;
}

const uint: fc.Arbitrary<Kind> = fc.integer({ min: 1, max: 53 }).map((bits) => ({
  bits,
  type: (name) =>
    `<IntegerParameterType name="${name}"><IntegerDataEncoding sizeInBits="${bits}" encoding="unsigned"/></IntegerParameterType>`,
  read: (digits) => Number(BigInt(`0b${digits}`)),
}));

const int: fc.Arbitrary<Kind> = fc.integer({ min: 2, max: 53 }).map((bits) => ({
  bits,
  type: (name) =>
    `<IntegerParameterType name="${name}"><IntegerDataEncoding sizeInBits="${bits}" encoding="twosComplement"/></IntegerParameterType>`,
  read: (digits) => Number(BigInt.asIntN(bits, BigInt(`0b${digits}`))),
}));

const line: fc.Arbitrary<Kind> = fc
  .record({
    bits: fc.integer({ min: 1, max: 24 }),
    constant: fc.integer({ min: -99, max: 99 }),
    slope: fc.constantFrom(0.5, 2, -4),
  })
  .map(({ bits, constant, slope }) => ({
    bits,
    type: (name) =>
      `<FloatParameterType name="${name}"><IntegerDataEncoding sizeInBits="${bits}"><DefaultCalibrator><PolynomialCalibrator><Term exponent="1" coefficient="${slope}"/><Term exponent="0" coefficient="${constant}"/></PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding></FloatParameterType>`,
    read: (digits) => constant + slope * Number(BigInt(`0b${digits}`)),
  }));

const kinds = fc.array(fc.tuple(fc.oneof(uint, int, line), fc.nat(9)), { minLength: 1, maxLength: 12 });

/** A random packet: its parameters, gaps before some of them, and enough random bytes. */
const definition = fc.record({
  fields: kinds,
  kind: fc.nat(255),
  other: fc.nat(255),
  seed: fc.uint8Array({ minLength: 128, maxLength: 128 }),
});

describe("a random definition", () => {
  it("in XTCE gives the dictionary that decodes what a model reads bit by bit", () => {
    fc.assert(
      fc.property(definition, ({ fields, kind, other, seed }) => {
        const names = fields.map((_, i) => `P${i}`);
        const list = fields
          .map(([, gap], i) => {
            const place = `<LocationInContainerInBits><FixedValue>${gap}</FixedValue></LocationInContainerInBits>`;
            return `<ParameterRefEntry parameterRef="P${i}">${gap > 0 ? place : ""}</ParameterRefEntry>`;
          })
          .join("");
        const kindType =
          '<IntegerParameterType name="KIND_T"><IntegerDataEncoding sizeInBits="8"/></IntegerParameterType>';
        const text = xtce({
          types: kindType + fields.map(([{ type }], i) => type(`P${i}_T`)).join(""),
          parameters:
            parameter("KIND", "KIND_T") + names.map((name) => parameter(name, `${name}_T`)).join(""),
          containers:
            container("ROOT", entries("KIND"), apid7) +
            container("SUB", list, basedOn("ROOT", comparison("KIND", kind))),
        });
        const { decode, leftOut } = imported("xtce", text);
        assert.deepEqual(leftOut, []);

        const bytes = Buffer.from(seed);
        bytes[0] = kind;
        const digits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
        const expected: Record<string, number> = { kind };
        let at = 8;
        fields.forEach(([{ bits, read }, gap], i) => {
          at += gap;
          expected[`p${i}`] = read(digits.slice(at, at + bits));
          at += bits;
        });
        assert.deepEqual(decode(spacePacket(bytes.toString("hex"), { apid: 7 })), {
          packet: "sub",
          values: expected,
          errors: [],
        });
        bytes[0] = other;
        if (other !== kind) {
          assert.deepEqual(decode(spacePacket(bytes.toString("hex"), { apid: 7 })).values, { kind: other });
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("a damaged definition", () => {
  const good = xtce({
    types: '<IntegerParameterType name="A_T"><IntegerDataEncoding sizeInBits="8"/></IntegerParameterType>',
    parameters: parameter("A", "A_T"),
    containers: container("P", entries("A"), apid7),
  });

  it("is refused, or gives a dictionary that its own check accepts", () => {
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(40), fc.string({ maxLength: 12 }), (at, cut, put) => {
        const text = good.slice(0, at) + put + good.slice(at + cut);
        try {
          imported("xtce", text);
        } catch (error) {
          assert.equal((error as Error).name, "ImportError");
        }
      }),
      { numRuns: 300 },
    );
  });
});
