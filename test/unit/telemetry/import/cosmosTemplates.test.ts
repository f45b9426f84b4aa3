import assert from "node:assert/strict";
import { spacePacket } from "../packets/dictionaryOf";
import { imported, type Result } from "./xtceOf";

/** Primary header as a file that others render. */
const header = `
  APPEND_ITEM VER 3 UINT
  APPEND_ITEM TYPE 1 UINT
  APPEND_ITEM FLAG 1 UINT
  APPEND_ID_ITEM APID 11 UINT <%= apid %>
  APPEND_ITEM SEQ 16 UINT
  APPEND_ITEM LENGTH 16 UINT`;
const rendered = (apid: number): string => `  <%= render "_ccsds.txt", locals: {apid: ${apid}} %>`;
const beside = (name: string): string | undefined => (name === "_ccsds.txt" ? header : undefined);
const packetWith = (lines: string, name = "HK", apid = 1): string =>
  `TELEMETRY <%= target_name %> ${name} BIG_ENDIAN "Packet"\n${rendered(apid)}\n${lines}\n`;
const of = (lines: string): Result => imported("cosmos", packetWith(lines), { beside });
const valuesOf = (lines: string, hex: string): unknown => of(lines).decode(spacePacket(hex)).values;

describe("templates of COSMOS", () => {
  it("put a file there, with the values that they give it", () => {
    const text = packetWith("APPEND_ITEM A 8 UINT") + packetWith("APPEND_ITEM B 8 UINT", "ADCS", 2);
    const { decode, leftOut } = imported("cosmos", text, { beside });
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket("05")).values, { a: 5 });
    assert.deepEqual(decode(spacePacket("06", { apid: 2 })).values, { b: 6 });
  });

  it("may make many lines, and are refused where they would never end", () => {
    const many = `<% (1..60000).each do |i| %>\n# <%= i %>\n<% end %>\n`;
    assert.deepEqual(valuesOf(`${many}APPEND_ITEM B 8 UINT`, "07"), { b: 7 });
    const twice = '<%= render "_self.txt" %>\n<%= render "_self.txt" %>';
    for (const [text, file] of [
      ['<%= render "_self.txt" %>', twice],
      ["<% (1..1000000000).each do |i| %>\n<% end %>", ""],
      ["<% (1..1000000000).each do |i| %>\nAPPEND_ITEM A<%= i %> 8 UINT\n<% end %>", ""],
    ] as const) {
      const given = { beside: (name: string) => (name === "_self.txt" ? file : beside(name)) };
      assert.throws(
        () => imported("cosmos", packetWith(text), given),
        /has templates that make more than 200000 lines/,
      );
    }
  });

  it("have loops in comments too, and what they make of comments is none", () => {
    const lines =
      "#<% 4.times do |i| %>\n#APPEND_ITEM X<%= 2 * i %> 8 UINT\n # <% end %>\nAPPEND_ITEM B 8 UINT";
    assert.deepEqual(of(lines).leftOut, []);
    assert.deepEqual(valuesOf(lines, "07"), { b: 7 });
    const loud = "# <% 2.times do |i| %>\nAPPEND_ITEM X<%= i %> 8 UINT\n# <% end %>";
    assert.deepEqual(valuesOf(loud, "0102"), { x0: 1, x1: 2 });
  });

  it("mean constants of Ruby by the values that they are given", () => {
    const text = packetWith(
      "APPEND_ITEM A 16 UINT\n<% Fsw::COUNT.times do |i| %>\nAPPEND_ITEM B<%= i %> 8 UINT\n<% end %>",
    ).replace("BIG_ENDIAN", "<%= Config::ENDIAN %>");
    assert.throws(() => imported("cosmos", text, { beside }), /--constants Config::ENDIAN=VALUE says it/);
    const constants = new Map([
      ["Config::ENDIAN", "BIG_ENDIAN"],
      ["Fsw::COUNT", "2"],
    ]);
    const { decode, leftOut } = imported("cosmos", text, { beside, constants });
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket("0102 03 04")).values, { a: 258, b0: 3, b1: 4 });
  });

  it("that are not done cost their line alone where it takes no bits, and what stands before all packets nothing", () => {
    const lines =
      "META TOPIC <%= topic %>\nAPPEND_ITEM A 8 UINT\n  STATE ON <%= Fsw::ON %>\n  UNITS Volts V\nAPPEND_ITEM B 8 UINT";
    const text = `<% require "fsw" %>\n${packetWith(lines)}`;
    const { text: dictionary, decode, leftOut, notes } = imported("cosmos", text, { beside });
    assert.deepEqual(decode(spacePacket("05 06")).values, { a: 5, b: 6 });
    assert.match(dictionary, /unit: V\n/);
    assert.deepEqual(leftOut, [
      "ERB: what a template puts there: META TOPIC <%= topic %>",
      "ERB: what a template puts there: STATE ON <%= Fsw::ON %>",
    ]);
    assert.deepEqual(
      notes.filter((each) => each.startsWith("ERB")),
      ['ERB: a template in front of all packets: <% require "fsw" %>'],
    );
    const loop = imported("cosmos", `<% SATS.each do |sat| %>\n${packetWith("APPEND_ITEM A 8 UINT")}`, {
      beside,
    });
    assert.match(loop.leftOut.join("\n"), /what a template puts there: <% SATS/);
  });

  for (const [what, loop] of [
    ["(1..2).each do |i|", "(1..2).each do |i|"],
    ["1.upto(2)", "1.upto(2) do |i|"],
    ["an end that is not in it", "(1...3).each do |i|"],
  ] as const) {
    it(`write lines several times: ${what}`, () => {
      const lines = `<% ${loop} %>\n  APPEND_ITEM V<%= i %> 8 UINT "Next: <%= i + 1 %>"\n<% end %>\nAPPEND_ITEM B 8 UINT`;
      assert.deepEqual(valuesOf(lines, "05 06 07"), { v1: 5, v2: 6, b: 7 });
      assert.match(of(lines).text, /description: "?Next: 3/);
    });
  }

  it("write lines with the last number first", () => {
    const lines = "<% 2.downto(1) do |i| %>\nAPPEND_ITEM V<%= i %> 8 UINT\n<% end %>";
    assert.deepEqual(valuesOf(lines, "01 02"), { v2: 1, v1: 2 });
  });

  for (const [code, expected] of [
    ["(4*x)+y", 37],
    ["4 * (x + y) - 1", 51],
    ["-y / 2", -3],
    ["-y % 3", 1],
    ["0x10 + x", 24],
    ["Config::BASE + x", 108],
  ] as const) {
    it(`compute with whole numbers as Ruby does: ${code}`, () => {
      const lines = `<% (8..8).each do |x| %>\n<% (x - 3).upto(x-3) do |y| %>\nAPPEND_ITEM A 8 INT "Is <%= ${code} %>"\n<% end %>\n<% end %>`;
      const constants = new Map([["Config::BASE", "100"]]);
      const { text, leftOut } = imported("cosmos", packetWith(lines), { beside, constants });
      assert.deepEqual(leftOut, []);
      assert.ok(text.includes(`description: Is ${expected}\n`), text);
    });
  }

  for (const code of ["x ** 2", "x / 0", "x & 1", "010 + x", "x.to_s", "'%02d' % x", "x / 2.0"]) {
    it(`compute nothing else: ${code}`, () => {
      const lines = `<% 1.times do |x| %>\nSTATE ON <%= ${code} %>\n<% end %>`;
      const { leftOut } = of(`APPEND_ITEM A 8 UINT\n${lines}`);
      assert.equal(leftOut.length, 1, leftOut.join());
    });
  }

  it("write lines in lines, by counts from 0", () => {
    const lines =
      "<% 2.times do |i| %>\n<% 2.times do |k| %>\nAPPEND_ITEM V<%= i %>_<%= k %> 8 UINT\n<% end %>\n<% end %>";
    assert.deepEqual(valuesOf(lines, "01 02 03 04"), { v0_0: 1, v0_1: 2, v1_0: 3, v1_1: 4 });
  });

  it("in comments, and comments of templates, are nothing", () => {
    const { leftOut, decode } = of("# <%= anything %>\n<%# a comment %>\nAPPEND_ITEM A 8 UINT");
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket("05")).values, { a: 5 });
  });

  for (const [what, lines] of [
    ["a condition", "<% if wide %>\nAPPEND_ITEM A 8 UINT\n<% end %>"],
    ["a loop over something else", "<% NAMES.each do |i| %>\nAPPEND_ITEM A 8 UINT\n<% end %>"],
    ["a file that is not there", '<%= render "_other.txt", locals: {apid: 1} %>'],
    ["a value that is not known", '<%= render "_ccsds.txt", locals: {apid: APID} %>'],
    ["code of several lines", "<%\n  x = 1\n  y = 2\n%>"],
  ] as const) {
    it(`that need Ruby are left out, with what follows them: ${what}`, () => {
      const { leftOut, decode } = of(`APPEND_ITEM Z 8 UINT\n${lines}\nAPPEND_ITEM B 8 UINT`);
      assert.match(leftOut.join("\n"), /^ERB: what a template puts there/);
      assert.match(leftOut.join("\n"), /B.* behind it cannot be placed/);
      assert.deepEqual(decode(spacePacket("05 06 07 08 09 0a 0b 0c")).values, { z: 5 });
    });
  }

  it("that write the line of every packet are the reason why there is none", () => {
    const text = "<% require 'x' %>\nTELEMETRY SAT HK <%= endianness %> \"Packet\"\n  APPEND_ITEM A 8 UINT";
    assert.throws(() => imported("cosmos", text), /line 2: ERB: .*TELEMETRY SAT HK .*the packet is left out/);
  });

  it("do not go on without end", () => {
    const endless = imported("cosmos", packetWith("APPEND_ITEM A 8 UINT\n<%= render '_self.txt' %>"), {
      beside: (name) => (name === "_self.txt" ? "<%= render '_self.txt' %>" : beside(name)),
    });
    assert.match(endless.leftOut.join(), /what a template puts there/);
  });
});

