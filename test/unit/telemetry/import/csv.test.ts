import assert from "node:assert/strict";
import { spacePacket } from "../packets/dictionaryOf";
import { imported } from "./xtceOf";

const csv = (
  text: string,
  more: Parameters<typeof imported>[2] = { apids: [1] },
): ReturnType<typeof imported> => imported("csv", text, more);

describe("CSV", () => {
  it("has the columns of ccsdspy: fields one behind the other, blanks beside commas, bits that are only filled", () => {
    const { decode, leftOut } = csv(
      "name, data_type, bit_length\nA, uint, 12\nFILL, fill, 4\nB, int, 8\nC, float, 32\n",
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket("123f ff 3fc00000")).values, { a: 0x123, b: -1, c: 1.5 });
  });

  it("may have semicolons or tabs between its cells, and comments", () => {
    const rows = ["# made by hand, see name; type", "Name,Data Type,Description,Bit_Length", "# power,,,"];
    const text = [...rows, "A,uint,,8", "B,uint,two; or, more,16"].join("\n");
    const packet = spacePacket("05 0102");
    const withCommas = text.replace("two; or, more", '"two; or, more"');
    assert.deepEqual(csv(withCommas).decode(packet).values, { a: 5, b: 0x102 });
    for (const delimiter of [";", "\t"]) {
      const other = text.replaceAll(/,(?=\S|$)/gm, delimiter).replace("two; or", "two or");
      const { decode, leftOut } = csv(other);
      assert.deepEqual(leftOut, []);
      assert.deepEqual(decode(packet).values, { a: 5, b: 0x102 }, delimiter);
    }
  });

  it("with more rows than a definition has is refused", () => {
    const rows = "A,uint,8\n".repeat(100_001);
    assert.throws(() => csv(`name,data_type,bit_length\n${rows}`), /has more than 100000 rows/);
  });

  it("has places behind the primary header, also of bits that another field has", () => {
    const { decode } = csv("name,data_type,bit_length,bit_offset\nA,uint,8,8\nHIGH,uint,4,8\n");
    assert.deepEqual(decode(spacePacket("ff a5")).values, { a: 0xa5, high: 0xa });
  });

  it("has arrays: of one number, of several, of what fits with a footer, and counted by a field", () => {
    const array = (type: string): string =>
      `name,data_type,bit_length\nN,uint,8\nA,"${type}",8\nEND,uint,8\n`;
    const packet = spacePacket("02 0102 ff");
    for (const type of ["uint(2)", "uint(1, 2)", "uint(expand)", "uint(N)"]) {
      assert.deepEqual(csv(array(type)).decode(packet).values, { n: 2, a: [1, 2], end: 255 }, type);
    }
  });

  it("has states and polynomials as JSON, in quotes", () => {
    const { text, decode } = csv(
      'name,data_type,bit_length,calibration\nS,uint,8,"{""0"":""OFF"",""[1,3]"":""ON""}"\nP,uint,8,"{""0"":20,""1"":0.5}"\n',
    );
    assert.match(text, /"0": "OFF"|"0": OFF/);
    assert.match(text, /1\.\.3: "?ON/);
    assert.deepEqual(decode(spacePacket("02 0a")).values, { s: 1, p: 25 });
  });

  it("has the columns of a mission database, with the primary header and byte orders in the types", () => {
    const head = [3, 1, 1, 11, 2, 14, 16];
    let bit = 0;
    const rows = head.map((bits, i) => {
      const row = `H${i},U12,${Math.floor(bit / 8)},${bit % 8},${bits},,`;
      bit += bits;
      return row;
    });
    const { decode, notes, leftOut, text } = csv(
      [
        "Mnemonic ,Type,Start Byte,Start Bit,Data Size,Units,Conversion Formula,Source",
        ...rows.map((row) => `${row},`),
        "A,U21,6,0,16,V,x*0.5,",
        "B,I1,8,0,8,,2*x+1,",
        "C,U1,9,0,8,V,LOG(x),",
        "D,U1,10,0,8,,SOME_STATES,",
      ].join("\n"),
    );
    assert.deepEqual(notes, ["Columns source: are not read"]);
    assert.deepEqual(leftOut, [
      "Field C: the conversion LOG(x): the number is shown as it is sent, without its unit and limits",
      "Field D: the states or the conversion SOME_STATES, which is a name only: the number is shown as it is sent, without its unit and limits",
    ]);
    assert.match(text, /unit: V\n/);
    assert.deepEqual(decode(spacePacket("0201 ff 07 08")).values, { a: 129, b: -1, c: 7, d: 8 });
  });

  it("has several packets, with APID, states, units, limits and descriptions in columns of their own", () => {
    const { decode, text, leftOut } = csv(
      "packet,apid,name,data_type,bit_length,unit,states,red_high,description\n" +
        'power,5,volts,uint,8,mV,,200,"Voltage, of the battery"\n' +
        "power,5,mode,uint,8,,0=OFF; 1=ON,,\n" +
        "heat,6,temp,int,8,degC,,,\n",
      {},
    );
    assert.deepEqual(leftOut, []);
    assert.match(text, /description: Voltage, of the battery\n/);
    assert.match(text, /red:\n\s+high: 200\n/);
    assert.deepEqual(decode(spacePacket("0a 01", { apid: 5 })), {
      packet: "power",
      values: { volts: 0.01, mode: 1 },
      errors: [],
    });
    assert.deepEqual(decode(spacePacket("ff", { apid: 6 })).values, { temp: -1 });
  });

  it("leaves out what it cannot have, and keeps the places behind it", () => {
    const { leftOut, decode } = csv(
      "name,data_type,bit_length\nA,uint,72\nB,complex,8\nC,float,24\nD,U2144,32\nE,uint,8\n",
    );
    assert.deepEqual(leftOut, [
      "Field A: an integer of 72 bits",
      "Field B: the type complex",
      "Field C: a float of 24 bits",
      "Field D: bytes in the order 2144",
    ]);
    assert.deepEqual(decode(spacePacket(`${"00".repeat(17)} 07`)).values, { e: 7 });
  });

  for (const [what, text, expected] of [
    ["without its columns", "a,b\n1,2\n", /has no column for the name .*; it has a, b/],
    ["without rows", "name,data_type,bit_length\n", /has no rows|has no packet/],
    ["with an open quote", 'name,data_type,bit_length\n"A,uint,8\n', /is no CSV/],
    ["without an APID", "name,data_type,bit_length\nA,uint,8\n", /no condition says its APID/],
  ] as const) {
    it(`is refused ${what}`, () => assert.throws(() => csv(text, {}), expected));
  }
});
