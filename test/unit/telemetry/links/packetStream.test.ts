import assert from "node:assert/strict";
import fc from "fast-check";
import { modelOfPackets } from "../../../support/telemetry/streamModels";
import {
  anyPackets,
  anyPlaces,
  cut,
  garbage,
  isSame,
  linkOf,
  packet,
  pushAll,
} from "../../../support/telemetry/streams";

describe("a stream of packets", () => {
  /** Length of the packets of each APID. */
  const lengths = new Map([
    [10, 20],
    [11, 7],
    [300, 130],
  ]);
  const good = (apid: number, count = 0): Buffer =>
    packet(apid, count, Buffer.alloc((lengths.get(apid) ?? 20) - 6, 0xa5));
  const read = (
    bytes: Buffer,
    settings = "",
    places: readonly number[] = [],
  ): { packets: Buffer[]; skipped: number; cut: number } => {
    const { link, packets } = linkOf(`tcp://a:1${settings}`, lengths);
    const stream = link.stream();
    pushAll(stream, cut(bytes, places));
    stream.end();
    const { skippedBytes, cutPackets } = link.counters;
    return { packets, skipped: skippedBytes, cut: cutPackets };
  };
  const anyGood = fc.constantFrom(...lengths.keys()).map((apid) => good(apid));
  const anyPacket = fc
    .tuple(
      fc.constantFrom(10, 11, 12, 300, 0x7ff),
      fc.nat(16_383),
      fc.uint8Array({ minLength: 1, maxLength: 80 }),
      fc.constantFrom(3, 3, 3, 1, 0),
      fc.constantFrom(false, false, false, true),
    )
    .map((given) => packet(...given));
  /** Packets, garbage and packets cut off, one behind the other. */
  const anyStream = fc
    .array(
      fc.oneof(
        anyGood,
        anyPacket,
        garbage,
        fc.tuple(anyPacket, fc.nat(30)).map(([bytes, from]) => bytes.subarray(from)),
      ),
      { maxLength: 12 },
    )
    .map((parts) => Buffer.concat(parts));

  it("gives every packet, wherever the stream is cut, with a record header or none", () => {
    fc.assert(
      fc.property(anyPackets, anyPlaces, fc.nat(9), (packets, places, headerBytes) => {
        const { link, packets: given } = linkOf(`tcp://a:1?headerBytes=${headerBytes}`);
        const record = Buffer.alloc(headerBytes, 0xee);
        pushAll(link.stream(), cut(Buffer.concat(packets.flatMap((each) => [record, each])), places));
        isSame(given, packets);
        assert.equal(link.counters.skippedBytes, 0);
        assert.equal(link.counters.packets, packets.length);
      }),
    );
  });

  it("of anything gives what the model of the documents says, wherever it is cut", () => {
    fc.assert(
      fc.property(anyStream, anyPlaces, (bytes, places) => {
        assert.deepEqual(read(bytes, "", places), modelOfPackets(bytes, 0, lengths));
      }),
      { numRuns: 500 },
    );
  });

  it("of anything behind record headers too", () => {
    const anyRecords = fc.array(fc.tuple(garbage, anyPacket), { maxLength: 6 });
    fc.assert(
      fc.property(anyRecords, anyPlaces, fc.integer({ min: 1, max: 9 }), (records, places, headerBytes) => {
        const bytes = Buffer.concat(
          records.flatMap(([header, each]) => [header.subarray(0, headerBytes), each]),
        );
        assert.deepEqual(
          read(bytes, `?headerBytes=${headerBytes}`, places),
          modelOfPackets(bytes, headerBytes, lengths),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("has every byte in a packet or counted as skipped", () => {
    fc.assert(
      fc.property(anyStream, anyPlaces, (bytes, places) => {
        const { packets, skipped } = read(bytes, "?maxPacketBytes=100", places);
        assert.equal(Buffer.concat(packets).length + skipped, bytes.length);
      }),
    );
  });

  it("is found again behind noise: every expected packet behind it", () => {
    const noise = Buffer.from("deadbeef00112233445566778899", "hex");
    const { packets, skipped } = read(Buffer.concat([good(10), noise, good(300), good(11)]));
    isSame(packets, [good(10), good(300), good(11)]);
    assert.equal(skipped, noise.length);
  });

  it("of which a length field is damaged loses that packet only", () => {
    const damaged = good(10);
    damaged.writeUInt16BE(40_000, 4);
    const behind = Array.from({ length: 2500 }, (_, i) => good(10, i));
    const { packets, skipped } = read(Buffer.concat([good(11), damaged, ...behind]));
    isSame(packets, [good(11), ...behind]);
    assert.equal(skipped, damaged.length);
  });

  it("gives unknown APIDs, wrong lengths, telecommands and segments in step, for the decoder to name", () => {
    const strange = [
      packet(99, 0, Buffer.alloc(40)),
      packet(10, 0, Buffer.alloc(3)),
      packet(10, 0, Buffer.alloc(3), 3, true),
      packet(10, 0, Buffer.alloc(3), 1),
    ];
    const sent = [...strange.flatMap((each) => [good(11), each]), good(11)];
    isSame(read(Buffer.concat(sent)).packets, sent);
    isSame(read(Buffer.concat([good(11), ...strange])).packets, [good(11), ...strange]);
  });

  it("gives the longest packets that there are", () => {
    const longest = packet(99, 0, Buffer.alloc(65_536));
    const { packets, skipped } = read(Buffer.concat([longest, longest]), "", [1000, 70_000]);
    isSame(packets, [longest, longest]);
    assert.equal(skipped, 0);
  });

  it("does not believe a packet whose record header says another length", () => {
    const header = (length: number): Buffer => Buffer.from([0xaa, 0xbb, 0, length + 2]);
    const bytes = Buffer.concat([header(20), good(10), header(19), good(10), header(7), good(11)]);
    const { packets, skipped } = read(bytes, "?headerBytes=4&lengthAt=2&lengthPlus=-2", [3]);
    isSame(packets, [good(10), good(11)]);
    assert.equal(skipped, 24);
  });

  it("counts a packet that the end of the connection cut", () => {
    const bytes = good(300).subarray(0, 20);
    assert.deepEqual(read(bytes), { packets: [], skipped: 20, cut: 1 });
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

  it("whose record header says another length are skipped from there on", () => {
    const { link, packets: given } = linkOf("udp://a:1?headerBytes=1&lengthAt=0&lengthBytes=1");
    const one = packet(10, 0, Buffer.alloc(3));
    link.message(Buffer.concat([Buffer.from([9]), one, Buffer.from([8]), one]));
    isSame(given, [one]);
    assert.equal(link.counters.skippedBytes, 10);
  });
});
