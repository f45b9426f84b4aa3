import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameStream } from "../../../../telemetry/links/frameStream";
import { FrameWriter } from "../../../../telemetry/links/frameWriter";
import { LinkCounts } from "../../../../telemetry/links/linkCounts";
import { type FrameOptions, overheadBytes } from "../../../../telemetry/links/linkOptions";
import { modelOfFrames } from "./modelOfStreams";
import { garbage, pieceSizes, pushInPieces, spacePacket } from "./streamBytes";

const marker = Buffer.from("1acffc1d", "hex");
const tm: FrameOptions = {
  framing: "tm",
  frameBytes: 64,
  marker,
  parityBytes: 0,
  randomised: false,
  fecf: true,
  scid: undefined,
  vcids: undefined,
  headerErrorControl: false,
  insertZoneBytes: 0,
  ocf: false,
};

/** Any setting of the frames of a link. */
const options: fc.Arbitrary<FrameOptions> = fc
  .record({
    framing: fc.constantFrom("tm" as const, "aos" as const),
    extra: fc.integer({ min: 1, max: 90 }),
    parityBytes: fc.constantFrom(0, 32, 160),
    randomised: fc.boolean(),
    headerErrorControl: fc.boolean(),
    insertZoneBytes: fc.constantFrom(0, 5),
    ocf: fc.boolean(),
  })
  .map(({ framing, extra, parityBytes, randomised, ...aos }) => {
    const made = { ...tm, framing, parityBytes, randomised, ...(framing === "aos" && aos) };
    return { ...made, frameBytes: overheadBytes(made) + extra };
  });

const packet = fc
  .record({
    apid: fc.integer({ min: 0, max: 2046 }),
    dataBytes: fc.integer({ min: 1, max: 200 }),
    fill: fc.nat(255),
  })
  .map(spacePacket);
const packets = fc.array(packet, { minLength: 1, maxLength: 12 });

function read(
  stream: Buffer,
  given: FrameOptions,
  sizes: readonly number[] = [stream.length || 1],
): { packets: Buffer[]; counts: LinkCounts } {
  const counts = new LinkCounts();
  const found: Buffer[] = [];
  const reader = new FrameStream(given, counts, (each) => {
    if ((each.readUInt16BE(0) & 0x7ff) !== 0x7ff) found.push(Buffer.from(each));
  });
  pushInPieces(reader, stream, sizes);
  return { packets: found, counts };
}

/** The frames of packets; after each packet the last frame is filled if `flushes`. */
function frames(sent: readonly Buffer[], given: FrameOptions, channel = 0): Buffer[] {
  const writer = new FrameWriter(given, channel);
  return [...sent.flatMap((each) => writer.add(each)), ...writer.flush()];
}

