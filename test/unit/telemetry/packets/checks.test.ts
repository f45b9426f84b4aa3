import assert from "node:assert/strict";
import fc from "fast-check";
import {
  crc16,
  Decoder,
  encodePacket,
  SequenceTracker,
  sequenceTrackers,
} from "../../../../telemetry/decoder";
import { dictionaryWith, number, outcomeOf, problemsOf, spacePacket } from "./dictionaryOf";

const kind = number("kind", 8, { hidden: true });

describe("PUS headers", () => {
  const time = { code: "CUC", epoch: "2000-01-01T00:00:00Z", fineBytes: 0 };
  const dictionary = dictionaryWith(
    [
      {
        name: "housekeeping",
        service: 3,
        subtype: 25,
        when: { sid: 1 },
        parameters: [number("sid", 8, { hidden: true }), number("a", 8)],
      },
      { name: "event", service: 5, subtype: 1, parameters: [number("b", 8)] },
    ],
    { secondaryHeader: "PUS-C", time, checksum: "crc16" },
  );
  const packet = (body: string, header = true): Buffer => {
    const bytes = spacePacket(`${body} 0000`, { header });
    bytes.writeUInt16BE(crc16(bytes, 0, bytes.length - 2), bytes.length - 2);
    return bytes;
  };

  it("choose the packet by service and subtype, and have the time behind counter and destination", () => {
    const found = outcomeOf(dictionary, packet("20 03 19 0001 0000 0000000a 01 2a"));
    assert.deepEqual([found.packet, found.values], ["housekeeping", { a: 42 }]);
    assert.equal(found.time, Date.parse("2000-01-01T00:00:10Z") / 1000);
    assert.equal(outcomeOf(dictionary, packet("20 05 01 0001 0000 0000000a 2a")).packet, "event");
  });
  it("of another message type, or of another version, are refused", () => {
    assert.deepEqual(outcomeOf(dictionary, packet("20 05 02 0001 0000 0000000a 2a")).errors, ["layout"]);
    assert.deepEqual(outcomeOf(dictionary, packet("10 05 01 0001 0000 0000000a 2a")).errors, [
      "secondary_header",
    ]);
  });
  it("are needed for a service", () => {
    assert.match(
      problemsOf([{ service: 3, parameters: [number("a", 8)] }]),
      /belongs to packets with secondaryHeader: PUS-C/,
    );
  });
});

describe("checks of packets", () => {
  it("CRC-16-CCITT: 29b1 over the digits 1 to 9", () => {
    assert.equal(crc16(Buffer.from("123456789"), 0, 9), 0x29b1);
  });
  for (const checksum of ["crc16", "iso16"]) {
    it(`${checksum}: every single wrong bit is refused, and what was not changed is taken`, () => {
      const dictionary = dictionaryWith([{ parameters: [number("a", 32), number("b", 32)] }], { checksum });
      const [layout] = new Decoder(dictionary).layouts;
      assert.ok(layout);
      fc.assert(
        fc.property(fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1), fc.nat(63), (a, b, bit) => {
          const packet = encodePacket(layout, 0, NaN, Float64Array.of(a, b));
          assert.deepEqual(outcomeOf(dictionary, packet).values, { a, b });
          const at = 6 + (bit >> 3);
          packet[at] = (packet[at] ?? 0) ^ (0x80 >> (bit & 7));
          assert.deepEqual(outcomeOf(dictionary, packet).errors, ["checksum"]);
        }),
      );
    });
  }
});

describe("sequence counters", () => {
  const arrivals = (
    tracker: SequenceTracker | undefined,
    counts: readonly number[],
    times?: readonly number[],
  ): string[] =>
    counts.map((count, i) => {
      const arrival = tracker?.arrive(count, times?.[i] ?? NaN);
      return `${arrival}${tracker && tracker.missing > 0 ? ` ${tracker.missing}` : ""}`;
    });

  it("without a time are followed by the counts alone", () => {
    assert.deepEqual(arrivals(new SequenceTracker(1), [5, 6, 6, 9, 8, 8000, 100, 101]), [
      ...["in-order", "in-order", "duplicate", "in-order 2", "late", "in-order 7990", "restart", "in-order"],
    ]);
  });
  it("that go on by ten have gaps of tens", () => {
    assert.deepEqual(arrivals(new SequenceTracker(1, 10), [0, 10, 20, 50, 40, 16_380], [0, 1, 2, 5, 4, 1]), [
      ...["in-order", "in-order", "in-order", "in-order 2", "late", "duplicate"],
    ]);
  });
  it("are one of each APID, one of all, or none", () => {
    const packets = [
      { parameters: [number("a", 8)] },
      { name: "q", apid: 2, parameters: [number("b", 8)] },
      { name: "r", apid: 3, parameters: [number("c", 8)], sequence: { counted: "none" } },
    ];
    const [p, q, r] = sequenceTrackers(dictionaryWith(packets, { sequence: { counted: "all" } }));
    assert.equal(p, q);
    assert.deepEqual(arrivals(r, [0, 0, 9]), ["in-order", "in-order", "in-order"]);
    const [own, other] = sequenceTrackers(dictionaryWith(packets));
    assert.notEqual(own, other);
  });
  it("and checksums of one APID are the same for all its layouts", () => {
    const checked = [
      { when: { kind: 1 }, parameters: [kind] },
      { name: "q", parameters: [number("b", 8)], checksum: "crc16" },
    ];
    assert.match(problemsOf(checked), /APID 1 has another checksum in p \(line 1\)/);
    const packets = [
      { when: { kind: 1 }, parameters: [kind] },
      { name: "q", parameters: [number("b", 8)], sequence: { step: 2 } },
    ];
    assert.match(problemsOf(packets), /APID 1 has another sequence in p/);
    const [first, second] = sequenceTrackers(
      dictionaryWith(packets.map((packet) => ({ ...packet, sequence: undefined }))),
    );
    assert.equal(first, second);
  });
});
