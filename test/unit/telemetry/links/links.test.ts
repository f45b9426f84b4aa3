import assert from "node:assert/strict";
import fc from "fast-check";
import { Link, parseSource, type Source } from "../../../../telemetry/links";
import { crc16 } from "../../../../telemetry/links/crc16";
import { TmFrameWriter } from "../../../../telemetry/links/frameWriter";
import { randomised } from "../../../../telemetry/links/randomiser";
import { framesOf } from "../../../support/telemetry/frames";

const marker = Buffer.from("1acffc1d", "hex");
const knownApids = [10, 11, 12];

function source(url: string): Source {
  const parsed = parseSource(url);
  if ("problems" in parsed) assert.fail(parsed.problems.join("\n"));
  return parsed;
}

/** A link and what came out of it. */
function linkOf(url: string): { link: Link; packets: Buffer[] } {
  const packets: Buffer[] = [];
  const link = new Link(
    source(url),
    (packet) => packets.push(Buffer.from(packet)),
    (apid) => knownApids.includes(apid),
  );
  return { link, packets };
}

function packet(apid: number, count: number, data: Uint8Array, flags = 3): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt16BE(0x0800 | apid, 0);
  header.writeUInt16BE((flags << 14) | (count % 16_384), 2);
  header.writeUInt16BE(data.length - 1, 4);
  return Buffer.concat([header, data]);
}