describe("packets in transfer frames", () => {
  it("come out as they went in, over any setting of TM and AOS frames, wherever the stream is cut", () => {
    fc.assert(
      fc.property(options, packets, pieceSizes, (given, sent, sizes) => {
        const stream = Buffer.concat(frames(sent, given));
        const { packets: found, counts } = read(stream, given, sizes);
        assert.deepEqual(found, sent);
        assert.deepEqual(Object.assign(counts, { frames: 0 }), new LinkCounts());
      }),
      { numRuns: 300 },
    );
  });

  it("are found behind garbage and damaged frames; each count is what the model of the documents says", () => {
    const part = fc.oneof(
      garbage,
      garbage.map((bytes) => Buffer.concat([bytes, marker])),
      fc.record({
        frame: fc.nat(30),
        bit: fc.nat(700),
        isDamaged: fc.boolean(),
        cut: fc.constantFrom(0, 0, 0, 5),
      }),
    );
    fc.assert(
      fc.property(packets, fc.array(part, { maxLength: 15 }), pieceSizes, (sent, parts, sizes) => {
        const made = frames(sent, tm);
        const stream = Buffer.concat(
          parts.map((each) => {
            if (Buffer.isBuffer(each)) return each;
            const frame = Buffer.from(made[each.frame % made.length] ?? marker);
            const at = each.bit % frame.length;
            if (each.isDamaged) frame[at] = (frame[at] ?? 0) ^ (1 << (each.bit % 8));
            return frame.subarray(0, frame.length - each.cut);
          }),
        );
        const model = modelOfFrames(stream, marker, tm.frameBytes, 0);
        const { counts } = read(stream, tm, sizes);
        assert.deepEqual(
          [counts.frames, counts.skippedBytes, counts.refusedFrames.fecf, counts.refusedFrames.length],
          [model.frames.length, model.skipped, model.damaged, model.cut],
        );
      }),
      { numRuns: 400 },
    );
  });

  it("that lose frames lose only the packets in them; lost frames and cut packets are counted", () => {
    fc.assert(
      fc.property(packets, fc.nat(), (sent, which) => {
        const made = frames(sent, tm);
        // The first frame of all has no count to compare with, and the last none behind it.
        fc.pre(made.length > 2);
        const lost = 1 + (which % (made.length - 2));
        const writer = new FrameWriter(tm);
        const whole = sent.filter((each) => {
          const dataBytes = writer.dataBytes;
          const from = Buffer.concat(sent.slice(0, sent.indexOf(each))).length;
          return from >= (lost + 1) * dataBytes || from + each.length <= lost * dataBytes;
        });
        const { packets: found, counts } = read(Buffer.concat(made.filter((_, i) => i !== lost)), tm);
        assert.equal(counts.missingFrames, 1);
        assert.ok(counts.cutPackets <= 1);
        assert.deepEqual(found, whole);
      }),
      { numRuns: 300 },
    );
  });

  it("a frame count that wraps is no gap, and the same frame twice is a duplicate", () => {
    const sent = Array.from({ length: 300 }, (_, i) => spacePacket({ apid: 10, count: i, dataBytes: 46 }));
    const made = frames(sent, tm);
    assert.ok(made.length > 256);
    const { packets: found, counts } = read(Buffer.concat(made.flatMap((each) => [each, each])), tm);
    assert.deepEqual(found, sent);
    assert.deepEqual([counts.missingFrames, counts.duplicateFrames], [0, made.length]);
  });

  it("of several virtual channels are kept apart, and a setting chooses among them", () => {
    const sent = (channel: number): Buffer[] =>
      Array.from({ length: 5 }, () => spacePacket({ apid: 10 + channel, dataBytes: 70, fill: channel }));
    const streams = [0, 1].map((channel) => frames(sent(channel), tm, channel));
    const interleaved = Buffer.concat(
      (streams[0] ?? []).flatMap((each, i) => [each, streams[1]?.[i] ?? marker]),
    );
    const all = read(interleaved, tm);
    assert.deepEqual([all.packets.length, all.counts.missingFrames, all.counts.cutPackets], [10, 0, 0]);
    const one = read(interleaved, { ...tm, vcids: [1] });
    assert.deepEqual(one.packets, sent(1));
    assert.equal(one.counts.refusedFrames.virtual_channel, streams[0]?.length);
  });

  it("of another spacecraft, another version or without packets are refused, each by its reason", () => {
    const refused = (given: FrameOptions, written: FrameOptions): string[] =>
      Object.entries(
        read(Buffer.concat(frames([spacePacket({ apid: 1, dataBytes: 100 })], written)), given).counts
          .refusedFrames,
      )
        .filter(([, count]) => count > 0)
        .map(([reason]) => reason);
    assert.deepEqual(refused({ ...tm, scid: 5 }, { ...tm, scid: 6 }), ["spacecraft"]);
    assert.deepEqual(refused(tm, { ...tm, framing: "aos" }), ["version"]);
    assert.deepEqual(refused({ ...tm, randomised: true }, tm), ["fecf"]);
    const without = { ...tm, fecf: false, scid: 9 };
    assert.deepEqual(refused(without, { ...without, scid: 10 }), ["spacecraft"]);
  });

  it("of datagrams without markers are told apart by their length", () => {
    const given = { ...tm, marker: Buffer.alloc(0) };
    const sent = [spacePacket({ apid: 10, dataBytes: 150 })];
    const message = Buffer.concat(frames(sent, given));
    assert.deepEqual(read(message, given).packets, sent);
    const cut = read(message.subarray(0, -1), given);
    assert.deepEqual([cut.counts.refusedFrames.length, cut.counts.skippedBytes], [1, tm.frameBytes - 1]);
  });

  it("no bytes make the reader fail or grow: noise in frames whose CRC is right", () => {
    const noisy = fc.uint8Array({ minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(options, fc.array(noisy, { maxLength: 30 }), (given, contents) => {
        // Without FECF anything that has the spacecraft's identifier is taken.
        for (const scid of [0, 1, 170, 255]) {
          const without = {
            ...given,
            frameBytes: 64,
            fecf: false,
            randomised: false,
            insertZoneBytes: 0,
            scid,
          };
          const stream = Buffer.concat(
            contents.flatMap((each) => {
              const frame = Buffer.from(each);
              const version = given.framing === "tm" ? 0 : 0x4000;
              const shift = given.framing === "tm" ? 4 : 6;
              frame.writeUInt16BE(version | (scid << shift) | ((frame[0] ?? 0) % (1 << shift)), 0);
              return [marker, frame, Buffer.alloc(given.parityBytes)];
            }),
          );
          const { counts } = read(stream, without);
          const refused = Object.values(counts.refusedFrames).reduce((sum, each) => sum + each, 0);
          assert.equal(counts.frames + refused, contents.length);
        }
      }),
      { numRuns: 100 },
    );
  });
});
