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
  const encoding = (more: string): string => `<IntegerDataEncoding sizeInBits="16" ${more}/>`;
  const dimension =
    "<Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><DynamicValue>" +
    '<ParameterInstanceRef parameterRef="A"/><LinearAdjustment slope="1" intercept="-1"/></DynamicValue></EndingIndex></Dimension>';
  const damaged = {
    xtce: xtce({
      types:
        '<IntegerParameterType name="A_T"><IntegerDataEncoding sizeInBits="8"/></IntegerParameterType>' +
        `<IntegerParameterType name="B_T">${encoding('byteOrder="1,0" bitOrder="leastSignificantBitFirst"')}</IntegerParameterType>` +
        `<EnumeratedParameterType name="E_T"><IntegerDataEncoding sizeInBits="8"/><EnumerationList><Enumeration value="1" maxValue="4" label="On"/></EnumerationList></EnumeratedParameterType>` +
        '<FloatParameterType name="F"/>' +
        '<AggregateParameterType name="S"><MemberList><Member name="X" typeRef="A_T"/><Member name="Y" typeRef="E_T"/></MemberList></AggregateParameterType>' +
        `<ArrayParameterType name="L_T" arrayTypeRef="S"><DimensionList>${dimension}</DimensionList></ArrayParameterType>`,
      parameters:
        ["A", "B", "E", "L"].map((name) => parameter(name, `${name}_T`)).join("") + parameter("O", "F"),
      containers: container("P", entries("A", "B", "E", "L"), apid7),
      more:
        '<AlgorithmSet><MathAlgorithm name="M"><MathOperation outputParameterRef="O"><ParameterInstanceRefOperand parameterRef="A"/>' +
        "<ValueOperand>2</ValueOperand><Operator>y^x</Operator><Operator>dup</Operator><Operator>+</Operator></MathOperation></MathAlgorithm></AlgorithmSet>",
    }),
    cosmos: `TELEMETRY SAT P LITTLE_ENDIAN "d"
  APPEND_ID_ITEM ID 16 UINT 7 "d" BIG_ENDIAN
  APPEND_ITEM REST 32 UINT "d"
  APPEND_ITEM A 8 UINT "d"
    STATE ON 1 RED
    STATE OFF ANY
  APPEND_ITEM B 16 INT "d"
    SEG_POLY_READ_CONVERSION 0 1 2
    SEG_POLY_READ_CONVERSION 10 0 0 0.5
    UNITS Volts V
    LIMITS DEFAULT 1 ENABLED 1 2 8 9
  APPEND_ITEM C 0 BLOCK "d"
    VARIABLE_BIT_SIZE A 8
  ITEM D 0 0 DERIVED "d"
    GENERIC_READ_CONVERSION_START FLOAT 32
      packet.read('B') * 2.5 - 1
    GENERIC_READ_CONVERSION_END
`,
    csv: `name,data_type,bit_length,byte_order,states,calibration,red_low
A,uint,8,big,"0=OFF, 1-3=ON",,
B,U3412,32,,,"{""0"":1,""1"":2}",-5
C,"uint(A)",8,,"[""OFF"",""ON""]",,
D,float,32,little,,x^2 + 1,
`,
  };

  for (const [format, good] of Object.entries(damaged) as [keyof typeof damaged, string][]) {
    it(`in ${format.toUpperCase()} is refused, or gives a dictionary that its own check accepts`, () => {
      fc.assert(
        fc.property(
          fc.nat(good.length),
          fc.nat(40),
          fc.oneof(
            fc.string({ maxLength: 12 }),
            fc.constantFrom("-1", "0", "1e99", "NaN", "A", '"', "<", "999999"),
          ),
          fc.constantFrom("byte" as const, "field" as const, "ignored" as const, undefined),
          (at, cut, put, bitOrder) => {
            const text = good.slice(0, at) + put + good.slice(at + cut);
            try {
              imported(format, text, { apids: [7], bitOrder });
            } catch (error) {
              assert.equal((error as Error).name, "ImportError", `${String(error)}: ${text}`);
            }
          },
        ),
        { numRuns: 400 },
      );
    });
  }
});