describe("packets of COSMOS", () => {
  it("that are selected are changed: items deleted, changed and added", () => {
    const text =
      packetWith("APPEND_ITEM A 8 UINT\nAPPEND_ITEM B 8 UINT\nAPPEND_ITEM C 8 UINT") +
      packetWith("APPEND_ITEM X 8 UINT", "ADCS", 2) +
      "SELECT_TELEMETRY <%= target_name %> HK\nDELETE_ITEM B\nSELECT_ITEM A\n  UNITS Volts V\nAPPEND_ITEM D 8 UINT\n";
    const { decode, leftOut, text: dictionary } = imported("cosmos", text, { beside });
    assert.deepEqual(leftOut, []);
    assert.match(dictionary, /unit: V\n/);
    assert.deepEqual(decode(spacePacket("01 02 03 04")).values, { a: 1, c: 3, d: 4 });
    assert.deepEqual(decode(spacePacket("05", { apid: 2 })).values, { x: 5 });
  });

  it("that are selected and are not there are said, and nothing else is changed", () => {
    const text = `${packetWith("APPEND_ITEM A 8 UINT")}SELECT_TELEMETRY SAT GONE\nSELECT_ITEM A\nUNITS Volts V\n`;
    const { leftOut, text: dictionary } = imported("cosmos", text, { beside });
    assert.deepEqual(leftOut, ["Packet SAT GONE: changes of a packet that is not in the files before"]);
    assert.doesNotMatch(dictionary, /unit: V\n/);
  });

  it("may stand between commands, of which nothing is read", () => {
    const command = "COMMAND SAT GO BIG_ENDIAN\n  APPEND_PARAMETER P 8 UINT 0 1 0\n    STATE ON 1\n";
    const { leftOut, decode } = imported(
      "cosmos",
      `${command}${packetWith("APPEND_ITEM A 8 UINT")}${command}`,
      {
        beside,
      },
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(spacePacket("05")).values, { a: 5 });
  });

  it("may be in several files, of which findings name theirs", () => {
    const others = [
      { file: "b.txt", text: packetWith("APPEND_ITEM B 12 UINT\n FROBNICATE", "ADCS", 2) + "\n" },
    ];
    const { leftOut, decode } = imported("cosmos", packetWith("APPEND_ITEM A 8 UINT"), { beside, others });
    assert.deepEqual(decode(spacePacket("0050", { apid: 2 })).values, { b: 5 });
    assert.match(leftOut.join(), /^b\.txt:4: not carried over: Packet TARGET ADCS: the line FROBNICATE/);
  });
});

