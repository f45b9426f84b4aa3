/** Places of entries of XTCE: from the end, behind what is too long, and within containers in others. */
import assert from "node:assert/strict";
import { spacePacket } from "../packets/dictionaryOf";
import {
  apid7,
  basedOn,
  comparison,
  container,
  entries,
  imported,
  integer,
  parameter,
  placed,
  xtce,
} from "./xtceOf";

const array = (count: number): string =>
  `<ArrayParameterType name="L_T" arrayTypeRef="U8"><DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>${count - 1}</FixedValue></EndingIndex></Dimension></DimensionList></ArrayParameterType>`;

describe("containers of XTCE", () => {
  for (const [what, entry, types] of [
    ["an array", '<ArrayParameterRefEntry parameterRef="L"/>', array(5000)],
    [
      "repetitions",
      `<ParameterRefEntry parameterRef="X"><RepeatEntry><Count><FixedValue>5000</FixedValue></Count></RepeatEntry></ParameterRefEntry>`,
      "",
    ],
  ] as const) {
    it(`with more of ${what} than a dictionary has are there without them`, () => {
      const { decode, leftOut } = imported(
        "xtce",
        xtce({
          types: integer("U8", 8) + types,
          parameters:
            ["X", "B"].map((name) => parameter(name, "U8")).join("") + (types && parameter("L", "L_T")),
          containers: container("P", `${entry}${entries("B")}`, apid7),
        }),
      );
      assert.equal(leftOut.length, 1, leftOut.join());
      assert.match(leftOut.join(), /5000/);
      const packet = spacePacket("00".repeat(5000) + "09", { apid: 7 });
      assert.deepEqual(decode(packet).values, { b: 9 });
    });
  }

  it("with entries that are placed from their end have them there, however long they are", () => {
    const { decode, leftOut } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8) + integer("U16", 16),
        parameters:
          parameter("A", "U8") + parameter("B", "U8") + parameter("CRC", "U16") + parameter("C", "U16"),
        containers:
          container(
            "P",
            entries("A") + placed("B", "containerEnd", -32) + placed("CRC", "containerEnd", -16),
            apid7,
          ) +
          container(
            "Q",
            placed("C", "containerEnd", -24) + entries("B"),
            basedOn("CCSDS", comparison("H3", 8)),
          ),
      }),
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket("01 02 03 04 05 06", { apid: 7 })).values, {
      a: 1,
      b: 3,
      crc: 0x506,
    });
    assert.deepEqual(decode(spacePacket("01 02 03 04", { apid: 7 })).errors, ["length"]);
    assert.deepEqual(decode(spacePacket("01 02 03 04 05", { apid: 8 })).values, { c: 0x304, b: 5 });
  });

  for (const [what, bits, why] of [
    ["further", 16, /CRC of P: its place is said from containerEnd/],
    ["nowhere", 0, /CRC of P: its place is said from containerEnd/],
    ["over it", -8, /CRC of P: its place is said from containerEnd/],
  ] as const) {
    it(`with an entry that ends ${what} than their end are without it`, () => {
      const { leftOut } = imported(
        "xtce",
        xtce({
          types: integer("U8", 8) + integer("U16", 16),
          parameters: parameter("A", "U8") + parameter("CRC", "U16"),
          containers: container("P", entries("A") + placed("CRC", "containerEnd", bits), apid7),
        }),
      );
      assert.match(leftOut.join("\n"), why);
    });
  }

  it("hand entries from their end on to what is based on them", () => {
    const { leftOut, decode } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8) + integer("U16", 16),
        parameters:
          ["A", "B", "C", "D", "E"].map((name) => parameter(name, "U8")).join("") + parameter("CRC", "U16"),
        containers:
          container("P", entries("A") + placed("CRC", "containerEnd", -16), apid7, 'abstract="true"') +
          container("Q", entries("B"), basedOn("P", comparison("A", 1))) +
          container("R", entries("C"), basedOn("P", comparison("A", 2)), 'abstract="true"') +
          container("S", entries("D") + placed("E", "containerEnd", -32), basedOn("R", comparison("C", 3))) +
          container("T", entries("D"), basedOn("R", comparison("C", 4))),
      }),
    );
    assert.deepEqual(leftOut, []);
    const valuesOf = (hex: string): unknown => decode(spacePacket(hex, { apid: 7 })).values;
    assert.deepEqual(valuesOf("01 02 03 0405"), { a: 1, b: 2, crc: 0x405 });
    assert.deepEqual(valuesOf("01 02 0405"), { a: 1, b: 2, crc: 0x405 });
    assert.deepEqual(valuesOf("02 03 05 06 07 0809"), { a: 2, c: 3, d: 5, e: 6, crc: 0x809 });
    assert.deepEqual(valuesOf("02 04 05 06 0708"), { a: 2, c: 4, d: 5, crc: 0x708 });
  });

  it("that are sent, and others are based on, have no entries from their end themselves", () => {
    const { leftOut, decode } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8),
        parameters: parameter("A", "U8") + parameter("CRC", "U8") + parameter("B", "U8"),
        containers:
          container("P", entries("A") + placed("CRC", "containerEnd", -8), apid7) +
          container("Q", entries("B"), basedOn("P", comparison("A", 1))),
      }),
    );
    assert.deepEqual(leftOut, [
      "Parameter CRC: its place is said from the end: only packets that are based on P have it",
    ]);
    assert.deepEqual(decode(spacePacket("01 02 03", { apid: 7 })).values, { a: 1, b: 2, crc: 3 });
    assert.deepEqual(decode(spacePacket("02 02 03", { apid: 7 })).values, { a: 2 });
  });

  it("may have parameters of commands", () => {
    const text = xtce({ containers: container("P", entries("X"), apid7) }).replace(
      "</TelemetryMetaData>",
      `</TelemetryMetaData><CommandMetaData><ParameterTypeSet>${integer("U8", 8)}</ParameterTypeSet><ParameterSet>${parameter("X", "U8")}${parameter("Y", "U8")}</ParameterSet></CommandMetaData>`,
    );
    const { decode, leftOut, notes } = imported("xtce", text);
    assert.deepEqual([leftOut, notes], [[], []]);
    assert.deepEqual(decode(spacePacket("05", { apid: 7 })).values, { x: 5 });
  });

  it("within others, and based on others, count their places from where the first entry is", () => {
    const { decode, leftOut } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8),
        parameters: ["A", "B", "C", "D"].map((name) => parameter(name, "U8")).join(""),
        containers:
          container("Inner", entries("B"), "", 'abstract="true"') +
          container("Part", placed("C", "containerStart", 16), '<BaseContainer containerRef="Inner"/>') +
          container("P", `${entries("A")}<ContainerRefEntry containerRef="Part"/>${entries("D")}`, apid7),
      }),
      { apids: [9] },
    );
    assert.deepEqual(
      leftOut.filter((each) => !each.startsWith("SequenceContainer Part")),
      [],
    );
    assert.deepEqual(decode(spacePacket("01 02 03 04 05", { apid: 7 })).values, { a: 1, b: 2, c: 4, d: 5 });
  });

  for (const count of [
    "<FixedValue>2</FixedValue>",
    '<DynamicValue><ParameterInstanceRef parameterRef="N"/></DynamicValue>',
  ]) {
    it(`with repetitions at distances that a parameter says are without them: ${count}`, () => {
      const offset = '<Offset><DynamicValue><ParameterInstanceRef parameterRef="N"/></DynamicValue></Offset>';
      const repeat = `<RepeatEntry><Count>${count}</Count>${offset}</RepeatEntry>`;
      const { decode, leftOut } = imported(
        "xtce",
        xtce({
          types: integer("U8", 8),
          parameters: ["N", "X", "B"].map((name) => parameter(name, "U8")).join(""),
          containers: container(
            "P",
            `${entries("N")}<ParameterRefEntry parameterRef="X">${repeat}</ParameterRefEntry>${entries("B")}`,
            apid7,
          ),
        }),
      );
      assert.match(leftOut.join(), /X of P: it is repeated.*B behind it cannot be placed/s);
      assert.deepEqual(decode(spacePacket("01 02 03 04", { apid: 7 })).values, { n: 1 });
    });
  }
});
