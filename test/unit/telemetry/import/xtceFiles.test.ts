import assert from "node:assert/strict";
import { importDefinition, ImportError } from "../../../../telemetry/import";
import { spacePacket } from "../packets/dictionaryOf";
import {
  apid7,
  basedOn,
  comparison,
  container,
  entries,
  field,
  imported,
  integer,
  parameter,
  placed,
  xtce,
} from "./xtceOf";

const packet = (hex: string, apid = 7): Buffer => spacePacket(hex, { apid });

/** File with a root of a name, and sets of its own. */
const root = (name: string, { types = "", parameters = "", containers = "", more = "" }): string =>
  `<SpaceSystem name="${name}"><TelemetryMetaData><ParameterTypeSet>${types}</ParameterTypeSet>` +
  `<ParameterSet>${parameters}</ParameterSet><ContainerSet>${containers}</ContainerSet></TelemetryMetaData>${more}</SpaceSystem>`;

const types = root("dt", { types: integer("uint8", 8) + integer("uint11", 11) + integer("uint14", 14) });
const entryAt = (name: string, bit: number, from = "containerStart"): string => placed(name, from, bit);

/** Header and service of PUS, as missions write them: a file for all services. */
const pus = root("PUS", {
  parameters:
    parameter("apid", "/dt/uint11") + parameter("seqcount", "/dt/uint14") + parameter("service", "dt/uint8"),
  containers:
    container("ccsds", entryAt("apid", 5) + entryAt("seqcount", 18)) +
    container("tm", entryAt("service", 48), basedOn("ccsds", comparison("apid", 0, "!="))),
});
const housekeeping = root("HK", {
  parameters: parameter("volts", "/dt/uint8"),
  containers: container("hk", entries("volts"), basedOn("/PUS/tm", comparison("/PUS/service", 3))),
});
const files = [
  { file: "pus.xml", text: pus },
  { file: "hk.xml", text: housekeeping },
];

describe("XTCE in several files", () => {
  it("is one definition, in which each file's root is a name before those in it", () => {
    const { decode, leftOut, text } = imported("xtce", types, { others: files, apids: [7] });
    assert.deepEqual(leftOut, []);
    assert.match(text, /^name: PUS\n/);
    assert.match(text, /subsystem: hk\n/);
    assert.deepEqual(decode(packet("03 2a")), {
      packet: "hk",
      values: { service: 3, volts: 42 },
      errors: [],
    });
    assert.deepEqual(decode(packet("05 2a")).values, { service: 5 });
  });

  it("is told by findings which file they are of, also where the type is in another one", () => {
    const alarm = `<DefaultAlarm><StaticAlarmRanges rangeForm="inside"/></DefaultAlarm>`;
    const withAlarm = root("dt", {
      types: integer("uint8", 8, alarm) + integer("uint11", 11) + integer("uint14", 14),
    });
    const { findings } = importDefinition("xtce", withAlarm, {
      ...{ period: 1, mostElements: 16, mostBytes: 64, file: "dt.xml", others: files, apids: [7] },
    });
    const found = findings.all.filter(({ message }) => message.includes("inside of a range"));
    assert.deepEqual(
      found.map(({ file, what }) => [file, what]),
      [
        ["dt.xml", "Parameter service"],
        ["dt.xml", "Parameter volts"],
      ],
    );
  });

  it("says what is in none of them, and which file is none or has a root of the same name", () => {
    const refuses = (others: readonly { file: string; text: string }[], expected: RegExp): void =>
      assert.throws(
        () => imported("xtce", types, { others, apids: [7] }),
        (error) => error instanceof ImportError && expected.test(error.message),
      );
    refuses([files[1] ?? { file: "", text: "" }], /hk\.xml:1: .*its base \/PUS\/tm is in none of the files/);
    refuses([{ file: "x.xml", text: "<Other/>" }], /x\.xml: its root is Other/);
    refuses([{ file: "x.xml", text: "<a" }], /x\.xml is not well-formed/);
    refuses([{ file: "x.xml", text: types }], /second root of the name dt: x\.xml/);
  });
});