describe("places of items of COSMOS", () => {
  it("that are appended are at the end, also behind an item that shows others again", () => {
    const lines = "APPEND_ITEM A 32 UINT\nITEM B 56 8 UINT\n OVERLAP\nAPPEND_ITEM C 8 UINT";
    assert.deepEqual(valuesOf(lines, "00010203 09"), { a: 0x010203, b: 1, c: 9 });
  });

  it("over a block of unknown length are a second view of it", () => {
    const lines = "APPEND_ITEM N 8 UINT\nAPPEND_ITEM I 0 BLOCK\nITEM FIRST 56 16 UINT\n OVERLAP";
    assert.deepEqual(valuesOf(lines, "01 02030405"), { n: 1, i: "02030405", first: 0x0203 });
  });

  it("behind items whose size another one says follow them", () => {
    const lines =
      "APPEND_ITEM N 8 UINT\nAPPEND_ARRAY_ITEM L 16 UINT 0\n VARIABLE_BIT_SIZE N 16\n" +
      "APPEND_ITEM M 8 UINT\nAPPEND_ITEM S 0 STRING\n VARIABLE_BIT_SIZE M\nAPPEND_ITEM E 8 UINT";
    assert.deepEqual(valuesOf(lines, "02 0001 0002 03 414243 09"), { n: 2, l: [1, 2], m: 3, s: "ABC", e: 9 });
  });

  it("behind a size that is no number of elements are not known", () => {
    const { leftOut, decode } = of(
      "APPEND_ITEM N 8 UINT\nAPPEND_ARRAY_ITEM L 16 UINT 0\n VARIABLE_BIT_SIZE N\nAPPEND_ITEM E 8 UINT",
    );
    assert.deepEqual(leftOut, [
      "Item L: its size by N: it is no number of elements or bytes",
      "Item L: its length is not known; so E behind it cannot be placed",
    ]);
    assert.deepEqual(decode(spacePacket("01 0002 03")).values, { n: 1 });
  });

  it("behind a structure are not known, and lines below it are not those of the item before", () => {
    const { leftOut, decode } = of(
      "APPEND_ITEM N 8 UINT\nAPPEND_STRUCTURE S 0 TLM SAT OTHER\n VARIABLE_BIT_SIZE N\nAPPEND_ITEM E 8 UINT",
    );
    assert.deepEqual(leftOut, [
      "Packet TARGET HK: the line APPEND_STRUCTURE",
      "Packet TARGET HK: its length is not known; so E behind it cannot be placed",
    ]);
    assert.deepEqual(decode(spacePacket("01 02 03")).values, { n: 1 });
  });
});

