import assert from "node:assert/strict";
import fc from "fast-check";
import { spacePacket } from "../packets/dictionaryOf";
import { apid7, basedOn, comparison, container, entries, imported, integer, parameter, xtce } from "./xtceOf";

const packet = (hex: string): Buffer => spacePacket(hex, { apid: 7 });

const structure = (name: string, members: Readonly<Record<string, string>>): string =>
  `<AggregateParameterType name="${name}"><MemberList>${Object.entries(members)
    .map(([member, type]) => `<Member name="${member}" typeRef="${type}"/>`)
    .join("")}</MemberList></AggregateParameterType>`;
const upTo = (end: string): string =>
  `<Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex>${end}</EndingIndex></Dimension>`;
const countedBy = (name: string): string =>
  upTo(
    `<DynamicValue><ParameterInstanceRef parameterRef="${name}"/><LinearAdjustment slope="1" intercept="-1"/></DynamicValue>`,
  );
const fixed = (count: number): string => upTo(`<FixedValue>${count - 1}</FixedValue>`);
const array = (name: string, type: string, ...dimensions: readonly string[]): string =>
  `<ArrayParameterType name="${name}" arrayTypeRef="${type}"><DimensionList>${dimensions.join("")}</DimensionList></ArrayParameterType>`;
const enumerated =
  '<EnumeratedParameterType name="E"><IntegerDataEncoding sizeInBits="8"/><EnumerationList><Enumeration value="1" label="On"/></EnumerationList></EnumeratedParameterType>';
const binary = (bits: number): string =>
  `<BinaryParameterType name="B${bits}"><BinaryDataEncoding><SizeInBits><FixedValue>${bits}</FixedValue></SizeInBits></BinaryDataEncoding></BinaryParameterType>`;

/** Packet of N, the array LIST, and END behind it. */
const listed = (types: string, list = "LIST"): ReturnType<typeof imported> =>
  imported(
    "xtce",
    xtce({
      types: integer("U8", 8) + integer("U16", 16) + integer("U4", 4) + types,
      parameters: parameter("N", "U8") + parameter("LIST", list) + parameter("END", "U8"),
      containers: container("P", entries("N", "LIST", "END"), apid7),
    }),
  );