describe("packets of a definition that does not say their APIDs", () => {
  const all = { others: files };
  it("are not known without --apid, and are told how to be", () => {
    assert.throws(() => imported("xtce", types, all), /too many APIDs .*name those that are sent by --apid/);
  });

  it("are there for each APID that is given, if their conditions allow it", () => {
    const { decode } = imported("xtce", types, { ...all, apids: [0, 7, 9] });
    assert.equal(decode(packet("03 2a", 7)).packet, "hk_7");
    assert.equal(decode(packet("03 2a", 9)).packet, "hk_9");
    assert.deepEqual(decode(packet("03 2a", 0)).errors, ["unknown 0"]);
  });

  it("leave those alone that have an APID of their own", () => {
    const text = xtce({
      types: integer("U8", 8),
      parameters: parameter("A", "U8") + parameter("B", "U8"),
      containers:
        container("REST", entries("A"), basedOn("CCSDS")) +
        container("OWN", entries("B"), basedOn("REST", comparison("H3", 5))),
    });
    const { decode, leftOut } = imported("xtce", text, { apids: [7] });
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(packet("01 02", 7)).values, { a: 1 });
    assert.equal(decode(packet("01 02", 5)).packet, "own");
  });
});

describe("places in containers of XTCE", () => {
  const unknown =
    '<AbsoluteTimeParameterType name="TIME"><Encoding><BinaryDataEncoding><SizeInBits><FixedValue>-1</FixedValue></SizeInBits>' +
    '<FromBinaryTransformAlgorithm name="x"/></BinaryDataEncoding></Encoding></AbsoluteTimeParameterType>';
  const of = (list: string, more = "", moreTypes = ""): ReturnType<typeof imported> =>
    imported(
      "xtce",
      xtce({
        types: integer("U8", 8) + unknown + moreTypes,
        parameters: ["A", "B", "C"].map((name) => parameter(name, "U8")).join("") + parameter("T", "TIME"),
        containers: more + container("P", list, apid7),
      }),
    );

  it("behind a size that an algorithm finds are not known", () => {
    const { leftOut, decode } = of(entries("A", "T", "B"));
    assert.deepEqual(leftOut, [
      "Parameter T: its size is looked up in a list or found by an algorithm, or not said",
      "Parameter T: its length is not known; so B behind it cannot be placed",
    ]);
    assert.deepEqual(decode(packet("05 06 07")).values, { a: 5 });
  });

  it("behind one that shows the fields before it again are those behind these fields", () => {
    const { notes, decode } = of(entries("A", "B") + entryAt("T", -16, "previousEntry") + entries("C"));
    assert.match(notes.join(), /T of P: is taken for the 16 bits before it/);
    assert.deepEqual(decode(packet("05 06 07")).values, { a: 5, b: 6, c: 7 });
  });

  it("are found by references that go up and down again", () => {
    const inner = root("Sub", { types: integer("U8", 8), parameters: parameter("X", "U8") });
    const text = xtce({ containers: container("P", entries("Sub/../Sub/X"), apid7) });
    const { decode, leftOut } = imported("xtce", text.replace("</SpaceSystem>", `${inner}</SpaceSystem>`));
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(packet("05")).values, { x: 5 });
  });

  it("behind a part that has a size of its own are behind that size", () => {
    const size = "<BinaryEncoding><SizeInBits><FixedValue>24</FixedValue></SizeInBits></BinaryEncoding>";
    const part = `<SequenceContainer name="PART">${size}<EntryList>${entries("A")}</EntryList></SequenceContainer>`;
    const { decode } = of(`<ContainerRefEntry containerRef="PART"/>${entries("B")}`, part);
    assert.deepEqual(decode(packet("05 ffff 06")).values, { a: 5, b: 6 });
  });

  it("behind a text in a room of its own are behind that room", () => {
    const text =
      '<StringParameterType name="S"><StringDataEncoding><SizeInBits><Fixed><FixedValue>40</FixedValue></Fixed>' +
      '<LeadingSize sizeInBitsOfSizeTag="8"/></SizeInBits></StringDataEncoding></StringParameterType>';
    const of = (moreTypes = ""): ReturnType<typeof imported> =>
      imported(
        "xtce",
        xtce({
          types: integer("U8", 8) + text + moreTypes,
          parameters: parameter("NAME", "S") + parameter("B", "U8"),
          containers: container("P", entries("NAME", "B"), apid7),
        }),
      );
    assert.deepEqual(of().decode(packet("02 4142 ffff 06")).values, { name: "AB", b: 6 });
    // F' sends no filling, whatever its files say.
    assert.deepEqual(of(integer("FwSizeStoreType", 16)).decode(packet("02 4142 06")).values, {
      name: "AB",
      b: 6,
    });
  });

  it("of arrays are said by the entry, as in XTCE 1.1", () => {
    const array = '<ArrayParameterType name="ARRAY" arrayTypeRef="U8" numberOfDimensions="1"/>';
    const dimensions =
      "<DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex>" +
      "<EndingIndex><FixedValue>2</FixedValue></EndingIndex></Dimension></DimensionList>";
    const { decode, leftOut } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8) + array,
        parameters: parameter("L", "ARRAY") + parameter("B", "U8"),
        containers: container(
          "P",
          `<ArrayParameterRefEntry parameterRef="L">${dimensions}</ArrayParameterRefEntry>${entries("B")}`,
          apid7,
        ),
      }),
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(packet("01 02 03 04")).values, { l: [1, 2, 3], b: 4 });
  });

  it("of arrays are counted by a parameter of the entry's own file; enumerations are numbers there", () => {
    const ids = root("ids", {
      types:
        '<EnumeratedParameterType name="ID"><IntegerDataEncoding sizeInBits="8"/><EnumerationList><Enumeration value="1" label="A"/></EnumerationList></EnumeratedParameterType>' +
        '<ArrayParameterType name="LIST" arrayTypeRef="ID"/>',
    });
    const dimensions =
      "<DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><DynamicValue>" +
      '<ParameterInstanceRef parameterRef="N"/><LinearAdjustment intercept="-1"/></DynamicValue></EndingIndex></Dimension></DimensionList>';
    const { decode, leftOut } = imported("xtce", ids, {
      others: [
        {
          file: "p.xml",
          text: xtce({
            types: integer("U8", 8),
            parameters: parameter("N", "U8") + parameter("L", "/ids/LIST"),
            containers: container(
              "P",
              `${entries("N")}<ArrayParameterRefEntry parameterRef="L">${dimensions}</ArrayParameterRefEntry>`,
              apid7,
            ),
          }),
        },
      ],
    });
    assert.deepEqual(leftOut, [
      "p.xml:5: not carried over: Parameter L: the states of its elements: they are numbers",
    ]);
    assert.deepEqual(decode(packet("02 05 06")).values, { n: 2, l: [5, 6] });
  });

  it("behind a secondary header that is there on a condition are those of packets that have it", () => {
    const condition = `<IncludeCondition>${comparison("H2", 1)}</IncludeCondition>`;
    const header = container("HEADER", entries("A"));
    const base = container(
      "BASE",
      `<ContainerRefEntry containerRef="HEADER">${condition}</ContainerRefEntry>`,
      basedOn("CCSDS"),
      'abstract="true"',
    );
    const { decode, leftOut } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8),
        parameters: parameter("A", "U8") + parameter("B", "U8"),
        containers: header + base + container("P", entries("B"), basedOn("BASE", comparison("H3", 7))),
      }),
    );
    assert.deepEqual(leftOut, [
      "ContainerRefEntry HEADER of BASE: it is only there on a condition: packets without it are left out",
    ]);
    assert.deepEqual(decode(spacePacket("05 06", { apid: 7, header: true })).values, { a: 5, b: 6 });
  });
});