describe("the time of a packet of COSMOS", () => {
  const fields = "APPEND_ITEM TIMESEC 32 UINT\nAPPEND_ITEM TIMEUS 32 UINT\nAPPEND_ITEM A 8 UINT\n";
  const derived = (file: string, more = ""): string =>
    `ITEM PACKET_TIME 0 0 DERIVED "Time"\n READ_CONVERSION ${file} TIMESEC ${more}\n CONVERTED_DATA 280 STRING\n`;

  for (const file of ["unix_time_conversion.rb", "openc3/conversions/unix_time_conversion.py"]) {
    it(`is what ${file} makes of seconds and microseconds`, () => {
      const { leftOut, decode } = of(fields + derived(file, "TIMEUS"));
      assert.deepEqual(leftOut, []);
      assert.equal(decode(spacePacket("00000064 0007a120 05")).time, 100.5);
    });
  }

  it("may be seconds alone, and be shown again as a text", () => {
    const again =
      "ITEM T 0 0 DERIVED\n READ_CONVERSION unix_time_formatted_conversion.rb TIMESEC TIMEUS\n" +
      "ITEM S 0 0 DERIVED\n READ_CONVERSION unix_time_seconds_conversion.rb TIMESEC TIMEUS\n";
    const { leftOut, decode } = of(fields + derived("unix_time_conversion.rb", "TIMEUS") + again);
    assert.deepEqual(leftOut, []);
    assert.equal(decode(spacePacket("00000064 0007a120 05")).time, 100.5);
    assert.equal(
      of(fields + derived("unix_time_conversion.rb")).decode(spacePacket("00000064 00000000 05")).time,
      100,
    );
  });

  it("may have its fields at places, one behind the other", () => {
    const at = (second: number): Result =>
      of(
        `ITEM TIMESEC 48 32 UINT\nITEM TIMEUS ${second} 32 UINT\n${derived("unix_time_conversion.rb", "TIMEUS")}`,
      );
    assert.equal(at(80).decode(spacePacket("00000064 0007a120")).time, 100.5);
    assert.deepEqual(at(88).leftOut, ["Item PACKET_TIME: is derived"]);
  });

  it("is none of other conversions, which are derived items", () => {
    const { leftOut, decode } = of(fields + derived("my_conversion.rb", "TIMEUS"));
    assert.deepEqual(leftOut, ["Item PACKET_TIME: is derived"]);
    assert.equal(decode(spacePacket("00000064 0007a120 05")).time, undefined);
  });
});

