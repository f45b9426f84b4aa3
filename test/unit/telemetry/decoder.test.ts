import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type DecodeErrorReason,
  decodeParameters,
  Decoder,
  encodePacket,
  type PacketLayout,
  primaryHeaderBytes,
  SequenceTracker,
} from "../../../telemetry/decoder";
import { calibrate } from "../../../telemetry/decoder/calibrate";
import { timeReader } from "../../../telemetry/decoder/timeCode";
import { type Dictionary, loadDictionary, type Parameter, rawRange } from "../../../telemetry/dictionary";
import { randomDictionary } from "./randomDictionary";

interface Found {
  readonly layout: PacketLayout;
  readonly count: number;
  readonly time: number;
  readonly values: Float64Array;
}

/** Everything that a decoder says about a datagram. */
function decodeAll(
  decoder: Decoder,
  datagram: Buffer,
): { found: Found[]; errors: DecodeErrorReason[]; unknown: number[]; idle: number } {
  const result = {
    found: [] as Found[],
    errors: [] as DecodeErrorReason[],
    unknown: [] as number[],
    idle: 0,
  };
  decoder.decode(datagram, {
    packet: (layout, count, time, bytes, at) => {
      const values = new Float64Array(decoder.dictionary.parameters.length).fill(NaN);
      decodeParameters(layout, bytes, at, values, (reason) => result.errors.push(reason));
      result.found.push({ layout, count, time, values });
    },
    unknownApid: (apid) => result.unknown.push(apid),
    idle: () => result.idle++,
    error: (reason) => result.errors.push(reason),
  });
  return result;
}

/** A raw number that the field can carry, from a number between 0 and 1. */
function rawAt(parameter: Parameter, share: number): number {
  if (parameter.type === "float") return Math.fround((share - 0.5) * 1000);
  const { lowest, highest } = rawRange(parameter);
  return Math.min(highest, lowest + Math.floor(share * (highest - lowest + 1)));
}

function valuesAt(dictionary: Dictionary, shares: readonly number[]): Float64Array {
  return Float64Array.from(dictionary.parameters, (parameter, i) =>
    calibrate(rawAt(parameter, shares[i % shares.length] ?? 0), parameter.calibration),
  );
}

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const shares = fc.array(share, { minLength: 20, maxLength: 20 });
/** 2001 to 2093: a CUC of four octets that counts from 1958 ends in 2094. */
const time = fc.integer({ min: 1_000_000_000, max: 3_900_000_000 });

