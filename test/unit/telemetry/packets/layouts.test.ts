import assert from "node:assert/strict";
import fc from "fast-check";
import {
  crc16,
  Decoder,
  encodePacket,
  SequenceTracker,
  sequenceTrackers,
} from "../../../../telemetry/decoder";
import { DictionaryError } from "../../../../telemetry/dictionary";
import { dictionaryWith, number, outcomeOf, spacePacket } from "./dictionaryOf";

type Source = Readonly<Record<string, unknown>>;

/** Problems of a dictionary as one text; empty: none. */
function problemsOf(packets: readonly Source[], more: Source = {}): string {
  try {
    dictionaryWith(packets, more);
    return "";
  } catch (error) {
    assert.ok(error instanceof DictionaryError, String(error));
    return error.message;
  }
}

const kind = number("kind", 8, { hidden: true });

describe("several layouts on one APID", () => {
  const dictionary = dictionaryWith([
    { name: "base", abstract: true, parameters: [kind, number("shared", 8)] },
    { name: "first", extends: "base", when: { kind: 1 }, parameters: [number("a", 8)] },
    { name: "middle", extends: "base", when: { kind: { from: 2, to: 9 } }, parameters: [number("sub", 8)] },
    {
      name: "deep",
      extends: "middle",
      when: { sub: [7, 8], shared: { not: 0 } },
      parameters: [number("c", 16)],
    },
    { name: "deeper", extends: "deep", when: { c: 513 }, parameters: [number("d", 8)] },
  ]);
  const found = (hex: string): unknown => {
    const { packet, values, errors } = outcomeOf(dictionary, spacePacket(hex));
    return errors[0] ?? [packet, values];
  };

  it("are chosen by a field, and have the fields of what they extend", () => {
    assert.deepEqual(found("01 05 2a"), ["first", { shared: 5, a: 42 }]);
  });
  it("are chosen at any depth: the deepest whose conditions hold", () => {
    assert.deepEqual(found("02 05 03"), ["middle", { shared: 5, sub: 3 }]);
    assert.deepEqual(found("09 05 07 0102"), ["deep", { shared: 5, sub: 7, c: 258 }]);
    assert.deepEqual(found("09 05 08 0201 ff"), ["deeper", { shared: 5, sub: 8, c: 513, d: 255 }]);
  });
  it("are refused as such where none fits, and where the chosen one is longer", () => {
    assert.equal(found("00 05 03"), "layout");
    assert.equal(found("01 05 03 04"), "length");
    assert.equal(found("09"), "length", "only the first field is there: it says middle, which is longer");
  });
  it("stand beside each other without a base, the last one for the rest", () => {
    const flat = dictionaryWith([
      { name: "one", when: { kind: 1 }, parameters: [kind, number("a", 8)] },
      { name: "rest", parameters: [number("b", 16)] },
    ]);
    assert.deepEqual(outcomeOf(flat, spacePacket("01 2a")).values, { a: 42 });
    assert.deepEqual(outcomeOf(flat, spacePacket("02 2a")).values, { b: 554 });
  });
  it("are chosen by the name of a state", () => {
    const states = { description: "d", name: "mode", type: "enumeration", bits: 8, states: { 3: "SAFE" } };
    const named = dictionaryWith([{ when: { mode: "SAFE" }, parameters: [states, number("a", 8)] }]);
    assert.deepEqual(outcomeOf(named, spacePacket("03 01")).values, { mode: 3, a: 1 });
    assert.deepEqual(outcomeOf(named, spacePacket("04 01")).errors, ["layout"]);
  });
  it("are encoded with the fields that choose them", () => {
    const { layouts } = new Decoder(dictionary);
    for (const layout of layouts.filter(({ packet }) => !packet.isAbstract)) {
      const packet = encodePacket(layout, 0, NaN, new Float64Array(dictionary.slots));
      assert.equal(outcomeOf(dictionary, packet).packet, layout.packet.name);
    }
  });

  for (const [what, packets, expected] of [
    [
      "of which one takes all before the next",
      [{ parameters: [kind] }, { name: "q", parameters: [number("b", 8)] }],
      /APID 1 is already packet p \(line 1\): say there by `when`/,
    ],
    [
      "by the same conditions",
      [
        { when: { kind: 1 }, parameters: [kind] },
        { name: "q", when: { kind: 1 }, parameters: [kind] },
      ],
      /by the same conditions/,
    ],
    [
      "that extend what is not there",
      [{ name: "q", extends: "nothing", parameters: [kind] }],
      /nothing is no packet before this one/,
    ],
    [
      "that extend without a condition",
      [{ parameters: [kind] }, { name: "q", extends: "p", parameters: [] }],
      /needs a `when`: which packets of p/,
    ],
    [
      "by a field that is not there",
      [{ when: { king: 1 }, parameters: [kind] }],
      /king is no integer field of this packet: kind/,
    ],
    [
      "by a state that is none",
      [{ when: { kind: "ON" }, parameters: [kind] }],
      /ON is no number and no state of kind with/,
    ],
    [
      "with another APID",
      [{ parameters: [kind] }, { name: "q", apid: 2, extends: "p", when: { kind: 1 } }],
      /is that of p, which this packet extends/,
    ],
    [
      "of which one is abstract for nothing",
      [{ abstract: true, parameters: [kind] }],
      /no packet extends it/,
    ],
    [
      "by a range that begins above its end",
      [{ when: { kind: { from: 2, to: 1 } }, parameters: [kind] }],
      /from must not be above to/,
    ],
  ] as const) {
    it(`are refused ${what}`, () => assert.match(problemsOf(packets), expected));
  }
});

