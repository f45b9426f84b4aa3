import assert from "node:assert/strict";
import fc from "fast-check";
import { mostOpenPackets, SegmentJoiner } from "../../../../telemetry/links/segmentJoiner";
import { spacePacket } from "./streamBytes";

function join(given: readonly Buffer[]): {
  packets: { packet: Buffer; segments: number }[];
  joined: number;
  dropped: number;
} {
  const counts = { joinedPackets: 0, droppedSegments: 0 };
  const packets: { packet: Buffer; segments: number }[] = [];
  const joiner = new SegmentJoiner(counts, (packet, segments) =>
    packets.push({ packet: Buffer.from(packet), segments }),
  );
  for (const each of given) joiner.add(each);
  joiner.reset();
  return { packets, joined: counts.joinedPackets, dropped: counts.droppedSegments };
}

/** The segments of a packet, cut after each of these sizes. */
function segmented(packet: Buffer, size: number, count: number): Buffer[] {
  const data = packet.subarray(6);
  const parts = Math.ceil(data.length / size);
  return Array.from({ length: parts }, (_, i) => {
    const part = data.subarray(i * size, (i + 1) * size);
    const flags = parts === 1 ? 3 : i === 0 ? 1 : i === parts - 1 ? 2 : 0;
    const segment = spacePacket({
      apid: packet.readUInt16BE(0) & 0x7ff,
      count: (count + i) % 16_384,
      flags,
      dataBytes: part.length,
    });
    part.copy(segment, 6);
    return segment;
  });
}

describe("segmented packets", () => {
  it("are joined to what was cut, also where the sequence count wraps and other APIDs are between", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 16_383 }),
        (dataBytes, size, count) => {
          const packet = spacePacket({ apid: 10, count, dataBytes, fill: 7 });
          const other = spacePacket({ apid: 11, dataBytes: 4 });
          const segments = segmented(packet, size, count);
          const { packets, dropped } = join(segments.flatMap((each) => [each, other]));
          assert.deepEqual(
            packets.filter((each) => (each.packet.readUInt16BE(0) & 0x7ff) === 10),
            [{ packet, segments: segments.length }],
          );
          assert.equal(dropped, 0);
        },
      ),
    );
  });

  it("of which a segment is lost are dropped whole, and each dropped segment is counted", () => {
    const segments = segmented(spacePacket({ apid: 10, dataBytes: 50 }), 10, 100);
    for (let lost = 0; lost < segments.length; lost++) {
      const { packets, dropped } = join(segments.filter((_, i) => i !== lost));
      assert.deepEqual([packets.length, dropped], [0, segments.length - 1], `without segment ${lost}`);
    }
  });

  it("are never longer than a packet can be", () => {
    const segments = segmented(spacePacket({ apid: 10, dataBytes: 65_536 }), 30_000, 0);
    assert.equal(join(segments).packets[0]?.packet.length, 65_542);
    const oneMore = [
      ...segments.slice(0, -1),
      spacePacket({ apid: 10, count: 2, flags: 2, dataBytes: 5537 }),
    ];
    assert.deepEqual([join(oneMore).packets.length, join(oneMore).dropped], [0, 3]);
  });

  it(`of more than ${mostOpenPackets} APIDs at once drop the oldest`, () => {
    const begun = Array.from({ length: mostOpenPackets + 1 }, (_, apid) =>
      spacePacket({ apid, flags: 1, dataBytes: 5 }),
    );
    const end = (apid: number): Buffer => spacePacket({ apid, count: 1, flags: 2, dataBytes: 5 });
    const { joined, dropped } = join([...begun, ...begun.map((_, apid) => end(apid))]);
    assert.deepEqual([joined, dropped], [mostOpenPackets, 2]);
  });
});
