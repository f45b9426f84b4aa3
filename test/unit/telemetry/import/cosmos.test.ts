import assert from "node:assert/strict";
import { spacePacket } from "../packets/dictionaryOf";
import { imported, type Result } from "./xtceOf";

/** A packet with APID 1: its primary header, and the lines of the test. */
const packetWith = (lines: string, endianness = "BIG_ENDIAN"): string => `
TELEMETRY SAT HK ${endianness} "Housekeeping"
  ITEM VER 0 3 UINT "" BIG_ENDIAN
  ITEM TYPE 3 1 UINT "" BIG_ENDIAN
  ITEM FLAG 4 1 UINT "" BIG_ENDIAN
  ID_ITEM APID 5 11 UINT 1 "" BIG_ENDIAN
  ITEM SEQ 16 16 UINT "" BIG_ENDIAN
  ITEM LENGTH 32 16 UINT "" BIG_ENDIAN
${lines}`;

const of = (lines: string, endianness?: string): Result => imported("cosmos", packetWith(lines, endianness));
const valuesOf = (lines: string, hex: string, endianness?: string): unknown =>
  of(lines, endianness).decode(spacePacket(hex)).values;

describe("items of COSMOS", () => {
  it("have a place or follow, of every type, and the primary header is known by where its fields are", () => {
    const lines = `
  ITEM A 56 8 UINT "At byte 1" # a comment
  APPEND_ITEM B 12 INT
  APPEND_ITEM C 4 UINT
  APPEND_ITEM F 32 FLOAT
  APPEND_ITEM S 24 STRING 'a "text"'
  APPEND_ITEM R 16 BLOCK
  APPEND_ARRAY_ITEM L 8 UINT 16`;
    assert.deepEqual(valuesOf(lines, "ff 01 fff 7 3fc00000 414200 beef 0102"), {
      ...{ a: 1, b: -1, c: 7, f: 1.5, s: "AB", r: "beef", l: [1, 2] },
    });
    assert.match(of(lines).text, /description: a "text"/);
  });

  it("of no size take what is left", () => {
    assert.deepEqual(valuesOf("APPEND_ITEM N 8 UINT\nAPPEND_ITEM S 0 STRING", "01 414243"), {
      n: 1,
      s: "ABC",
    });
    assert.deepEqual(valuesOf("APPEND_ARRAY_ITEM L 16 UINT 0", "0001 0002"), { l: [1, 2] });
  });

  it("are little-endian where packet or item says so", () => {
    assert.deepEqual(
      valuesOf(
        'ITEM A 48 16 UINT\nITEM B 64 16 UINT "" BIG_ENDIAN\nITEM C 80 4 UINT',
        "0102 0102 70",
        "LITTLE_ENDIAN",
      ),
      { a: 513, b: 258, c: 7 },
    );
  });

  it("of whole little-endian bytes that no computer has as a number are bit fields: their place is their last byte", () => {
    const lines = "APPEND_ITEM A 8 UINT\nAPPEND_ITEM G 24 BLOCK\nITEM B 72 24 UINT\nITEM C 80 32 UINT";
    assert.deepEqual(valuesOf(lines, "01 020304 05060708", "LITTLE_ENDIAN"), {
      ...{ a: 1, g: "020304", b: 0x040302, c: 0x08070605 },
    });
  });

  it("within a byte are read where packets are little-endian, appended too", () => {
    const lines = "APPEND_ITEM A 4 UINT\nAPPEND_ITEM B 3 UINT\nAPPEND_ITEM C 1 UINT\nAPPEND_ITEM D 16 UINT";
    assert.deepEqual(valuesOf(lines, "5d 0102", "LITTLE_ENDIAN"), { a: 5, b: 6, c: 1, d: 513 });
  });

  for (const [what, lines] of [
    ["a backslash", 'APPEND_ITEM A 16 UINT "long " \\\n\n# a comment\n  "description"'],
    ["a plus", 'APPEND_ITEM A 16 UINT "long " +\n  "description"'],
    ["an ampersand, and a blank line", 'APPEND_ITEM A 16 UINT &\n\n "long description"'],
  ] as const) {
    it(`whose line goes on in the next one by ${what} keep the packet's byte order`, () => {
      const { text, decode, leftOut } = of(lines, "LITTLE_ENDIAN");
      assert.deepEqual(leftOut, []);
      assert.deepEqual(decode(spacePacket("0102")).values, { a: 513 });
      assert.match(text, /description: long description/);
    });
  }

  it("with a byte order that is none are left out", () => {
    const { leftOut } = of('APPEND_ITEM A 16 UINT "" MIDDLE\nAPPEND_ITEM B 8 UINT');
    assert.deepEqual(leftOut, ["Item A: the byte order MIDDLE"]);
  });

  it("may be missing at the end of a packet that may be short", () => {
    const lines = "ALLOW_SHORT\nAPPEND_ITEM A 8 UINT\nAPPEND_ITEM B 32 UINT";
    assert.deepEqual(of(lines).decode(spacePacket("07")).errors, []);
    assert.deepEqual(of(lines.replace("ALLOW_SHORT", "HIDDEN")).decode(spacePacket("07")).errors, ["length"]);
  });

  it("of a packet that is defined again are those of the last definition, as in COSMOS", () => {
    const twice = packetWith("APPEND_ITEM A 8 UINT") + packetWith("APPEND_ITEM B 8 UINT");
    const { decode, leftOut, notes } = imported("cosmos", twice);
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket("07")).values, { b: 7 });
    assert.match(notes.join("\n"), /Packet SAT HK: is defined again/);
  });

  it("that begin with something else than a primary header are no packets here, whatever chooses them", () => {
    const radio =
      "TELEMETRY SAT PING LITTLE_ENDIAN\n APPEND_ID_ITEM ID 16 UINT 1\n APPEND_ITEM SC 8 UINT\n APPEND_ITEM V 32 FLOAT";
    assert.throws(
      () => imported("cosmos", radio, { apids: [1] }),
      /line 1: Packet SAT PING: it is no CCSDS packet: SC at bit 16 is no part of a primary header/,
    );
  });

  it("choose a packet by its first word as it is sent, little-endian or not", () => {
    const text =
      "TELEMETRY SAT HK LITTLE_ENDIAN\n  APPEND_ID_ITEM SID 16 UINT 0x0100\n  APPEND_ITEM SEQ 32 UINT\n  APPEND_ITEM A 8 UINT";
    const { decode } = imported("cosmos", text);
    assert.deepEqual(decode(spacePacket("07", { apid: 1 })).values, { a: 7 });
  });

  it("that are times of something else are not the packet's, where it has one", () => {
    const derived = (name: string, seconds: string): string =>
      `ITEM ${name} 0 0 DERIVED\n  READ_CONVERSION unix_time_conversion.rb ${seconds} US\n`;
    const fields = "APPEND_ITEM LAST 32 UINT\nAPPEND_ITEM SEC 32 UINT\nAPPEND_ITEM US 32 UINT\n";
    for (const items of [
      derived("LAST_TIME", "LAST") + derived("PACKET_TIME", "SEC"),
      derived("PACKET_TIME", "SEC") + derived("LAST_TIME", "LAST"),
    ]) {
      const { text, leftOut } = of(fields + items);
      assert.deepEqual(leftOut, ["Item LAST_TIME: is derived"], text);
      assert.match(text, /at: 4\b/);
    }
  });

  it("that a dictionary cannot have are left out, and those behind them keep their places", () => {
    const { leftOut, decode } = of(`
  APPEND_ITEM A 12 UINT "" LITTLE_ENDIAN
  APPEND_ITEM B 4 UINT
  ITEM C -8 16 UINT "From the end, and over it"
  ITEM D 0 0 DERIVED "Derived"
    READ_CONVERSION time.rb
  APPEND_ITEM E 8 UINT`);
    assert.deepEqual(leftOut, [
      "Item A: little-endian bits that are not whole bytes",
      "Item C: it would end behind the packet",
      "Item D: is derived",
    ]);
    assert.deepEqual(decode(spacePacket("fff7 00 05")).values, { b: 7, e: 5 });
  });

  // Values of the following three are those that COSMOS' Python library (openc3 7.4.1) reads.
  it("that are little-endian bit fields begin with the most significant bit, in their last byte", () => {
    const lines = `APPEND_ITEM A 8 UINT\n ITEM B 72 24 UINT\n ITEM D 60 12 UINT\n ITEM F 68 12 INT
  ITEM P 86 6 UINT\n ITEM Q 81 5 UINT\n ITEM W 92 16 UINT\n APPEND_ITEM C 8 UINT`;
    const { decode, leftOut } = of(lines, "LITTLE_ENDIAN");
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket("01 02f304 a5b6c7 d8090a")).values, {
      ...{ a: 1, b: 0x04f302, d: 0x201, f: 770, p: 16, q: 9, w: 27216, c: 140 },
    });
  });

  it("that are little-endian bit fields over the primary header, or in arrays, are left out", () => {
    const lines = "ITEM A 52 8 UINT\nARRAY_ITEM B 56 4 UINT 8\nITEM C 64 8 UINT";
    const { leftOut, decode } = of(lines, "LITTLE_ENDIAN");
    assert.deepEqual(leftOut, [
      "Item A: little-endian bits that begin in the primary header",
      "Item B: an array of little-endian bits, which COSMOS does not read",
    ]);
    assert.deepEqual(decode(spacePacket("0000 07")).values, { c: 7 });
  });

  it("that are appended and little-endian behind an item of varying length are read where they are whole bytes", () => {
    const size = "APPEND_ITEM N 8 UINT\n APPEND_ITEM S 0 STRING\n VARIABLE_BIT_SIZE N\n";
    const { leftOut, notes, decode } = of(
      `${size} APPEND_ITEM A 16 UINT\n APPEND_ITEM B 4 UINT\n APPEND_ITEM C 8 UINT\n APPEND_ITEM D 4 UINT
  APPEND_ITEM E 24 UINT\n APPEND_ITEM F 12 UINT`,
      "LITTLE_ENDIAN",
    );
    assert.deepEqual(leftOut, [
      "Item C: a little-endian number within bytes, behind an item of varying length",
      "Item F: little-endian bits that are not whole bytes",
    ]);
    assert.match(notes.join(), /Item E: is read from its own bytes/);
    const values = { a: 0x201, b: 5, d: 7, e: 0x50403 };
    const rest = "0102 5ff7 030405 0000";
    assert.deepEqual(decode(spacePacket(`02 4142 ${rest}`)).values, { n: 2, s: "AB", ...values });
    assert.deepEqual(decode(spacePacket(`00 ${rest}`)).values, { n: 0, s: "", ...values });
  });

  it("that are appended are behind those of the packet as COSMOS counts: bit fields from their offset on", () => {
    const lines = "ITEM A 72 24 UINT\nAPPEND_ITEM B 8 UINT";
    assert.deepEqual(valuesOf(lines, "00 020304 0000 07", "LITTLE_ENDIAN"), { a: 0x040302, b: 7 });
  });

  for (const [what, lines, values] of [
    [
      "behind fields",
      "APPEND_ITEM A 8 UINT\nITEM C -16 16 UINT\nITEM B -32 12 UINT",
      { a: 1, b: 0x060, c: 0x809 },
    ],
    ["in front of which others are appended", "ITEM C -8 8 UINT\nAPPEND_ITEM A 8 UINT", { a: 2, c: 9 }],
    [
      "behind a text that leaves them",
      "APPEND_ITEM A 8 UINT\nAPPEND_ITEM T -16 BLOCK\nITEM AGAIN 48 4 UINT\nITEM C -8 8 UINT",
      { a: 1, t: "020304050607", again: 0, c: 9 },
    ],
    [
      "behind numbers that leave them",
      "APPEND_ITEM A 8 UINT\nAPPEND_ARRAY_ITEM L 16 UINT -16",
      { a: 1, l: [0x203, 0x405, 0x607] },
    ],
  ] as const) {
    it(`are at the end of the packet however long that is, ${what}`, () => {
      const { decode, leftOut } = of(lines);
      assert.deepEqual(leftOut, []);
      assert.deepEqual(decode(spacePacket("01 02 03 04 05 06 07 08 09")), {
        packet: "hk",
        values,
        errors: [],
      });
    });
  }

  it("at the end of a packet are left out within what takes all the rest, and over others there", () => {
    const { leftOut } = of("APPEND_ITEM A 8 UINT\nITEM B -16 16 UINT\nITEM C -8 8 UINT");
    assert.deepEqual(leftOut, ["Item C: its place is said from the end, and it overlaps another one there"]);
    assert.deepEqual(of("APPEND_ITEM A 0 BLOCK\nITEM C -8 8 UINT").leftOut, [
      "Item C: its place is said from the end, in what takes all that is left of the packet",
    ]);
  });

  it("choose packets of one APID", () => {
    const second = packetWith("APPEND_ID_ITEM ID 8 UINT 2\nAPPEND_ITEM B 8 UINT").replace(" HK ", " ADCS ");
    const { decode, leftOut } = imported(
      "cosmos",
      packetWith("APPEND_ID_ITEM ID 8 UINT 0x01\nAPPEND_ITEM A 8 UINT") + second,
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket("01 05")).packet, "hk");
    assert.deepEqual(decode(spacePacket("02 05")), { packet: "adcs", values: { id: 2, b: 5 }, errors: [] });
    assert.deepEqual(decode(spacePacket("03 05")).errors, ["layout"]);
  });
});

