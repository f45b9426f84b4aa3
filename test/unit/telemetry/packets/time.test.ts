import assert from "node:assert/strict";
import fc from "fast-check";
import { clockOfUtc, leapSecondsKnownUntil, utcOfClock } from "../../../../telemetry/decoder/leapSeconds";
import { timeReader } from "../../../../telemetry/decoder/timeCode";
import { DictionaryError, type TimeCode } from "../../../../telemetry/dictionary";
import { dictionaryWith, number, outcomeOf, packetSource, spacePacket } from "./dictionaryOf";

type Source = Readonly<Record<string, unknown>>;

/** Time code as the dictionary's reader completes it. */
function codeOf(time: Source): TimeCode {
  const [packet] = dictionaryWith([{ parameters: [number("a", 8)] }], { time }).packets;
  assert.ok(packet?.time);
  return packet.time.code;
}

const read = (time: Source, hex: string): number =>
  timeReader(codeOf(time)).read(Buffer.from(hex.replaceAll(" ", ""), "hex"), 0);
const utc = (text: string): number => Date.parse(text) / 1000;
const epoch = "2000-01-01T00:00:00Z";
const fields = (...names: readonly (readonly [string, number, Source?])[]): Source => ({
  code: "fields",
  fields: names.map(([is, bits, more]) => ({ is, bits, ...more })),
});