describe("macros of COSMOS", () => {
  const macro = (
    range: string,
    lines = "APPEND_ITEM A 8 UINT\n UNITS Volts V\nAPPEND_ITEM B 8 UINT",
  ): string => `MACRO_APPEND_START ${range}\n${lines}\nMACRO_APPEND_END\nAPPEND_ITEM C 8 UINT`;

  it("append their items once for each number, in the order of the numbers", () => {
    for (const [range, names] of [
      ["1 2", ["a1", "b1", "a2", "b2"]],
      ["2 1", ["a2", "b2", "a1", "b1"]],
      ["7 7 X%03d_%s", ["x007_a", "x007_b"]],
    ] as const) {
      const { leftOut, decode } = of(macro(range));
      assert.deepEqual(leftOut, []);
      const { values } = decode(spacePacket("00 01 02 03 04"));
      assert.deepEqual(Object.keys(values ?? {}), [...names, "c"], range);
      assert.deepEqual(Object.values(values ?? {}).at(-1), names.length, range);
    }
  });

  for (const [what, text] of [
    ["no numbers", macro("ONE TWO")],
    ["too many numbers", macro("1 1000000")],
    ["a format that has no number", macro("1 2 %s")],
    ["items at places", macro("1 2", "ITEM A 48 8 UINT")],
    ["a line that appends something else", `APPEND_THING X 8 UINT\n${macro("1 2")}`],
    ["an item before them that is left out", `APPEND_ITEM Q 8 FLOAT\n${macro("ONE TWO")}`],
    ["no end", macro("1 2").replace("MACRO_APPEND_END\n", "")],
  ] as const) {
    it(`with ${what} are named, and nothing behind them is placed`, () => {
      const { leftOut, decode } = of(`APPEND_ITEM D 8 UINT\n${text}`);
      assert.match(
        leftOut.join("\n"),
        /the line (?:MACRO_APPEND_START|APPEND_THING).*C behind it cannot be placed/s,
      );
      const { values } = decode(spacePacket("07 01 02"));
      assert.equal(values?.d, 7);
      assert.equal(values?.c, undefined);
    });
  }
});