describe("fields where a primary header should be", () => {
  const float = `<FloatParameterType name="F32"><FloatDataEncoding sizeInBits="32"/></FloatParameterType>`;
  const of = (types: string, list: string, criteria: string): string =>
    imported(
      "xtce",
      xtce({
        types: integer("U8", 8) + integer("U64", 64) + integer("U16", 16) + types,
        parameters:
          parameter("A", "U64") +
          parameter("B", "U8") +
          parameter("LENGTH", "U16") +
          (types && parameter("F", "F32")),
        containers:
          container("BARE", list) +
          container("P", entries("B"), basedOn("CCSDS", criteria)) +
          container("Q", entries("B"), basedOn("CCSDS", comparison("H3", 8))),
      }),
      { apids: [7] },
    ).leftOut.join("\n");

  it("that are none of its parts show that packets are no CCSDS packets", () => {
    const why = /BARE: it is no CCSDS packet: \w+ at bit \d+ is no part of a primary header; nor is what/;
    for (const [list, is] of [
      [entries("A", "B"), true],
      [entries("LENGTH", "B", "LENGTH", "A"), true],
      [entries("LENGTH", "F", "A"), true],
      [entries("LENGTH", "LENGTH", "LENGTH", "A"), false],
      // Words of the header that are shown again in other parts.
      [entries("LENGTH", "LENGTH", "LENGTH", "A") + placed("B", "containerStart", 20), false],
      // A whole packet in one.
      [entries("LENGTH", "LENGTH", "LENGTH", "B") + placed("A", "containerStart", 0), false],
    ] as const) {
      const leftOut = of(float, list, "");
      assert.equal(why.test(leftOut), is, `${list}: ${leftOut}`);
    }
  });

  it("that show some of its bits by names of their own are named", () => {
    const again = placed("B", "containerStart", 20);
    const words = entries("LENGTH", "LENGTH", "LENGTH", "A");
    const why = "Parameter B: lies in the primary header, of which no parameter is made";
    assert.ok(of("", words + again, "").includes(why));
    assert.ok(!of("", words, "").includes(why));
  });

  it("that reach behind it are left out by a reason that fits, where all of it is there", () => {
    const list = entries("LENGTH", "LENGTH", "LENGTH", "B") + placed("A", "containerStart", 0);
    assert.match(of("", list, ""), /Parameter A: begins in the primary header and ends behind it/);
  });

  it("do not choose packets by their length or count", () => {
    const both = `<ComparisonList>${comparison("H3", 7)}${comparison("H6", 20)}</ComparisonList>`;
    assert.match(
      of("", entries("B"), both),
      /H6: a condition on the sequence count or the length of packets/,
    );
  });
});

