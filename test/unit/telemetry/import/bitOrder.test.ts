import assert from "node:assert/strict";
import fc from "fast-check";
import { spacePacket } from "../packets/dictionaryOf";
import { apid7, container, entries, field, imported, integer, parameter, xtce } from "./xtceOf";

const packet = (hex: string): Buffer => spacePacket(hex, { apid: 7 });
type BitOrder = Parameters<typeof field>[2];

const lsb = 'bitOrder="leastSignificantBitFirst"';
const little = 'byteOrder="leastSignificantByteFirst"';

describe("bits of XTCE whose least significant one comes first", () => {
  it("are left out where nobody says what that means", () => {
    const { leftOut, decode } = field(8, lsb);
    assert.deepEqual(leftOut, [
      "Parameter A: its least significant bit comes first (bitOrder): --bit-order says what that means",
    ]);
    assert.deepEqual(decode(packet("01 05")).values, { b: 5 });
  });

  for (const [bits, attributes, bitOrder, hex, value] of [
    [8, lsb, "byte", "01 05", 0x80],
    [8, lsb, "field", "01 05", 0x80],
    [8, lsb, "ignored", "01 05", 1],
    [16, lsb, "byte", "0180 05", 0x8001],
    [16, lsb, "field", "0180 05", 0x0180],
    [16, lsb, "ignored", "0102 05", 0x0102],
    [16, `${lsb} ${little}`, "byte", "8001 05", 0x8001],
    [16, `${lsb} ${little}`, "byte", "8040 05", 0x0201],
    [16, `${lsb} ${little}`, "field", "8040 05", 0x0201],
    [16, `${lsb} ${little}`, "ignored", "8001 05", 0x0180],
    [32, `${lsb} byteOrder="2,3,0,1"`, "byte", "80402010 05", 0x02010804],
    [1, lsb, undefined, "80 05", 1],
  ] as const) {
    it(`of ${bits} bits (${attributes}) are taken by --bit-order ${bitOrder ?? "(none)"}`, () => {
      const { leftOut, decode } = field(bits, attributes, bitOrder);
      assert.deepEqual(leftOut, []);
      assert.equal(decode(packet(hex)).values.a, value);
    });
  }

  it("of 12 bits are reversed as a field, not as bytes", () => {
    assert.equal(field(12, lsb, "field").decode(packet("800500")).values.a, 1);
    assert.match(field(12, lsb, "byte").leftOut.join(), /reversed bits of bytes/);
  });

  it("of texts are left out, unless they mean nothing", () => {
    const text = (bitOrder: BitOrder): ReturnType<typeof imported> =>
      imported(
        "xtce",
        xtce({
          types: `<BinaryParameterType name="T"><BinaryDataEncoding ${lsb}><SizeInBits><FixedValue>16</FixedValue></SizeInBits></BinaryDataEncoding></BinaryParameterType>${integer("U8", 8)}`,
          parameters: parameter("A", "T") + parameter("B", "U8"),
          containers: container("P", entries("A", "B"), apid7),
        }),
        { bitOrder },
      );
    assert.match(text("byte").leftOut.join(), /a text with its bits in reverse order/);
    assert.deepEqual(text("byte").decode(packet("beef 05")).values, { b: 5 });
    assert.deepEqual(text("ignored").decode(packet("beef 05")).values, { a: "beef", b: 5 });
  });
});

describe("orders of bytes", () => {
  it("of XTCE may be any list, in its attribute or as elements", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }),
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.boolean(),
        (order, bytes, isElement) => {
          const list = `<ByteOrderList>${order.map((each) => `<Byte byteSignificance="${each}"/>`).join("")}</ByteOrderList>`;
          const encoding = isElement
            ? `<IntegerDataEncoding sizeInBits="32">${list}</IntegerDataEncoding>`
            : `<IntegerDataEncoding sizeInBits="32" byteOrder="${order.join(",")}"/>`;
          const { decode, leftOut } = imported(
            "xtce",
            xtce({
              types: `<IntegerParameterType name="F" signed="false">${encoding}</IntegerParameterType>`,
              parameters: parameter("A", "F"),
              containers: container("P", entries("A"), apid7),
            }),
          );
          assert.deepEqual(leftOut, []);
          const expected = order.reduce((sum, each, i) => sum + (bytes[i] ?? 0) * 256 ** each, 0);
          assert.equal(decode(packet(Buffer.from(bytes).toString("hex"))).values.a, expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  for (const [what, bits, list, expected] of [
    ["too few bytes", 32, "0,1", /its byte order has 2 bytes, it has 4/],
    ["a byte twice", 32, "0,1,1,3", /its byte order 0,1,1,3/],
    ["a word that means none", 16, "middle", /its byte order middle/],
    ["no whole bytes", 12, "0,1", /little-endian bits that are not whole bytes/],
  ] as const) {
    it(`of XTCE with ${what} are left out by a reason that fits`, () => {
      assert.match(field(bits, `byteOrder="${list}"`).leftOut.join(), expected);
    });
  }

  it("of XTCE do not matter to a single byte", () => {
    assert.equal(field(8, 'byteOrder="0,1,2,3"').decode(packet("07 05")).values.a, 7);
  });

  it("of little-endian numbers hold also where they begin within a byte", () => {
    const { decode, leftOut } = imported(
      "xtce",
      xtce({
        types: integer("U4", 4) + integer("F", 16, "", little),
        parameters: parameter("A", "U4") + parameter("B", "F") + parameter("C", "U4"),
        containers: container("P", entries("A", "B", "C"), apid7),
      }),
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(packet("1 0203 4")).values, { a: 1, b: 0x0302, c: 4 });
  });

  it("of a time are those of its field, also as a list", () => {
    const list =
      '<ByteOrderList><Byte byteSignificance="0"/><Byte byteSignificance="1"/><Byte byteSignificance="2"/><Byte byteSignificance="3"/></ByteOrderList>';
    const time = (encoding: string): ReturnType<typeof imported> =>
      imported(
        "xtce",
        xtce({
          types: `<AbsoluteTimeParameterType name="TIME"><Encoding>${encoding}</Encoding><ReferenceTime><Epoch>UNIX</Epoch></ReferenceTime></AbsoluteTimeParameterType>`,
          parameters: parameter("T", "TIME"),
          containers: container("P", entries("T"), apid7),
        }),
      );
    const rising = time(`<IntegerDataEncoding sizeInBits="32">${list}</IntegerDataEncoding>`);
    assert.equal(rising.decode(packet("0a000000")).time, 10);
    const odd = time('<IntegerDataEncoding sizeInBits="32" byteOrder="1,0,3,2"/>');
    assert.match(odd.leftOut.join(), /as the packet's time: it is no time code/);
    assert.equal(odd.decode(packet("0000000a")).time, undefined);
  });

  it("of CSV are the bytes in the order in which they are sent", () => {
    const of = (type: string, bits: number): ReturnType<typeof imported> =>
      imported("csv", `name,data_type,bit_length\nA,${type},${bits}\nB,uint,8\n`, { apids: [7] });
    assert.equal(of("U3412", 32).decode(packet("03040102 05")).values.a, 0x01020304);
    assert.equal(of("U2143", 32).decode(packet("02010403 05")).values.a, 0x01020304);
    assert.match(of("U3412", 16).leftOut.join(), /bytes in an order of 4: it has 16 bits/);
    assert.match(of("U1124", 32).leftOut.join(), /bytes in the order 1124/);
  });
});