describe("lengths", () => {
  it("vary between two numbers; fields behind the end have no value", () => {
    const dictionary = dictionaryWith([
      { bytes: { from: 1, to: 3 }, parameters: [number("a", 8), number("b", 16)] },
    ]);
    assert.deepEqual(outcomeOf(dictionary, spacePacket("01")).values, { a: 1 });
    assert.deepEqual(outcomeOf(dictionary, spacePacket("01 02")).values, { a: 1 });
    assert.deepEqual(outcomeOf(dictionary, spacePacket("01 0203")).values, { a: 1, b: 515 });
    assert.deepEqual(outcomeOf(dictionary, spacePacket("01 0203 04")).errors, ["length"]);
  });
  it("have no upper end where none is given", () => {
    const dictionary = dictionaryWith([{ bytes: { from: 1 }, parameters: [number("a", 8)] }]);
    assert.deepEqual(outcomeOf(dictionary, spacePacket("01".repeat(500))).values, { a: 1 });
  });
  it("above what a packet can have are refused", () => {
    const parameters = [number("a", 8)];
    const time = { code: "CUC", epoch: "2000-01-01T00:00:00Z" };
    assert.match(problemsOf([{ bytes: 65_536, parameters }], { time }), /gives 65542 bytes .* at most 65536/);
  });
});

describe("fields on the same bits", () => {
  const views = (more: Source): readonly Source[] => [
    { parameters: [number("word", 16), number("low", 4, { bitOffset: 12, ...more }), number("next", 8)] },
  ];
  it("are refused unless the second says so", () => {
    assert.match(problemsOf(views({})), /low \(bits 12 to 15\) overlaps word .* say overlaps: true/);
  });
  it("are two views of them, and do not move the next field", () => {
    const found = outcomeOf(dictionaryWith(views({ overlaps: true })), spacePacket("12 34 56"));
    assert.deepEqual(found.values, { word: 0x1234, low: 4, next: 0x56 });
  });
  it("are counted from the other end of a byte in little-endian order", () => {
    const little = { byteOrder: "little" };
    const fields = [number("a", 3, little), number("b", 10, little), number("c", 3, little)];
    // As a C compiler lays out uint16_t a : 3, b : 10, c : 3 on a little-endian machine.
    const word = 5 | (700 << 3) | (6 << 13);
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(word);
    assert.deepEqual(
      outcomeOf(dictionaryWith([{ parameters: fields }]), spacePacket(bytes.toString("hex"))).values,
      {
        ...{ a: 5, b: 700, c: 6 },
      },
    );
    const both = [number("a", 4, little), number("b", 4, { bitOffset: 4 })];
    assert.match(problemsOf([{ parameters: both }]), /overlaps/, "both are the lower half of the byte");
  });
});

describe("arrays", () => {
  it("of a fixed number are values of one parameter, and the next field follows them", () => {
    const dictionary = dictionaryWith([{ parameters: [number("a", 12, { count: 3 }), number("b", 4)] }]);
    assert.deepEqual(outcomeOf(dictionary, spacePacket("001 002 fff 5")).values, { a: [1, 2, 4095], b: 5 });
  });
  it("are counted by a field, or are what is left", () => {
    for (const count of ["n", "rest"]) {
      const dictionary = dictionaryWith([
        { parameters: [number("n", 8), number("a", 16, { count, most: 4 })] },
      ]);
      assert.deepEqual(outcomeOf(dictionary, spacePacket("02 0001 0002")).values, { n: 2, a: [1, 2] });
      assert.deepEqual(outcomeOf(dictionary, spacePacket("00")).values, { n: 0, a: [] });
      assert.deepEqual(outcomeOf(dictionary, spacePacket("09 0001 0002 0003 0004 0005")).errors, ["length"]);
    }
  });
  it("hold no more than is there, whatever the field says", () => {
    const dictionary = dictionaryWith([
      { parameters: [number("n", 8), number("a", 8, { count: "n", most: 4 })] },
    ]);
    assert.deepEqual(outcomeOf(dictionary, spacePacket("ff 01")).values, { n: 255, a: [1] });
  });
  for (const [what, parameters, expected] of [
    ["without a greatest number", [number("n", 8), number("a", 8, { count: "n" })], /needs most/],
    ["counted by no field", [number("a", 8, { count: "n", most: 4 })], /n is no unsigned field/],
    [
      "of varying length before another field",
      [number("a", 8, { count: "rest", most: 4 }), number("b", 8)],
      /follows a, whose length varies/,
    ],
  ] as const) {
    it(`are refused ${what}`, () => assert.match(problemsOf([{ parameters }]), expected));
  }
});