describe("encodings that are not as the standard has them", () => {
  it("are taken where they mean one thing only", () => {
    assert.deepEqual(field(8, 'encoding="signed"').decode(packet("ff 01")).values, { a: -1, b: 1 });
    const little = 'byteOrder="leastSignificantByteFirst"';
    assert.deepEqual(field(8, little).decode(packet("05 01")).values, { a: 5, b: 1 });
    const bit = `bitOrder="leastSignificantBitFirst" ${little}`;
    assert.deepEqual(field(1, bit).decode(packet("80 80")).values, { a: 1, b: 1 });
  });

  it("are left out by a reason that fits", () => {
    assert.match(field(12, 'byteOrder="leastSignificantByteFirst"').leftOut.join(), /not whole bytes/);
    assert.match(
      field(8, 'bitOrder="leastSignificantBitFirst"').leftOut.join(),
      /least significant bit comes first \(bitOrder\)/,
    );
  });

  it("of Yamcs that stand for no size, or for all that is left", () => {
    const encodingWith = (algorithm: string): string =>
      `<BinaryParameterType name="BYTES"><BinaryDataEncoding><SizeInBits><DynamicValue><ParameterInstanceRef parameterRef="_yamcs_ignore"/></DynamicValue></SizeInBits>${algorithm}</BinaryDataEncoding></BinaryParameterType>`;
    const of = (algorithm: string): ReturnType<typeof imported> =>
      imported(
        "xtce",
        xtce({
          types: integer("U8", 8) + encodingWith(algorithm),
          parameters: parameter("A", "U8") + parameter("REST", "BYTES"),
          containers: container("P", entries("A", "REST"), apid7),
        }),
      );
    const remaining =
      '<FromBinaryTransformAlgorithm name="r"><AlgorithmText language="java">org.yamcs.algo.RemainingBinaryDecoder</AlgorithmText></FromBinaryTransformAlgorithm>';
    assert.deepEqual(of(remaining).decode(packet("05 beef")).values, { a: 5, rest: "beef" });
    assert.match(of("").leftOut.join(), /found by an algorithm, or not said/);
  });
});

describe("times of XTCE", () => {
  const timeType = (scale: string, offset: string): string =>
    `<AbsoluteTimeParameterType name="TIME"><Encoding scale="${scale}" offset="${offset}"><IntegerDataEncoding sizeInBits="32"/></Encoding>` +
    "<ReferenceTime><Epoch>UNIX</Epoch></ReferenceTime></AbsoluteTimeParameterType>";
  const of = (scale: string, offset: string): ReturnType<typeof imported> =>
    imported(
      "xtce",
      xtce({
        types: timeType(scale, offset),
        parameters: parameter("T", "TIME"),
        containers: container("P", entries("T"), apid7),
      }),
    );

  it("may count from another time than their epoch", () => {
    const { decode, leftOut, text } = of("1", "1577836800");
    assert.deepEqual(leftOut, []);
    assert.match(text, /epoch: 2020-01-01T00:00:00Z/);
    assert.equal(decode(packet("0000000a")).time, 1577836810);
  });

  it("that no time code can be are said, and shown in seconds", () => {
    const { decode, leftOut } = of("0.1", "1577836800");
    assert.deepEqual(leftOut, [
      "Parameter T: as the packet's time: it is no time code of a dictionary; --time may say one",
    ]);
    assert.deepEqual(decode(packet("0000000a")).values, { t: 1577836801 });
  });
});
