import assert from "node:assert/strict";
import { Decoder, encodePacket } from "../../../../telemetry/decoder";
import { dictionaryWith, number, outcomeOf, problemsOf, spacePacket } from "./dictionaryOf";

type Source = Readonly<Record<string, unknown>>;

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
