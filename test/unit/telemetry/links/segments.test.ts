import assert from "node:assert/strict";
import fc from "fast-check";
import { anyData, anyPackets, isSame, linkOf, packet } from "../../../support/telemetry/streams";

describe("segments", () => {
  const joined = "tcp://a:1?segments=join";
  const anySegments = fc.array(anyData, { minLength: 2, maxLength: 6 });

  it("of one packet become it again, with the first count, however they lie between other packets", () => {
    fc.assert(
      fc.property(anySegments, anyPackets, fc.nat(16_383), (parts, between, count) => {
        const segments = parts.map((data, i) =>
          packet(10, count + i, data, i === 0 ? 1 : i === parts.length - 1 ? 2 : 0),
        );
        const others = between.map((each) => packet(11, 0, each.subarray(6)));
        const { link, packets: given, segments: counts } = linkOf(joined);
        link
          .stream()
          .push(Buffer.concat(segments.flatMap((each, i) => [each, others[i] ?? Buffer.alloc(0)])));
        const at = given.findIndex((each) => (each.readUInt16BE(0) & 0x7ff) === 10);
        isSame([given[at] ?? Buffer.alloc(0)], [packet(10, count, Buffer.concat(parts))]);
        assert.equal(counts[at], parts.length);
        assert.deepEqual([link.counters.joinedPackets, link.counters.droppedSegments], [1, 0]);
      }),
    );
  });

  it("of which any one is missing are dropped and counted", () => {
    const data = Buffer.alloc(10);
    const segments = [packet(10, 0, data, 1), packet(10, 1, data, 0), packet(10, 2, data, 2)];
    for (const missing of segments) {
      const { link, packets: given } = linkOf(joined);
      const whole = packet(10, 3, data);
      link.stream().push(Buffer.concat([...segments.filter((each) => each !== missing), whole]));
      isSame(given, [whole]);
      assert.equal(link.counters.droppedSegments, 2);
    }
  });

  it("end with their connection", () => {
    const { link } = linkOf(joined);
    const stream = link.stream();
    stream.push(packet(10, 0, Buffer.alloc(10), 1));
    stream.end();
    assert.equal(link.counters.droppedSegments, 1);
    link.stream().push(packet(10, 1, Buffer.alloc(10), 2));
    assert.deepEqual([link.counters.droppedSegments, link.counters.packets], [2, 0]);
  });

  it("hold at most one packet's bytes for each of 16 APIDs", () => {
    const { link } = linkOf("udp://a:1?segments=join");
    const data = Buffer.alloc(60_000);
    link.message(packet(10, 0, data, 1));
    link.message(packet(10, 1, data, 0));
    assert.equal(link.counters.droppedSegments, 2);
    for (let apid = 0; apid < 24; apid++) link.message(packet(apid, 0, data, 1));
    assert.equal(link.counters.droppedSegments, 10);
  });
});