describe("encoding and decoding", () => {
  it("decode(encode(v)) = v for whatever a field can carry, over random dictionaries", () => {
    fc.assert(
      fc.property(
        randomDictionary,
        shares,
        time,
        fc.integer({ min: 0, max: 16_383 }),
        (dictionary, where, at, count) => {
          const decoder = new Decoder(dictionary);
          const [layout] = decoder.layouts;
          assert.ok(layout);
          const values = valuesAt(dictionary, where);
          const { found, errors } = decodeAll(decoder, encodePacket(layout, count, at, values));
          assert.deepEqual(errors, []);
          assert.equal(found[0]?.count, count);
          assert.ok(Math.abs((found[0]?.time ?? 0) - at) < 0.001);
          assert.deepEqual([...(found[0]?.values ?? [])], [...values]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("encode(decode(x)) = x, byte by byte, for packets whose unused bits are 0", () => {
    fc.assert(
      fc.property(randomDictionary, shares, time, (dictionary, where, at) => {
        const decoder = new Decoder(dictionary);
        const [layout] = decoder.layouts;
        assert.ok(layout);
        const packet = encodePacket(layout, 7, at, valuesAt(dictionary, where));
        const [decoded] = decodeAll(decoder, packet).found;
        assert.ok(decoded);
        assert.deepEqual(encodePacket(layout, decoded.count, decoded.time, decoded.values), packet);
      }),
      { numRuns: 300 },
    );
  });

  it("holds a value that a field cannot carry at the field's end", () => {
    const dictionary = loadDictionary();
    const decoder = new Decoder(dictionary);
    const [layout] = decoder.layouts;
    assert.ok(layout);
    const { found } = decodeAll(
      decoder,
      encodePacket(layout, 0, 1.7e9, new Float64Array(dictionary.parameters.length).fill(1e9)),
    );
    assert.equal(found[0]?.values[0], 65.535);
  });
});

describe("times in the secondary header", () => {
  it("read a CUC time: 2000-01-01 and 10.5 seconds", () => {
    const reader = timeReader({
      code: "CUC",
      epoch: "2000-01-01T00:00:00Z",
      coarseBytes: 4,
      fineBytes: 2,
      preamble: false,
      leapSeconds: 0,
    });
    assert.equal(reader.read(Buffer.from("0000000a8000", "hex"), 0), Date.UTC(2000, 0, 1) / 1000 + 10.5);
  });

  it("read a CDS time of the CCSDS epoch: one day, 2000.5 ms", () => {
    const reader = timeReader({
      code: "CDS",
      epoch: "1958-01-01T00:00:00Z",
      dayBytes: 2,
      submillisecondBytes: 2,
      preamble: false,
      leapSeconds: 0,
    });
    assert.equal(
      reader.read(Buffer.from("0001000007d001f4", "hex"), 0),
      Date.UTC(1958, 0, 2) / 1000 + 2.0005,
    );
  });

  it("take off the leap seconds of a clock in TAI", () => {
    const code = {
      code: "CUC",
      epoch: "1958-01-01T00:00:00Z",
      coarseBytes: 4,
      fineBytes: 0,
      preamble: true,
    } as const;
    const bytes = Buffer.from("1c00000025", "hex"); // P-field 0001 11 00: CCSDS epoch, four octets, no fine ones
    assert.equal(timeReader({ ...code, leapSeconds: 37 }).read(bytes, 0), Date.UTC(1958, 0, 1) / 1000);
    assert.ok(
      Number.isNaN(timeReader({ ...code, leapSeconds: 37 }).read(Buffer.from("2c00000025", "hex"), 0)),
    );
  });

  it("refuse a day of more milliseconds than a day has", () => {
    const reader = timeReader({
      code: "CDS",
      epoch: "1958-01-01T00:00:00Z",
      dayBytes: 2,
      submillisecondBytes: 0,
      preamble: false,
      leapSeconds: 0,
    });
    assert.ok(Number.isNaN(reader.read(Buffer.from("0001ffffffff", "hex"), 0)));
  });
});

describe("the sequence count", () => {
  /** Packets of one second each. @param times by on-board clock; default: each packet at its count */
  const follow = (counts: readonly number[], times: readonly number[] = counts): string[] => {
    const tracker = new SequenceTracker(1);
    return counts.map((count, i) => {
      const arrival = tracker.arrive(count, times[i] ?? NaN);
      return tracker.missing > 0 ? `${arrival}, ${tracker.missing} missing` : arrival;
    });
  };

  it("wraps from 16383 to 0 without a gap", () => {
    assert.deepEqual(follow([16_382, 16_383, 0, 1], [1, 2, 3, 4]), [
      "in-order",
      "in-order",
      "in-order",
      "in-order",
    ]);
  });
  it("counts what it skipped, over the wrap too", () => {
    assert.deepEqual(follow([5, 8]), ["in-order", "in-order, 2 missing"]);
    assert.deepEqual(follow([16_382, 3], [1, 6]), ["in-order", "in-order, 4 missing"]);
  });
  it("tells a duplicate from a late packet", () => {
    assert.deepEqual(follow([5, 6, 6, 8, 7, 7]), [
      "in-order",
      "in-order",
      "duplicate",
      "in-order, 1 missing",
      "late",
      "duplicate",
    ]);
  });
  it("takes a count far behind for a restart, and goes on from there", () => {
    assert.deepEqual(follow([5000, 0, 1], [1, 2, 3]), ["in-order", "restart", "in-order"]);
  });
  it("takes a count a little behind for a restart when the packet is newer: a computer that starts again twice", () => {
    assert.deepEqual(follow([0, 1, 2, 0, 1, 2, 3], [1, 2, 3, 9, 10, 11, 12]), [
      "in-order",
      "in-order",
      "in-order",
      "restart",
      "in-order",
      "in-order",
      "in-order",
    ]);
    assert.deepEqual(follow([0, 0], [1, 9]), ["in-order", "restart"], "the same count again");
  });
  it("takes a count a little behind for a restart when the on-board clock has started again too", () => {
    assert.deepEqual(follow([7, 0, 1], [5000, 0, 1]), ["in-order", "restart", "in-order"]);
  });
  it("still knows a late packet and a duplicate after a restart", () => {
    assert.deepEqual(follow([9, 0, 2, 1, 2], [9, 20, 22, 21, 22]), [
      "in-order",
      "restart",
      "in-order, 1 missing",
      "late",
      "duplicate",
    ]);
  });
  it("takes a count further ahead than can have been sent for a restart", () => {
    assert.deepEqual(follow([16_000, 2_000, 2_050], [1, 51, 101]), [
      "in-order",
      "restart",
      "in-order, 49 missing",
    ]);
  });
  it("accounts for every packet of any loss, doubling and swapping of neighbours", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 16_383 }),
        fc.array(fc.constantFrom("sent", "lost", "doubled"), { maxLength: 200 }),
        (first, fates) => {
          const tracker = new SequenceTracker(1);
          tracker.arrive(first, 0);
          const seen = { missing: 0, duplicates: 0 };
          const arrive = (count: number, time: number): void => {
            if (tracker.arrive(count, time) === "duplicate") seen.duplicates++;
            seen.missing += tracker.missing;
          };
          [...fates, "sent"].forEach((fate, i) => {
            const count = (first + 1 + i) % 16_384;
            if (fate !== "lost") arrive(count, i + 1);
            if (fate === "doubled") arrive(count, i + 1);
          });
          assert.equal(seen.missing, fates.filter((fate) => fate === "lost").length);
          assert.equal(seen.duplicates, fates.filter((fate) => fate === "doubled").length);
        },
      ),
    );
  });
});

describe("bad packets", () => {
  const dictionary = loadDictionary();
  const decoder = new Decoder(dictionary);
  const good = (index = 0): Buffer => {
    const layout = decoder.layouts[index];
    assert.ok(layout);
    return encodePacket(layout, 1, 1.7e9, new Float64Array(dictionary.parameters.length));
  };
  const changed = (change: (packet: Buffer) => void): Buffer => {
    const packet = good();
    change(packet);
    return packet;
  };

  for (const [what, datagram, expected] of [
    ["cut short", good().subarray(0, 20), "truncated"],
    ["shorter than a header", good().subarray(0, 3), "truncated"],
    ["with a length that lies", changed((packet) => packet.writeUInt16BE(60_000, 4)), "truncated"],
    ["of another version", changed((packet) => (packet[0] = 0x28)), "version"],
    ["that is a telecommand", changed((packet) => (packet[0] = 0x18)), "telecommand"],
    ["that is a fragment", changed((packet) => (packet[2] = 0x40)), "fragment"],
    ["without a secondary header", changed((packet) => (packet[0] = 0x00)), "secondary_header"],
    [
      "longer than the dictionary says",
      Buffer.concat([
        changed((packet) => packet.writeUInt16BE(packet.length - primaryHeaderBytes, 4)),
        Buffer.alloc(1),
      ]),
      "length",
    ],
  ] as const) {
    it(`a packet ${what} is counted as ${expected}`, () => {
      assert.deepEqual(decodeAll(decoder, datagram), { found: [], errors: [expected], unknown: [], idle: 0 });
    });
  }

  it("an unknown APID and an idle packet are counted, and what follows them is decoded", () => {
    const unknown = changed((packet) => packet.writeUInt16BE(0x0800 | 1999, 0));
    const idle = changed((packet) => packet.writeUInt16BE(0x07ff, 0));
    const result = decodeAll(decoder, Buffer.concat([unknown, idle, good()]));
    assert.deepEqual([result.unknown, result.idle, result.found.length, result.errors], [[1999], 1, 1, []]);
  });

  it("several packets in a datagram are all found, also behind a bad one whose length is right", () => {
    const fragment = changed((packet) => (packet[2] = 0x40));
    const result = decodeAll(decoder, Buffer.concat([good(0), fragment, good(1), good(2)]));
    assert.deepEqual(result.errors, ["fragment"]);
    assert.deepEqual(
      result.found.map((each) => each.layout.index),
      [0, 1, 2],
    );
  });

  it("NaN and infinity give no value and are counted", () => {
    const layout = decoder.layouts[1];
    const rate = dictionary.parameters.find((parameter) => parameter.name === "rate_x");
    assert.ok(layout && rate);
    for (const odd of [NaN, Infinity, -Infinity]) {
      const packet = good(1);
      packet.writeFloatBE(odd, layout.userDataAt + rate.bitOffset / 8);
      const { found, errors } = decodeAll(decoder, packet);
      assert.deepEqual(errors, ["not_finite"]);
      assert.ok(Number.isNaN(found[0]?.values[rate.index]));
    }
  });

  it("a number that is no state gives no value and is counted", () => {
    const layout = decoder.layouts[1];
    assert.ok(layout);
    const packet = good(1);
    packet[layout.userDataAt] = 200;
    assert.deepEqual(decodeAll(decoder, packet).errors, ["unknown_state"]);
  });

  it("a datagram of 64 KB of anything is no crash", () => {
    for (const filler of [0x00, 0x08, 0xff, 0x41]) decodeAll(decoder, Buffer.alloc(65_507, filler));
  });

  it("random datagrams, and real packets with random damage, are no crash (a million of them: bench/telemetry/garbage.ts)", () => {
    const packet = good();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(packet.length - 1),
        fc.nat(255),
        (noise, where, byte) => {
          decodeAll(decoder, Buffer.from(noise));
          const damaged = Buffer.from(packet);
          damaged[where] = byte;
          decodeAll(decoder, Buffer.concat([damaged, noise]));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