describe("arrays of structures whose number another parameter says", () => {
  it("become an array for each member, and what is behind them is found", () => {
    const { leftOut, decode } = listed(
      structure("S", { X: "U8", Y: "U16" }) + array("LIST", "S", countedBy("N")),
    );
    assert.deepEqual(leftOut, []);
    const { values } = decode(packet("02 01 0002 03 0004 ff"));
    assert.deepEqual(values, { n: 2, list_x: [1, 3], list_y: [2, 4], end: 255 });
    assert.deepEqual(decode(packet("00 ff")).values, { n: 0, list_x: [], list_y: [], end: 255 });
  });

  it("may have structures, fixed arrays and states in them, which are numbers", () => {
    const { leftOut, decode } = listed(
      enumerated +
        structure("INNER", { A: "U4", B: "U4" }) +
        array("THREE", "U8", fixed(3)) +
        structure("S", { I: "INNER", T: "THREE", M: "E" }) +
        array("LIST", "S", countedBy("N")),
    );
    assert.deepEqual(leftOut, ["Parameter LIST.M: the states of its elements: they are numbers"]);
    assert.deepEqual(decode(packet("02 12 010203 01 34 040506 00 ff")).values, {
      ...{ n: 2, list_i_a: [1, 3], list_i_b: [2, 4] },
      ...{ list_t_0: [1, 4], list_t_1: [2, 5], list_t_2: [3, 6], list_m: [1, 0], end: 255 },
    });
  });

  it("leave out texts, and keep their places", () => {
    const { leftOut, decode } = listed(
      binary(24) + structure("S", { T: "B24", X: "U8" }) + array("LIST", "S", countedBy("N")),
    );
    assert.deepEqual(leftOut, ["Parameter LIST.T: a text of which there are as many as a field says"]);
    assert.deepEqual(decode(packet("02 aabbcc 01 ddeeff 02 07")).values, { n: 2, list_x: [1, 2], end: 7 });
  });

  it("may have further dimensions of a fixed size", () => {
    const { leftOut, decode } = listed(array("LIST", "U8", countedBy("N"), fixed(2)));
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(packet("02 01 02 03 04 ff")).values, {
      ...{ n: 2, list_0: [1, 3], list_1: [2, 4], end: 255 },
    });
  });

  it("are entries that are repeated by a parameter, too", () => {
    const repeat =
      '<RepeatEntry><Count><DynamicValue><ParameterInstanceRef parameterRef="N"/></DynamicValue></Count></RepeatEntry>';
    const { leftOut, decode } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8) + integer("U16", 16),
        parameters:
          parameter("N", "U8") + parameter("X", "U8") + parameter("Y", "U16") + parameter("END", "U8"),
        containers:
          container("ONE", entries("X", "Y")) +
          container(
            "P",
            `${entries("N")}<ContainerRefEntry containerRef="ONE">${repeat}</ContainerRefEntry>${entries("END")}`,
            apid7,
          ),
      }),
    );
    assert.deepEqual(leftOut, []);
    const { values } = decode(packet("02 01 0002 03 0004 ff"));
    assert.deepEqual(values, { n: 2, x: [1, 3], y: [2, 4], end: 255 });
  });

  it("are what a model reads that goes from byte to byte", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        sizes,
        fc.nat(5),
        fc.uint8Array({ minLength: 200, maxLength: 200 }),
        (members, count, noise) => {
          const types = [...new Set(members)].map((bytes) => integer(`M${bytes}`, bytes * 8)).join("");
          const named = Object.fromEntries(members.map((bytes, i) => [`F${i}`, `M${bytes}`]));
          const { leftOut, decode } = listed(
            types + structure("S", named) + array("LIST", "S", countedBy("N")),
          );
          assert.deepEqual(leftOut, []);
          const data = Buffer.from(noise);
          data[0] = count;
          const expected: Record<string, number | number[]> = { n: count };
          members.forEach((_, i) => (expected[`list_f${i}`] = []));
          let at = 1;
          for (let k = 0; k < count; k++) {
            for (const [i, bytes] of members.entries()) {
              (expected[`list_f${i}`] as number[]).push(data.readUIntBE(at, bytes));
              at += bytes;
            }
          }
          expected.end = data[at] ?? NaN;
          assert.deepEqual(decode(packet(data.subarray(0, at + 1).toString("hex"))).values, expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  for (const [what, types, expected] of [
    [
      "have a member of varying length",
      array("VAR", "U8", countedBy("N")) +
        structure("S", { X: "U8", V: "VAR" }) +
        array("LIST", "S", countedBy("N")),
      /an array of structures whose members vary in length/,
    ],
    [
      "have a second dimension that varies",
      array("LIST", "U8", fixed(2), countedBy("N")),
      /not by one parameter alone/,
    ],
    [
      "have a member of no known length",
      structure("S", { X: "NO" }) + array("LIST", "S", countedBy("N")),
      /its type NO is not in the file/,
    ],
    [
      "are not whole bytes",
      structure("S", { X: "U8", Y: "U4" }) + array("LIST", "S", countedBy("N")),
      /END: .*follows list_x, whose length varies, and not from byte to byte/,
    ],
  ] as const) {
    it(`are left out, with what is behind them, where they ${what}`, () => {
      const { leftOut, decode } = listed(types);
      assert.match(leftOut.join("\n"), expected);
      assert.equal(decode(packet("01 02 03 04")).values.end, undefined);
    });
  }
});

describe("what the check of a dictionary refuses of a packet whose length varies", () => {
  const float = '<FloatParameterType name="U8F"><FloatDataEncoding sizeInBits="32"/></FloatParameterType>';
  const counted = (type: string, list: string, more = ""): ReturnType<typeof imported> =>
    imported(
      "xtce",
      xtce({
        types: integer("U8", 8) + float + structure("S", { X: "U8", Y: "U8" }) + list + more,
        parameters:
          parameter("N", type) + parameter("A", "U8") + parameter("LIST", "LIST") + parameter("END", "U8"),
        containers:
          container("ROOT", entries("A", "N", "LIST"), apid7) +
          container("P", entries("END"), basedOn("ROOT", comparison("A", 1))),
      }),
    );

  for (const [what, list] of [
    ["an array", array("LIST", "U8", countedBy("N"))],
    ["a structure", array("LIST", "S", countedBy("N"))],
  ] as const) {
    it(`takes with ${what} that no whole number counts all that is behind it, also of packets based on it`, () => {
      const { leftOut, decode } = counted("U8F", list);
      assert.match(leftOut.join("\n"), /Parameter END: LIST\S* is left out, on which its place depends/);
      assert.deepEqual(decode(packet("01 3f800000 05 06 07")).values, { a: 1, n: 1 });
    });
  }
});

describe("what a parameter counts", () => {
  const calibrated = (name: string, slope: number): string =>
    `<IntegerParameterType name="${name}"><IntegerDataEncoding sizeInBits="8"><DefaultCalibrator><PolynomialCalibrator><Term exponent="1" coefficient="${slope}"/></PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding></IntegerParameterType>`;
  /** Packet of N, the array LIST of numbers that another parameter counts, and END. */
  const of = (counter: string, type = "U8", more = ""): ReturnType<typeof imported> =>
    imported(
      "xtce",
      xtce({
        types:
          integer("U8", 8) +
          calibrated("TWICE", 2) +
          calibrated("SAME", 1) +
          array(
            "LIST",
            "U8",
            countedBy(counter).replace("<ParameterInstanceRef", `<ParameterInstanceRef ${more}`),
          ),
        parameters:
          parameter("N", type) + parameter("N_", "U8") + parameter("LIST", "LIST") + parameter("END", "U8"),
        containers:
          container("P", entries("N", "LIST", "END"), apid7) +
          container("Q", entries("N_"), basedOn("CCSDS", comparison("H3", 8))),
      }),
    );

  it("is of unknown length where the packet has no such parameter, also if another one has the same name here", () => {
    const { leftOut, decode } = of("N_");
    assert.deepEqual(leftOut, [
      "Parameter LIST: its length is said by N_, which its packet has not",
      "Parameter LIST: its length is not known; so END behind it cannot be placed",
    ]);
    assert.deepEqual(decode(packet("01 05 06")).values, { n: 1 });
  });

  it("is of unknown length where the calibrated number is meant", () => {
    assert.match(of("N", "TWICE").leftOut.join(), /its length is said by N, which is calibrated/);
    for (const { decode, leftOut } of [of("N", "SAME"), of("N", "TWICE", 'useCalibratedValue="false"')]) {
      assert.deepEqual(leftOut, []);
      assert.deepEqual(decode(packet("01 05 06")).values.list, [5]);
    }
  });

  it("is of unknown length where an array should say it", () => {
    const two = array("TWO", "U8", fixed(2));
    const { leftOut } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8) + two + array("LIST", "U8", countedBy("N")),
        parameters: parameter("N", "TWO") + parameter("LIST", "LIST"),
        containers: container("P", entries("N", "LIST"), apid7),
      }),
    );
    assert.deepEqual(leftOut, ["Parameter LIST: its length is said by N, which is an array"]);
  });

  it("of a repeated entry is said by the field of the same repetition", () => {
    const text =
      '<StringParameterType name="TEXT"><StringDataEncoding><SizeInBits><LeadingSize sizeInBitsOfSizeTag="8"/></SizeInBits></StringDataEncoding></StringParameterType>';
    const repeat = "<RepeatEntry><Count><FixedValue>2</FixedValue></Count></RepeatEntry>";
    const { leftOut, decode } = imported(
      "xtce",
      xtce({
        types: text,
        parameters: parameter("T", "TEXT"),
        containers: container(
          "P",
          `<ParameterRefEntry parameterRef="T">${repeat}</ParameterRefEntry>`,
          apid7,
        ),
      }),
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(packet("01 41 02 4243")).values, { t_0: "A", t_1: "BC" });
  });
});