describe("lines below an item of COSMOS", () => {
  it("are states with colours, also of all other numbers", () => {
    const lines = `
  APPEND_ITEM M 8 UINT
    STATE OK 0 GREEN
    STATE "ON FIRE" 1 RED
    STATE ERROR ANY YELLOW
  APPEND_ITEM N 8 INT
    STATE BACK -1`;
    const { text, leftOut } = of(lines);
    assert.deepEqual(leftOut, []);
    assert.match(text, /red:\n\s+- ON_FIRE\n\s+yellow:\n\s+- ERROR\n/);
    assert.deepEqual(valuesOf(lines, "01 ff"), { m: 1, n: -1 });
  });

  it("are states of numbers as COSMOS writes them: decimal also with a zero in front, hexadecimal, negative", () => {
    const states = "STATE TEN 010\nSTATE SIXTEEN 0x10\nSTATE BACK -3\nSTATE OCTAL 0o17\nSTATE BITS 0b11";
    const { decode, leftOut } = of(`APPEND_ITEM A 8 INT\n${states}\nAPPEND_ITEM B 8 UINT`);
    assert.deepEqual(leftOut, ["Item A: its state OCTAL of 0o17", "Item A: its state BITS of 0b11"]);
    assert.deepEqual(
      ["0a", "10", "fd"].map((hex) => decode(spacePacket(`${hex} 00`)).values.a),
      [10, 16, -3],
    );
  });

  it("have a place that is a number as Ruby reads it: octal with a zero in front", () => {
    const { decode, leftOut } = of("ITEM A 070 010 UINT\nITEM B 080 8 UINT\nITEM C 0x40 8 UINT");
    assert.deepEqual(leftOut, ["Item B: its place is no number of bits"]);
    assert.deepEqual(decode(spacePacket("00 01 02")).values, { a: 1, c: 2 });
  });

  it("are polynomials and segments that meet, with unit and limits", () => {
    const lines = `
  APPEND_ITEM T 8 UINT
    POLY_READ_CONVERSION -10 0.5
    UNITS Celsius C
    LIMITS DEFAULT 3 ENABLED -8 -6 60 80
  APPEND_ITEM G 8 UINT
    SEG_POLY_READ_CONVERSION 0 0 1
    SEG_POLY_READ_CONVERSION 100 50 0.5`;
    const { text, leftOut } = of(lines);
    assert.deepEqual(leftOut, []);
    assert.match(
      text,
      /unit: degC\n\s+limits:\n\s+yellow:\n\s+low: -6\n\s+high: 60\n\s+red:\n\s+low: -8\n\s+high: 80\n\s+persistence: 2\n/,
    );
    assert.deepEqual(valuesOf(lines, "1e c8"), { t: 5, g: 150 });
  });

  for (const [what, lines, expected] of [
    ["conversions by code", "READ_CONVERSION my.rb 1", "Item A: its READ_CONVERSION my.rb"],
    [
      "segments of what is no number",
      "SEG_POLY_READ_CONVERSION 0 0 1\n SEG_POLY_READ_CONVERSION 100 zero 0.5",
      /has what is no number/,
    ],
    ["limits of another set", "LIMITS TVAC 1 ENABLED 1 2 3 4", "Item A: its limits of the set TVAC"],
    [
      "limits of what has states",
      "STATE ON 1\nLIMITS DEFAULT 2 ENABLED 1 2 3 4\nSTATE OFF 5",
      "Item A: its limits: it has states",
    ],
    [
      "limits that are disabled",
      "LIMITS DEFAULT 1 DISABLED 1 2 3 4",
      "Item A: its limits, which are disabled at first",
    ],
    [
      "green limits",
      "LIMITS DEFAULT 1 ENABLED 1 2 30 40 5 6",
      "Item A: its green limits: only yellow and red are alarms",
    ],
    [
      "code in the file",
      "GENERIC_READ_CONVERSION_START\n value * STATE\nGENERIC_READ_CONVERSION_END",
      "Item A: its GENERIC_READ_CONVERSION_START",
    ],
    ["unknown lines", "FROBNICATE 1", "Packet SAT HK: the line FROBNICATE"],
  ] as const) {
    it(`are left out and said: ${what}`, () => {
      const { leftOut, decode } = of(`APPEND_ITEM A 8 UINT\n${lines}\nAPPEND_ITEM B 8 UINT`);
      if (typeof expected === "string") assert.deepEqual(leftOut, [expected]);
      else assert.match(leftOut.join(), expected);
      assert.deepEqual(decode(spacePacket("05 07")).values, { a: 5, b: 7 });
    });
  }

  it("of a template are left out, with what follows it: it may have items of its own, or begin a packet", () => {
    const { leftOut, decode } = of(`APPEND_ITEM A 8 UINT
<%= render 'x.txt' %>
APPEND_ITEM B 8 UINT
ITEM C 64 8 UINT
TELEMETRY SAT <%= packet %> BIG_ENDIAN
APPEND_ITEM D 8 UINT`);
    assert.deepEqual(leftOut, [
      "ERB: what a template puts there: <%= render 'x.txt' %>",
      "ERB: what a template puts there: TELEMETRY SAT <%= packet %> BIG_ENDIAN; the packet is left out; --constants packet=VALUE says it",
      "ERB: its length is not known; so B behind it cannot be placed",
    ]);
    assert.deepEqual(decode(spacePacket("05 06 07")).values, { a: 5, c: 7 });
  });

  it("have the name of the target for what a template calls so, and units by their short name too", () => {
    const text = packetWith(
      "APPEND_ITEM I 8 UINT\n UNITS micro-Ampères µA\n POLY_WRITE_CONVERSION 0 2",
    ).replace("SAT", "<%= target_name %>");
    const { leftOut, text: dictionary } = imported("cosmos", text);
    assert.deepEqual(leftOut, []);
    assert.match(dictionary, /^name: TARGET\n/);
    assert.match(dictionary, /unit: uA\n/);
  });

  it("go on in the next line, and a virtual packet is none", () => {
    assert.deepEqual(valuesOf('APPEND_ITEM A 8 UINT &\n "goes on"', "05"), { a: 5 });
    const { leftOut } = imported(
      "cosmos",
      `${packetWith("APPEND_ITEM A 8 UINT")}\nTELEMETRY SAT V BIG_ENDIAN\n VIRTUAL\n APPEND_ITEM A 8 UINT`,
    );
    assert.deepEqual(leftOut, ["Packet SAT V: is virtual: never sent"]);
  });

  it("in a file without packets are no definition", () => {
    assert.throws(() => imported("cosmos", "COMMAND SAT NOOP BIG_ENDIAN"), /has no TELEMETRY packet/);
  });
});