/** Cuts bytes at the given places, in any order, also twice. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

const anyData = fc.uint8Array({ minLength: 1, maxLength: 300 });
const anyPacket = fc
  .tuple(fc.constantFrom(...knownApids), fc.nat(16_383), anyData)
  .map(([apid, count, data]) => packet(apid, count, data));
const anyPackets = fc.array(anyPacket, { minLength: 1, maxLength: 30 });
const anyPlaces = fc.array(fc.nat(20_000), { maxLength: 30 });
const isSame = (given: readonly Buffer[], wanted: readonly Buffer[]): void =>
  assert.deepEqual(
    given.map((each) => each.toString("hex")),
    wanted.map((each) => each.toString("hex")),
  );
const withoutIdle = (packets: readonly Buffer[]): Buffer[] =>
  packets.filter((each) => (each.readUInt16BE(0) & 0x7ff) !== 0x7ff);

describe("a stream of packets", () => {
  it("gives every packet, wherever the stream is cut, with a record header or none", () => {
    fc.assert(
      fc.property(anyPackets, anyPlaces, fc.nat(9), (packets, places, headerBytes) => {
        const { link, packets: given } = linkOf(`tcp://a:1?headerBytes=${headerBytes}`);
        const stream = link.stream();
        const record = Buffer.alloc(headerBytes, 0xee);
        for (const chunk of cut(Buffer.concat(packets.flatMap((each) => [record, each])), places)) {
          stream.push(chunk);
        }
        isSame(given, packets);
        assert.equal(link.counters.skippedBytes, 0);
        assert.equal(link.counters.packets, packets.length);
      }),
    );
  });

  it("is found again behind bytes that cannot be a packet, which are counted", () => {
    const noise = fc
      .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 50 })
      .map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyPacket, noise), { minLength: 1, maxLength: 20 }),
        anyPlaces,
        (all, places) => {
          const { link, packets: given } = linkOf("tcp://a:1");
          const stream = link.stream();
          for (const chunk of cut(Buffer.concat(all.flat()), places)) stream.push(chunk);
          stream.end();
          isSame(
            given,
            all.map(([each]) => each),
          );
          assert.equal(
            link.counters.skippedBytes,
            all.reduce((sum, [, bytes]) => sum + bytes.length, 0),
          );
        },
      ),
    );
  });

  it("of anything at all becomes packets and skipped bytes, none lost, wherever it is cut", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), anyPlaces, (bytes, places) => {
        const run = (chunks: readonly Buffer[]): { given: Buffer[]; skipped: number } => {
          const { link, packets: given } = linkOf("tcp://a:1?maxPacketBytes=100");
          const stream = link.stream();
          for (const chunk of chunks) stream.push(chunk);
          stream.end();
          return { given, skipped: link.counters.skippedBytes };
        };
        const whole = run([Buffer.from(bytes)]);
        const pieces = run(cut(Buffer.from(bytes), places));
        isSame(pieces.given, whole.given);
        assert.equal(pieces.skipped, whole.skipped);
        assert.equal(Buffer.concat(whole.given).length + whole.skipped, bytes.length);
      }),
    );
  });

  it("gives an unknown APID where it is in step, and looks for a known one where it is not", () => {
    const { link, packets: given } = linkOf("tcp://a:1");
    const strange = packet(99, 0, Buffer.alloc(5));
    const known = packet(10, 0, Buffer.alloc(5));
    link.stream().push(Buffer.concat([strange, known, strange]));
    isSame(given, [known, strange]);
    assert.equal(link.counters.skippedBytes, strange.length);
  });

  it("counts a packet that the end of the connection cut", () => {
    const { link } = linkOf("tcp://a:1");
    const stream = link.stream();
    stream.push(packet(10, 0, Buffer.alloc(50)).subarray(0, 20));
    stream.end();
    assert.deepEqual([link.counters.cutPackets, link.counters.skippedBytes], [1, 20]);
  });
});

describe("datagrams", () => {
  it("are given as they are, many packets in one", () => {
    const { link, packets: given } = linkOf("udp://a:1");
    const datagram = Buffer.concat([
      packet(10, 0, Buffer.alloc(3)),
      packet(11, 0, Buffer.alloc(3)).subarray(0, 8),
    ]);
    link.message(datagram);
    isSame(given, [datagram]);
  });

  it("lose the record header before each packet; what is cut short is left to the decoder", () => {
    const { link, packets: given } = linkOf("udp://a:1?headerBytes=2");
    const one = packet(10, 0, Buffer.alloc(3));
    link.message(Buffer.concat([Buffer.alloc(2), one, Buffer.alloc(2), one.subarray(0, 8)]));
    isSame(given, [one, one.subarray(0, 8)]);
  });
});

for (const kind of ["tm", "aos"] as const) {
  describe(`${kind.toUpperCase()} frames`, () => {
    const url = (frameBytes: number, more = ""): string =>
      `tcp://a:1?framing=${kind}&frameBytes=${frameBytes}${more}`;
    const anyFrameBytes = fc.integer({ min: 16, max: 200 });
    const stream = (frames: readonly Buffer[]): Buffer =>
      Buffer.concat(frames.flatMap((each) => [marker, each]));

    it("give every packet, however long it and the frames are, wherever the stream is cut", () => {
      fc.assert(
        fc.property(
          anyPackets,
          anyFrameBytes,
          anyPlaces,
          fc.nat(255),
          (packets, frameBytes, places, count) => {
            const { link, packets: given } = linkOf(url(frameBytes));
            const frames = framesOf(packets, { kind, frameBytes, count });
            const receiver = link.stream();
            for (const chunk of cut(stream(frames), places)) receiver.push(chunk);
            isSame(withoutIdle(given), packets);
            const { frames: received, frameGaps, skippedBytes, cutPackets } = link.counters;
            assert.deepEqual([received, frameGaps, skippedBytes, cutPackets], [frames.length, 0, 0, 0]);
          },
        ),
      );
    });

    it("that are lost are counted, cost the packets that were in them, and no other", () => {
      fc.assert(
        fc.property(
          anyPackets,
          anyFrameBytes,
          fc.func(fc.integer({ min: 0, max: 3 })),
          (packets, frameBytes, dice) => {
            const numbered = packets.map((each, i) => packet(10, i, each.subarray(6)));
            const frames = framesOf(numbered, { kind, frameBytes });
            const kept = frames.map((_, i) => i === 0 || i === frames.length - 1 || dice(i) !== 0);
            const { link, packets: given } = linkOf(url(frameBytes));
            link.stream().push(stream(frames.filter((_, i) => kept[i])));
            // The model: a packet comes when all frames from its first to its last byte did, and its start was known.
            const zone = frameBytes - (kind === "tm" ? 8 : 10);
            let at = 0;
            const wanted = numbered.filter((each) => {
              const [from, to] = [Math.floor(at / zone), Math.floor((at + each.length - 1) / zone)];
              at += each.length;
              return kept.slice(from, to + 1).every(Boolean);
            });
            isSame(withoutIdle(given), wanted);
            // As far as the counter tells: 256 TM frames lost at once are none.
            const lost = kept.filter((each) => !each).length;
            assert.equal(link.counters.frameGaps % 256, lost % 256);
          },
        ),
      );
    });

    it("whose bits are flipped are refused by their FECF", () => {
      fc.assert(
        fc.property(anyPackets, fc.nat(), (packets, place) => {
          const frames = framesOf(packets, { kind, frameBytes: 64 });
          const bad = stream(frames);
          const bit = 32 + (place % (64 * 8));
          bad[bit >>> 3] = (bad[bit >>> 3] ?? 0) ^ (0x80 >>> (bit & 7));
          const { link } = linkOf(url(64));
          link.stream().push(bad);
          assert.equal(link.counters.badFrames.fecf, 1);
        }),
      );
    });

    it("are derandomised, their check symbols left away, in a stream and in datagrams without a marker", () => {
      const packets = [packet(10, 1, Buffer.alloc(100, 7)), packet(11, 2, Buffer.alloc(20, 8))];
      const blocks = framesOf(packets, { kind, frameBytes: 60 }).map((each) =>
        randomised(Buffer.concat([each, Buffer.alloc(32, 0xaa)])),
      );
      const more = "&randomised=true&reedSolomonBytes=32";
      const inStream = linkOf(url(60, more));
      inStream.link.stream().push(stream(blocks));
      isSame(withoutIdle(inStream.packets), packets);
      const inDatagrams = linkOf(`udp://a:1?framing=${kind}&frameBytes=60&marker=none${more}`);
      for (const block of blocks) inDatagrams.link.message(block);
      inDatagrams.link.message(Buffer.alloc(61));
      isSame(withoutIdle(inDatagrams.packets), packets);
      assert.equal(inDatagrams.link.counters.badFrames.length, 1);
    });

    it("of other virtual channels are left away where channels are named, and channels do not mix where none is", () => {
      const one = framesOf([packet(10, 0, Buffer.alloc(150, 1))], {
        kind,
        frameBytes: 50,
        virtualChannel: 1,
      });
      const two = framesOf([packet(11, 0, Buffer.alloc(150, 2))], {
        kind,
        frameBytes: 50,
        virtualChannel: 2,
      });
      const mixed = one.flatMap((each, i) => [each, two[i] ?? Buffer.alloc(0)]);
      const both = linkOf(url(50));
      both.link.stream().push(stream(mixed));
      assert.equal(withoutIdle(both.packets).length, 2);
      const chosen = linkOf(url(50, "&virtualChannels=2,3"));
      chosen.link.stream().push(stream(mixed));
      isSame(withoutIdle(chosen.packets), [packet(11, 0, Buffer.alloc(150, 2))]);
      assert.equal(chosen.link.counters.otherFrames, one.length);
    });

    it("of anything at all harm nothing, and every frame is in one counter", () => {
      fc.assert(
        fc.property(
          fc.array(fc.uint8Array({ minLength: 20, maxLength: 20 }), { maxLength: 100 }),
          (blocks) => {
            const { link } = linkOf(url(20, "&fecf=false"));
            link.stream().push(stream(blocks.map((each) => Buffer.from(each))));
            const { badFrames, frames } = link.counters;
            assert.ok(Object.values(badFrames).reduce((sum, each) => sum + each, 0) <= frames);
          },
        ),
      );
    });
  });
}

describe("the frames that simulate and replay send", () => {
  it("give each packet, of whatever length", () => {
    fc.assert(
      fc.property(anyPackets, fc.integer({ min: 16, max: 200 }), (packets, frameBytes) => {
        const { link, packets: given } = linkOf(`tcp://a:1?framing=tm&frameBytes=${frameBytes}`);
        const writer = new TmFrameWriter(frameBytes);
        const stream = link.stream();
        for (const each of packets) stream.push(writer.write(each));
        isSame(withoutIdle(given), packets);
        const { badFrames, frameGaps, cutPackets } = link.counters;
        assert.deepEqual([badFrames.fecf, badFrames.pointer, frameGaps, cutPackets], [0, 0, 0, 0]);
      }),
    );
  });
});

describe("segments", () => {
  const joined = "tcp://a:1?segments=join";
  const anySegments = fc.array(anyData, { minLength: 2, maxLength: 6 });

  it("of one packet become it again, however they lie between other packets", () => {
    fc.assert(
      fc.property(anySegments, anyPackets, fc.nat(16_383), (parts, between, count) => {
        const segments = parts.map((data, i) =>
          packet(10, count + i, data, i === 0 ? 1 : i === parts.length - 1 ? 2 : 0),
        );
        const others = between.map((each) => packet(11, 0, each.subarray(6)));
        const { link, packets: given } = linkOf(joined);
        link
          .stream()
          .push(Buffer.concat(segments.flatMap((each, i) => [each, others[i] ?? Buffer.alloc(0)])));
        const whole = packet(10, count + parts.length - 1, Buffer.concat(parts));
        isSame(
          given.filter((each) => (each.readUInt16BE(0) & 0x7ff) === 10),
          [whole],
        );
        assert.equal(link.counters.droppedSegments, 0);
      }),
    );
  });

  it("of which one is missing are dropped and counted", () => {
    const { link, packets: given } = linkOf(joined);
    const data = Buffer.alloc(10);
    link.stream().push(Buffer.concat([packet(10, 0, data, 1), packet(10, 2, data, 2), packet(10, 3, data)]));
    isSame(given, [packet(10, 3, data)]);
    assert.equal(link.counters.droppedSegments, 2);
  });

  it("hold at most one packet's bytes for each of 32 APIDs", () => {
    const { link } = linkOf(joined);
    const stream = link.stream();
    const data = Buffer.alloc(60_000);
    stream.push(packet(10, 0, data, 1));
    stream.push(packet(10, 1, data, 0));
    assert.equal(link.counters.droppedSegments, 2);
    for (let apid = 0; apid < 40; apid++) stream.push(packet(apid, 0, data, 1));
    assert.equal(link.counters.droppedSegments, 10);
  });
});

describe("the standard's own values", () => {
  it("CRC of 123456789 is 29B1 (CRC-16/CCITT-FALSE), and that of a frame with its CRC is 0", () => {
    const text = Buffer.from("123456789");
    assert.equal(crc16(text, 0, 9), 0x29b1);
    assert.equal(crc16(Buffer.concat([text, Buffer.from("29b1", "hex")]), 0, 11), 0);
  });

  it("the randomiser starts FF 48 0E C0 9A 0D 70 BC and repeats after 255 bits", () => {
    const sequence = randomised(Buffer.alloc(600));
    assert.equal(sequence.toString("hex", 0, 8), "ff480ec09a0d70bc");
    assert.deepEqual(sequence.subarray(0, 255), sequence.subarray(255, 510));
  });
});

describe("a source", () => {
  it("has its link's name without settings and password", () => {
    const { name, user, password, topic, port } = source(
      "mqtt://me:se%40cret@broker/ground/raw?segments=join",
    );
    assert.deepEqual(
      [name, user, password, topic, port],
      ["mqtt://broker:1883/ground/raw", "me", "se@cret", "ground/raw", 1883],
    );
    assert.equal(source("tcp-server://[::1]:7?framing=packets").name, "tcp-server://[::1]:7");
    assert.equal(source("udp://[::1]:7").host, "::1");
  });

  for (const [url, message] of [
    ["10015", /must be KIND:\/\/HOST:PORT/],
    ["http://a:1", /must start with one of udp:\/\/, tcp-server:\/\//],
    ["tcp://a", /must name a host and a port/],
    ["tcp://a:70000", /at most 65535/],
    ["tcp://a:1/x", /nothing behind the port but \?settings/],
    ["mqtt://a", /must name a topic/],
    ["mqtt://me:secret@a/t?framing=x", /^(?!.*secret).*framing: must be packets, tm or aos/],
    ["tcp://a:1?framing=tm", /frameBytes: /],
    ["tcp://a:1?framing=tm&frameBytes=9999999", /frameBytes: must be a whole number, 16 to 65535/],
    ["tcp://a:1?framing=tm&frameBytes=100&marker=none", /a stream of frames needs one/],
    ["tcp://a:1?framing=tm&frameBytes=100&marker=xyz", /marker: must be none, or 2 to 8 bytes/],
    ["tcp://a:1?framing=aos&frameBytes=100&fecf=maybe", /fecf: must be true or false/],
    [
      "tcp://a:1?headerBytes=x&segments=x",
      /headerBytes: .*whole number.*; .*segments: must be refuse or join/,
    ],
    ["tcp://a:1?frameBytes=100", /[Uu]nrecognized key: "frameBytes"/],
  ] as const) {
    it(`is refused with what is wrong: ${url}`, () => {
      const parsed = parseSource(url);
      assert.ok("problems" in parsed);
      assert.match(parsed.problems.join("; "), message);
    });
  }
});