describe("strings and binary fields", () => {
  const text = (type: string, bytes: number, more: Source = {}): Source => ({
    name: "t",
    description: "d",
    type,
    bytes,
    ...more,
  });
  const of = (parameter: Source, hex: string): unknown =>
    outcomeOf(dictionaryWith([{ parameters: [parameter] }]), spacePacket(hex)).values.t;

  it("end at the first NUL, or at blanks; control characters are not shown", () => {
    assert.equal(of(text("string", 6), "4f4b 00 ffffff"), "OK");
    assert.equal(of(text("string", 4), "4f4b 2020"), "OK");
    assert.equal(of(text("string", 3), "41 0a 42"), "A\uFFFDB");
    assert.equal(of(text("string", 1, { encoding: "latin-1" }), "e9"), "é");
    assert.equal(of(text("string", 1), "e9"), "\uFFFD");
  });
  it("begin at any bit, as numbers do", () => {
    const dictionary = dictionaryWith([
      { parameters: [number("a", 4), text("string", 2), text("binary", 1, { name: "u" }), number("b", 4)] },
    ]);
    const found = outcomeOf(dictionary, spacePacket("1 4f4b ab 2"));
    assert.deepEqual(found.values, { a: 1, t: "OK", u: "ab", b: 2 });
  });
  it("are hex digits", () => assert.equal(of(text("binary", 3), "00 ab ff"), "00abff"));
  it("have bytes, not bits, and no unit", () => {
    assert.match(
      problemsOf([{ parameters: [{ name: "t", description: "d", type: "string", bits: 8 }] }]),
      /has bytes, not bits/,
    );
    assert.match(problemsOf([{ parameters: [text("string", 1, { unit: "V" })] }]), /string has no unit/);
  });
});

describe("enumerations", () => {
  const of = (states: Source, hex: string): unknown => {
    const parameter = { name: "e", description: "d", type: "enumeration", bits: 8, states };
    const dictionary = dictionaryWith([{ parameters: [parameter] }]);
    const { values, errors } = outcomeOf(dictionary, spacePacket(hex));
    return errors[0] ?? dictionary.parameters[0]?.states.get(values.e as number);
  };
  it("have negative numbers, ranges, and a state of all others", () => {
    assert.equal(of({ "-1": "ERROR", 0: "OK" }, "ff"), "ERROR");
    assert.equal(of({ "1..3": "BUSY", 0: "OK" }, "02"), "BUSY");
    assert.equal(of({ "1..3": "BUSY", 0: "OK" }, "04"), "unknown_state");
    assert.equal(of({ 0: "OK", other: "BAD" }, "01"), "BAD");
    assert.equal(of({ "-128..-1": "LOW", "0..127": "HIGH" }, "80"), "LOW");
  });
  it("are looked up as a model of the states says, for every number", () => {
    const span = fc.tuple(fc.integer({ min: -128, max: 127 }), fc.nat(20));
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 6 }), fc.boolean(), (spans, hasOther) => {
        const used = new Set<number>();
        const states: Record<string, string> = hasOther ? { other: "OTHER" } : {};
        spans.forEach(([from, length], i) => {
          const to = Math.min(from + length, 127);
          const numbers = Array.from({ length: to - from + 1 }, (_, each) => from + each);
          if (numbers.some((each) => used.has(each))) return;
          numbers.forEach((each) => used.add(each));
          states[to > from ? `${from}..${to}` : `${from}`] = `S${i}`;
        });
        fc.pre(Object.keys(states).some((key) => key.includes("-")));
        for (let raw = -128; raw < 128; raw++) {
          const key = Object.keys(states).find((each) => {
            const [from = NaN, to = from] = each.split("..").map(Number);
            return from <= raw && raw <= to;
          });
          const expected = key === undefined ? (states.other ?? "unknown_state") : states[key];
          assert.equal(of(states, (raw & 0xff).toString(16).padStart(2, "0")), expected);
        }
      }),
      { numRuns: 15 },
    );
  });
  for (const [states, expected] of [
    [{ 300: "A" }, /300 does not fit in 8 bits/],
    [{ "3..1": "A" }, /begins above its end/],
    [{ "1..5": "A", 3: "B" }, /3: has numbers that 1\.\.5 has too/],
    [{ "0-3": "A" }, /must be a whole number, a range such as 1\.\.3, or other/],
    [{ 1.5: "A" }, /must be a whole number/],
  ] as const) {
    it(`are refused with ${JSON.stringify(states)}`, () => {
      const parameter = { name: "e", description: "d", type: "enumeration", bits: 8, states };
      assert.match(problemsOf([{ parameters: [parameter] }]), expected);
    });
  }
});

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
