import assert from "node:assert/strict";
import fc from "fast-check";
import type { RecordHeader } from "../../../../telemetry/links/linkOptions";
import { PacketStream } from "../../../../telemetry/links/packetStream";
import { modelOfPackets } from "./modelOfStreams";
import { garbage, pieceSizes, pushInPieces, spacePacket } from "./streamBytes";

/** Length of the packets of each APID. */
const lengths = new Map([
  [10, 20],
  [11, 7],
  [300, 130],
]);
const expected = {
  has: (apid: number) => lengths.has(apid),
  hasLength: (apid: number, bytes: number) => lengths.get(apid) === bytes,
};

function read(
  stream: Buffer,
  sizes: readonly number[] = [stream.length],
  record: RecordHeader = { bytes: 0 },
): { packets: Buffer[]; skipped: number } {
  const counts = { skippedBytes: 0 };
  const packets: Buffer[] = [];
  const reader = new PacketStream({
    record,
    takesSegments: false,
    expected,
    counts,
    onPacket: (packet) => packets.push(Buffer.from(packet)),
  });
  pushInPieces(reader, stream, sizes);
  return { packets, skipped: counts.skippedBytes };
}

const good = (apid: number): Buffer => spacePacket({ apid, dataBytes: (lengths.get(apid) ?? 20) - 6 });
const packet = fc.oneof(
  fc.constantFrom(...lengths.keys()).map(good),
  fc
    .record({
      apid: fc.constantFrom(10, 11, 12, 300, 0x7ff),
      count: fc.integer({ min: 0, max: 16_383 }),
      dataBytes: fc.integer({ min: 1, max: 80 }),
      flags: fc.constantFrom(3, 3, 3, 1, 0),
      type: fc.constantFrom(0, 0, 0, 1),
    })
    .map(spacePacket),
);
/** Packets, garbage and packets cut off, one behind the other. */
const stream = fc
  .array(
    fc.oneof(
      packet,
      packet,
      garbage,
      fc.tuple(packet, fc.nat(30)).map(([bytes, cut]) => bytes.subarray(cut)),
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => Buffer.concat(parts));

describe("packets in a stream", () => {
  it("agree with the model, wherever the stream is cut into pieces", () => {
    fc.assert(
      fc.property(stream, pieceSizes, (bytes, sizes) => {
        assert.deepEqual(read(bytes, sizes), modelOfPackets(bytes, 0, lengths));
      }),
      { numRuns: 500 },
    );
  });

  it("agree with the model behind record headers of any length", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(garbage, packet), { maxLength: 6 }),
        pieceSizes,
        fc.integer({ min: 1, max: 9 }),
        (parts, sizes, recordBytes) => {
          const bytes = Buffer.concat(
            parts.flatMap(([header, each]) => [header.subarray(0, recordBytes), each]),
          );
          assert.deepEqual(
            read(bytes, sizes, { bytes: recordBytes }),
            modelOfPackets(bytes, recordBytes, lengths),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it("every byte is either a packet's or counted as skipped", () => {
    fc.assert(
      fc.property(stream, pieceSizes, (bytes, sizes) => {
        const { packets, skipped } = read(bytes, sizes);
        assert.equal(
          packets.reduce((sum, { length }) => sum + length, skipped),
          bytes.length,
        );
      }),
      { numRuns: 300 },
    );
  });

  it("are found again after garbage: every expected packet behind it", () => {
    const noise = Buffer.from("deadbeef00112233445566778899", "hex");
    const { packets, skipped } = read(Buffer.concat([good(10), noise, good(300), good(11)]));
    assert.deepEqual(packets, [good(10), good(300), good(11)]);
    assert.equal(skipped, noise.length);
  });

  it("of an unknown APID are taken between others, so that the decoder counts them", () => {
    const unknown = spacePacket({ apid: 99, dataBytes: 40 });
    assert.deepEqual(read(Buffer.concat([good(10), unknown, good(11)])).packets, [
      good(10),
      unknown,
      good(11),
    ]);
    assert.deepEqual(
      read(Buffer.concat([good(10), unknown])).packets,
      [good(10), unknown],
      "the last one too",
    );
  });

  it("whose length field is damaged cost no more than themselves", () => {
    const damaged = good(10);
    damaged.writeUInt16BE(40_000, 4);
    const { packets, skipped } = read(
      Buffer.concat([good(11), damaged, ...Array.from({ length: 2500 }, () => good(10))]),
    );
    assert.equal(packets.length, 2501);
    assert.equal(skipped, damaged.length);
  });

  it("of the greatest length fit", () => {
    const longest = spacePacket({ apid: 99, dataBytes: 65_536 });
    const { packets, skipped } = read(Buffer.concat([longest, longest]), [1000]);
    assert.deepEqual([packets.length, skipped], [2, 0]);
    assert.deepEqual(packets[1], longest);
  });

  it("behind a record header whose length field is wrong are not believed", () => {
    const record = { bytes: 4, length: { at: 2, bytes: 2, plus: -2 } };
    const header = (length: number): Buffer => Buffer.from([0xaa, 0xbb, 0, length + 2]);
    const bytes = Buffer.concat([header(20), good(10), header(19), good(10), header(7), good(11)]);
    assert.deepEqual(read(bytes, [3], record), { packets: [good(10), good(11)], skipped: 24 });
  });
});