describe("time codes", () => {
  it("CUC of up to seven coarse and ten fine octets", () => {
    assert.equal(
      read({ code: "CUC", epoch, coarseBytes: 5, fineBytes: 0 }, "01 00000000"),
      utc(epoch) + 2 ** 32,
    );
    assert.equal(
      read({ code: "CUC", epoch, coarseBytes: 4, fineBytes: 10 }, "0000000a 80000000000000000000"),
      utc(epoch) + 10.5,
    );
  });

  it("CUC with the second octet of the P-field that such sizes need (3.2.2)", () => {
    const code = { code: "CUC", epoch, coarseBytes: 5, fineBytes: 4, preamble: true };
    // 1 010 11 11: extended, agency's epoch, 4 coarse, 3 fine; 0 01 001 00: one more of each.
    assert.equal(read(code, "af 24 0000000001 40000000"), utc(epoch) + 1.25);
    assert.ok(Number.isNaN(read(code, "2f 24 0000000001 40000000")));
  });

  it("CCS with month and day, and with the day of the year, in decimal digits", () => {
    assert.equal(read({ code: "CCS" }, "2026 07 31 23 59 58"), utc("2026-07-31T23:59:58Z"));
    assert.equal(
      read({ code: "CCS", day: "ofYear", subsecondBytes: 2, preamble: true }, "5a 2024 0366 12 00 00 12 34"),
      utc("2024-12-31T12:00:00Z") + 0.1234,
    );
  });

  it("CCS that is no date, or no digit, is no time", () => {
    for (const hex of [
      "2026 02 29 00 00 00",
      "2026 13 01 00 00 00",
      "2026 07 3a 00 00 00",
      "2026 07 31 24 00 00",
    ]) {
      assert.ok(Number.isNaN(read({ code: "CCS" }, hex)), hex);
    }
    assert.ok(Number.isNaN(read({ code: "CCS", day: "ofYear" }, "2025 0366 00 00 00")));
  });

  it("a leap second is the last of a day in UTC, in every code; any other second 60 is no time", () => {
    const midnight = utc("2017-01-01T00:00:00Z");
    const [days, hours, minutes] = [["days", 16] as const, ["hours", 8] as const, ["minutes", 8] as const];
    const cds = { code: "CDS", epoch };
    const ofDay = { ...fields(days, ["milliseconds", 32]), epoch };
    const ofHour = { ...fields(days, hours, ["seconds", 16]), epoch };
    const ofMinute = { ...fields(days, hours, minutes, ["milliseconds", 16]), epoch };
    const ofCcs = { code: "CCS", subsecondBytes: 1 };
    for (const [code, hex, seconds] of [
      [ofCcs, "2016 12 31 23 59 60 50", 0.5],
      [cds, "1841 05265fe7", 0.999],
      [ofDay, "1841 05265fe7", 0.999],
      [ofHour, "1841 17 0e10", 0],
      [ofMinute, "1841 17 3b ee47", 0.999],
    ] as const) {
      assert.ok(Math.abs(read(code, hex) - midnight - seconds) < 1e-6, hex);
      for (const clock of ["TAI", "GPS"]) assert.ok(Number.isNaN(read({ ...code, clock }, hex)), clock);
    }
    for (const [code, hex] of [
      [ofCcs, "2016 12 31 12 00 60 00"],
      [ofCcs, "2016 12 31 23 58 60 99"],
      [ofCcs, "2016 12 31 23 59 61 00"],
      [{ code: "CCS", day: "ofYear" }, "2016 0366 22 59 60"],
      [ofHour, "1841 16 0e10"],
      [ofMinute, "1841 17 3a ee47"],
      [{ ...ofDay, epoch: "2000-01-01T12:00:00Z" }, "1841 05265c00"],
      [{ ...fields(["weeks", 16], ["seconds", 32]), epoch: "1980-01-06T12:00:00Z" }, "0001 00093a80"],
    ] as const) {
      assert.ok(Number.isNaN(read(code, hex)), hex);
    }
  });

  it("seconds and milliseconds, and seconds and microseconds", () => {
    const seconds = ["seconds", 32] as const;
    assert.equal(
      read({ ...fields(seconds, ["milliseconds", 16]), epoch }, "00000001 01f4"),
      utc(epoch) + 1.5,
    );
    assert.equal(
      read({ ...fields(seconds, ["microseconds", 32]), epoch }, "00000001 0007a120"),
      utc(epoch) + 1.5,
    );
    assert.ok(Number.isNaN(read({ ...fields(seconds, ["milliseconds", 16]), epoch }, "00000001 03e8")));
  });

  it("milliseconds since 1970, in either byte order", () => {
    const code = (more: Source): Source => ({
      ...fields(["milliseconds", 64, more]),
      epoch: "1970-01-01T00:00:00Z",
    });
    assert.equal(read(code({}), "0000019000000000"), 0x190_0000_0000 / 1000);
    assert.equal(read(code({ byteOrder: "little" }), "0000000090010000"), 0x190_0000_0000 / 1000);
  });

  it("a calendar of fields of any width, years counted from 2000", () => {
    const code = fields(
      ...([
        ["unused", 4],
        ["year", 8, { from: 2000 }],
        ["dayOfYear", 9],
        ["hours", 5],
        ["minutes", 6],
      ] as const),
      ...([
        ["seconds", 6],
        ["microseconds", 20],
        ["unused", 6],
      ] as const),
    );
    const bits = [
      "0000",
      "00011010",
      "000000011",
      "00100",
      "000101",
      "000110",
      "00000000000000000111",
      "000000",
    ];
    const hex = BigInt(`0b${bits.join("")}`)
      .toString(16)
      .padStart(16, "0");
    assert.equal(read(code, hex), utc("2026-01-03T04:05:06Z") + 7e-6);
  });

  it("weeks and seconds of GPS", () => {
    const code = { ...fields(["weeks", 16], ["seconds", 32]), epoch: "1980-01-06T00:00:00Z", clock: "GPS" };
    // 2026-01-01T00:00:00Z is 18 s later on the clock of GPS.
    const elapsed = utc("2026-01-01T00:00:00Z") + 18 - utc("1980-01-06T00:00:00Z");
    const bytes = Buffer.alloc(6);
    bytes.writeUInt16BE(Math.floor(elapsed / 604_800), 0);
    bytes.writeUInt32BE(elapsed % 604_800, 2);
    assert.equal(timeReader(codeOf(code)).read(bytes, 0), utc("2026-01-01T00:00:00Z"));
  });

  it("read what they wrote, to their resolution", () => {
    const resolutions: readonly (readonly [Source, number])[] = [
      [{ code: "CCS", subsecondBytes: 3 }, 1e-6],
      [{ code: "CCS", day: "ofYear", preamble: true }, 1],
      [{ ...fields(["seconds", 32], ["milliseconds", 16]), epoch }, 1e-3],
      [{ ...fields(["days", 16], ["milliseconds", 32]), epoch }, 1e-3],
      [{ ...fields(["seconds", 32], ["fraction", 16]), epoch }, 2 ** -16],
      [{ ...fields(["seconds", 32], ["fraction", 32]), epoch }, 2 ** -32],
      [
        fields(
          ["year", 16],
          ["month", 8],
          ["dayOfMonth", 8],
          ["hours", 8],
          ["minutes", 8],
          ["seconds", 8],
          ["fraction", 8],
        ),
        2 ** -8,
      ],
      [{ code: "CUC", epoch, coarseBytes: 6, fineBytes: 4, preamble: true }, 1e-6],
      [{ code: "CUC", epoch, clock: "TAI" }, 2 ** -16],
    ];
    const codes = resolutions.map(
      ([source, resolution]) => [timeReader(codeOf(source)), resolution] as const,
    );
    fc.assert(
      fc.property(fc.nat(codes.length - 1), fc.double({ min: 1e9, max: 4e9, noNaN: true }), (which, time) => {
        const [reader, resolution] = codes[which] ?? assert.fail();
        const bytes = Buffer.alloc(reader.bytes);
        reader.write(bytes, 0, time);
        const back = reader.read(bytes, 0);
        assert.ok(Math.abs(back - time) <= resolution / 2 + 1e-6, `${back - time}`);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("leap seconds", () => {
  it("are those between TAI, GPS and UTC before and after each is inserted", () => {
    const at = (text: string, clock: "TAI" | "GPS"): number => clockOfUtc(utc(text), clock) - utc(text);
    assert.equal(at("2016-12-31T23:59:59Z", "TAI"), 36);
    assert.equal(at("2017-01-01T00:00:00Z", "TAI"), 37);
    assert.equal(at("2017-01-01T00:00:00Z", "GPS"), 18);
    assert.equal(at("1980-01-06T00:00:00Z", "GPS"), 0);
    assert.equal(at("1999-01-01T00:00:00Z", "TAI"), 32);
  });

  it("are taken off again, and the second itself is the one after it", () => {
    for (const time of [
      "1971-01-01",
      "1998-12-31T23:59:59",
      "1999-01-01",
      "2016-12-31T23:59:59",
      "2026-06-01",
    ]) {
      const when = utc(time.includes("T") ? `${time}Z` : time);
      for (const clock of ["TAI", "GPS"] as const) {
        assert.equal(utcOfClock(clockOfUtc(when, clock), clock), when, time);
      }
    }
    const inserted = clockOfUtc(utc("2016-12-31T23:59:59Z"), "TAI") + 1;
    assert.equal(utcOfClock(inserted, "TAI"), utc("2017-01-01T00:00:00Z"));
    assert.match(leapSecondsKnownUntil, /^\d{4}-\d\d-\d\d$/);
  });
});

describe("the time of a packet", () => {
  const cuc = { code: "CUC", epoch, fineBytes: 0 };
  const parameters = [number("a", 8)];

  it("stands anywhere in the secondary header, whose length is said", () => {
    const dictionary = dictionaryWith([{ parameters }], {
      time: { ...cuc, at: 3 },
      secondaryHeader: { bytes: 9 },
    });
    const found = outcomeOf(dictionary, spacePacket("ffffff 0000000a ffff 2a", { header: true }));
    assert.deepEqual(found, { packet: "p", time: utc(epoch) + 10, values: { a: 42 }, errors: [] });
  });

  it("stands among the data of a packet without a secondary header", () => {
    const dictionary = dictionaryWith([{ parameters, bytes: 6 }], {
      time: { ...cuc, at: 1 },
      secondaryHeader: "none",
    });
    const found = outcomeOf(dictionary, spacePacket("2a 0000000a 00"));
    assert.deepEqual([found.time, found.values], [utc(epoch) + 10, { a: 42 }]);
  });

  it("is another one in another packet", () => {
    const dictionary = dictionaryWith(
      [{ parameters }, { apid: 2, name: "q", time: { code: "CCS" }, parameters: [number("b", 8)] }],
      { time: cuc },
    );
    const packet = spacePacket("2026 01 01 00 00 00 01", { apid: 2, header: true });
    assert.equal(outcomeOf(dictionary, packet).time, utc("2026-01-01"));
  });

  it("is none: every flag but the dictionary's is refused, and any is where it says so", () => {
    const dictionary = dictionaryWith([{ parameters }]);
    assert.deepEqual(outcomeOf(dictionary, spacePacket("2a")), {
      packet: "p",
      values: { a: 42 },
      errors: [],
    });
    assert.deepEqual(outcomeOf(dictionary, spacePacket("2a", { header: true })).errors, ["secondary_header"]);
    const either = dictionaryWith([{ parameters }], { secondaryHeader: { bytes: 0, flag: "any" } });
    for (const header of [true, false]) {
      assert.deepEqual(outcomeOf(either, spacePacket("2a", { header })).errors, []);
    }
  });

  for (const [what, time, expected] of [
    ["no code", {}, /must have a code: CUC, CDS, CCS or fields; or be none/],
    ["a word", "now", /must have a code|none/],
    ["no epoch", { code: "CUC" }, /must be a UTC time/],
    ["counts without an epoch", fields(["seconds", 32]), /need an epoch/],
    ["a calendar with an epoch", { ...fields(["year", 16], ["dayOfYear", 16]), epoch }, /no epoch/],
    ["a calendar without its year", fields(["month", 8], ["dayOfMonth", 8]), /year, month and dayOfMonth/],
    ["fields of 12 bits", { ...fields(["seconds", 12]), epoch }, /12 bits, not whole bytes/],
    ["one count twice", { ...fields(["seconds", 8], ["seconds", 8]), epoch }, /count seconds twice/],
    [
      "two sources of leap seconds",
      { ...cuc, clock: "TAI", leapSeconds: 37 },
      /from a table; give one of the two/,
    ],
    ["a place behind the packet's end", { ...cuc, at: 9 }, undefined],
  ] as const) {
    it(`with ${what} is ${expected ? "refused" : "taken, as the header grows with it"}`, () => {
      const parse = (): unknown => dictionaryWith([packetSource({ parameters })], { time });
      if (!expected) return assert.ok(parse());
      assert.throws(parse, (error) => error instanceof DictionaryError && expected.test(error.message));
    });
  }

  it("that ends behind a packet without a secondary header is refused, and so is a packet without any word of it", () => {
    assert.throws(
      () => dictionaryWith([{ parameters }], { time: { ...cuc, at: 1 }, secondaryHeader: "none" }),
      /time: ends at byte 5 after the primary header, the packet at byte 1/,
    );
    const shorter = [
      { parameters: [...parameters, { ...parameters[0], name: "b", bits: 40 }] },
      { name: "q", extends: "p", when: { a: 1 }, bytes: { from: 1 } },
    ];
    assert.throws(
      () => dictionaryWith(shorter, { time: { ...cuc, at: 1 }, secondaryHeader: "none" }),
      /packets\[1\]\.bytes: is too short for the time, which ends at byte 5 .* the packet at byte 1/,
    );
    assert.throws(
      () => dictionaryWith([{ parameters }], { time: undefined }),
      /neither the packet nor the dictionary/,
    );
  });
});
