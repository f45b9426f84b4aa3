import assert from "node:assert/strict";
import { ImportError } from "../../../../telemetry/import";
import { spacePacket } from "../packets/dictionaryOf";
import {
  apid7,
  basedOn,
  comparison,
  container,
  entries,
  imported,
  integer,
  location,
  packetOf,
  parameter,
  placed,
  type Result,
  xtce,
} from "./xtceOf";

const packet = (hex: string): Buffer => spacePacket(hex, { apid: 7 });

/** Bytes of these names, in these containers. */
const file = (names: string, containers: string): string =>
  xtce({
    types: integer("U8", 8),
    parameters: names
      .split(" ")
      .map((name) => parameter(name, "U8"))
      .join(""),
    containers,
  });

const at = (name: string, from: string, bits: number): string =>
  `<ContainerRefEntry containerRef="${name}">${location(from, bits)}</ContainerRefEntry>`;

const within = (name: string): string => `<ContainerRefEntry containerRef="${name}"/>`;

/** An array of N bytes, and what says so. */
const counted = `<ArrayParameterType name="R_T" arrayTypeRef="U8"><DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><DynamicValue><ParameterInstanceRef parameterRef="N"/><LinearAdjustment intercept="-1"/></DynamicValue></EndingIndex></Dimension></DimensionList></ArrayParameterType>`;

const boolean = (name: string, on: string, off: string): string =>
  `<BooleanParameterType name="${name}" oneStringValue="${on}" zeroStringValue="${off}"><IntegerDataEncoding sizeInBits="8"/></BooleanParameterType>`;

describe("conditions of XTCE on a boolean", () => {
  const root = container("ROOT", entries("FLAG"), apid7, 'abstract="true"');
  const chosen = (on: string, off: string, value: string, operator = "=="): Result =>
    imported(
      "xtce",
      xtce({
        types: integer("U8", 8) + boolean("B", on, off),
        parameters: parameter("FLAG", "B") + parameter("A", "U8"),
        containers:
          root + container("YES", entries("A"), basedOn("ROOT", comparison("FLAG", value, operator))),
      }),
    );
  const isYes = (result: Result, raw: number): boolean =>
    result.decode(packet(`0${raw} 05`)).packet === "yes";

  for (const [on, off] of [
    ["Enabled", "Disabled"],
    ["Off", "On"],
    ["0", "1"],
    ["False", "True"],
  ] as const) {
    it(`mean its labels, ${on} for 1 and ${off} for 0`, () => {
      assert.deepEqual(
        [0, 1].map((raw) => isYes(chosen(on, off, on), raw)),
        [false, true],
      );
      assert.deepEqual(
        [0, 1].map((raw) => isYes(chosen(on, off, off), raw)),
        [true, false],
      );
      assert.deepEqual(
        [0, 1].map((raw) => isYes(chosen(on, off, off, "!="), raw)),
        [false, true],
      );
    });
  }

  it("with another label are refused", () => {
    assert.throws(() => chosen("Enabled", "Disabled", "Armed"), ImportError);
    assert.throws(() => chosen("Enabled", "Disabled", "Enabled", "&lt;"), ImportError);
  });
});

describe("places of XTCE", () => {
  const valuesOf = (text: string, hex: string): unknown => imported("xtce", text).decode(packet(hex)).values;

  it("from the start of a container hold also where what stands there is left out", () => {
    const odd = '<FloatParameterType name="U8F"><FloatDataEncoding sizeInBits="128"/></FloatParameterType>';
    const text = xtce({
      types: integer("U8", 8) + odd,
      parameters: parameter("A", "U8") + parameter("ODD", "U8F") + parameter("B", "U8"),
      containers: container(
        "P",
        entries("A") + placed("ODD", "containerStart", 64) + placed("B", "containerStart", 192),
        apid7,
      ),
    });
    const { decode } = imported("xtce", text);
    assert.deepEqual(decode(packet(`01 02 ${"ff".repeat(16)} 07`)).values, { a: 1, b: 7 });
  });

  it("of a container within another one are those of its first entry, whatever place that says itself", () => {
    for (const from of ["containerStart", "previousEntry"]) {
      const part = container("PART", placed("X", from, 0) + entries("Y"));
      const whole = container("P", entries("A") + at("PART", "containerStart", 72) + entries("B"), apid7);
      assert.deepEqual(valuesOf(file("A B X Y", part + whole), "01 02 03 04 05 06"), {
        a: 1,
        x: 4,
        y: 5,
        b: 6,
      });
    }
  });

  it("behind a container within another one are behind the entry of it that reaches furthest", () => {
    const part = container(
      "PART",
      placed("X", "containerStart", 8) + entries("Y") + placed("Z", "containerStart", 0),
    );
    const whole = container("P", entries("A") + within("PART") + entries("B"), apid7);
    assert.deepEqual(valuesOf(file("A B X Y Z", part + whole), "01 02 03 04 05"), {
      a: 1,
      x: 3,
      y: 4,
      z: 2,
      b: 5,
    });
  });

  it("of a container within another one are behind those of all that it is based on", () => {
    const parts =
      container("FIRST", entries("X")) +
      container("SECOND", entries("Y"), '<BaseContainer containerRef="FIRST"/>') +
      container("THIRD", entries("Z"), '<BaseContainer containerRef="SECOND"/>');
    const whole = container("P", entries("A") + within("THIRD") + entries("B"), apid7);
    const { decode } = imported("xtce", file("A B X Y Z", parts + whole));
    assert.deepEqual(decode(packet("01 02 03 04 05")).values, { a: 1, x: 2, y: 3, z: 4, b: 5 });
  });

  it("behind a container that others are based on, or that is there on a condition, are not known", () => {
    const part = container("PART", entries("X"));
    const more = container("MORE", entries("Y"), basedOn("PART", comparison("X", 1)));
    for (const name of ["PART", "MORE"]) {
      const whole = container("P", entries("A") + within(name) + entries("B"), apid7);
      const { decode, leftOut } = imported("xtce", file("A B X Y", part + more + whole));
      const values = decode(packet("01 02 03 04")).values;
      assert.deepEqual(values, name === "PART" ? { a: 1, x: 2 } : { a: 1 });
      assert.ok(
        leftOut.some((each) => each.includes("B behind it cannot be placed")),
        leftOut.join("\n"),
      );
    }
  });

  it("that go back over what varies are not known", () => {
    const list = entries("N", "R", "B") + placed("C", "previousEntry", -16) + entries("D");
    const text = xtce({
      types: integer("U8", 8) + counted,
      parameters: ["N", "B", "C", "D"].map((name) => parameter(name, "U8")).join("") + parameter("R", "R_T"),
      containers: container("P", list, apid7),
    });
    const { decode, leftOut } = imported("xtce", text);
    assert.deepEqual(decode(packet("02 04 05 06 07")).values, { n: 2, r: [4, 5], b: 6 });
    assert.deepEqual(leftOut, ["Parameter C: its length is not known; so C, D behind it cannot be placed"]);
  });

  it("behind a number that the dictionary refuses, where an array varies, stay as they are", () => {
    const refused =
      '<IntegerParameterType name="M_T"><IntegerDataEncoding sizeInBits="56" encoding="signMagnitude"/></IntegerParameterType>';
    const text = xtce({
      types: integer("U8", 8) + counted + refused,
      parameters:
        ["N", "C"].map((name) => parameter(name, "U8")).join("") +
        parameter("R", "R_T") +
        parameter("M", "M_T"),
      containers: container("P", entries("N", "R", "M", "C"), apid7),
    });
    const { decode, leftOut } = imported("xtce", text);
    assert.deepEqual(decode(packet("01 04 00000000000001 07")).values, { n: 1, r: [4], c: 7 });
    assert.deepEqual(leftOut, ["Parameter M: sign-magnitude has at most 53 bits"]);
  });

  it("behind a text by the packet's length that is left out are not known either", () => {
    const text = `<StringParameterType name="D_T"><StringDataEncoding><Variable maxSizeInBits="800"><DynamicValue><ParameterInstanceRef parameterRef="H6"/><LinearAdjustment slope="8" intercept="0"/></DynamicValue></Variable></StringDataEncoding></StringParameterType>`;
    const { decode, leftOut } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8) + text,
        parameters: parameter("A", "U8") + parameter("D", "D_T") + parameter("B", "U8"),
        containers: container("P", entries("A", "D", "B"), apid7),
      }),
    );
    assert.deepEqual(decode(packet("01 41 42 07")).values, { a: 1 });
    assert.match(leftOut.join("\n"), /Parameter B: D is left out, on which its place depends/);
  });
});

describe("packets of XTCE", () => {
  it("whose conditions are a part of another one's are chosen before it, in whatever order they stand", () => {
    const root = container("ROOT", entries("KIND", "SUB"), apid7, 'abstract="true"');
    const both = `<ComparisonList>${comparison("KIND", 3)}${comparison("SUB", 25)}</ComparisonList>`;
    const children = [
      container("GENERAL", entries("A"), basedOn("ROOT", comparison("KIND", 3))),
      container("SPECIAL", entries("B"), basedOn("ROOT", both)),
      container("OTHER", entries("C"), basedOn("ROOT", comparison("KIND", 3, "!="))),
      container("FIVE", entries("C"), basedOn("ROOT", comparison("KIND", 5))),
    ];
    for (const order of [children, children.toReversed()]) {
      const { decode } = imported("xtce", file("KIND SUB A B C", root + order.join("")));
      const chosen = ["0319 07", "0301 07", "0400 07", "0500 07"].map((hex) => decode(packet(hex)).packet);
      assert.deepEqual(chosen, ["special", "general", "other", "five"]);
    }
  });

  it("of one APID, without a container that they are based on, are chosen so too", () => {
    const fields = entries("KIND", "SUB");
    const of = (...more: readonly string[]): string =>
      basedOn("CCSDS", `<ComparisonList>${comparison("H3", 7)}${more.join("")}</ComparisonList>`);
    const packets = [
      container("GENERAL", fields + entries("A"), of(comparison("KIND", 3))),
      container("SPECIAL", fields + entries("B"), of(comparison("KIND", 3), comparison("SUB", 25))),
    ];
    for (const order of [packets, packets.toReversed()]) {
      const { decode } = imported("xtce", file("KIND SUB A B", order.join("")));
      const chosen = ["0319 07", "0301 07"].map((hex) => decode(packet(hex)).packet);
      assert.deepEqual(chosen, ["special", "general"]);
    }
  });

  it("with repetitions in repetitions, or a container in itself, are refused without end or stack", () => {
    const many = "<RepeatEntry><Count><FixedValue>4000</FixedValue></Count></RepeatEntry>";
    const repeated = (name: string): string =>
      `<ContainerRefEntry containerRef="${name}">${many}</ContainerRefEntry>`;
    const parts =
      container("ONE", entries("X", "Y")) +
      container("TWO", repeated("ONE")) +
      container("SELF", within("SELF") + within("SELF"));
    const nested = imported(
      "xtce",
      file("A X Y", parts + container("P", entries("A") + repeated("TWO") + within("SELF"), apid7)),
    );
    assert.deepEqual(nested.decode(packet("01")).values, { a: 1 });
    assert.ok(
      nested.leftOut.some((each) => each.includes("it is repeated 4000 times, with 2 fields")),
      nested.leftOut.join("\n"),
    );
    assert.ok(nested.leftOut.some((each) => each.includes("contains itself")));
  });

  it("whose limits or calibration the dictionary refuses are there without them, as the words say", () => {
    const limits =
      '<DefaultAlarm><StaticAlarmRanges><WarningRange minInclusive="5" maxInclusive="5"/></StaticAlarmRanges></DefaultAlarm>';
    const points = [1, 1].map((raw, i) => `<SplinePoint raw="${raw}" calibrated="${i}"/>`).join("");
    const spline = `<IntegerParameterType name="S_T"><UnitSet><Unit>V</Unit></UnitSet><IntegerDataEncoding sizeInBits="8"><DefaultCalibrator><SplineCalibrator>${points}</SplineCalibrator></DefaultCalibrator></IntegerDataEncoding></IntegerParameterType>`;
    const { decode, leftOut } = imported("xtce", packetOf({ L: integer("L_T", 8, limits), S: spline }));
    assert.deepEqual(decode(packet("06 07")).values, { l: 6, s: 7 });
    assert.match(leftOut.join("\n"), /Parameter L: its limits: limits out of order/);
    assert.match(
      leftOut.join("\n"),
      /Parameter S: its calibration: .*: the number is shown as it is sent, without its unit/,
    );
  });

  it("with a float's spline that goes on beyond its points, or a time's calibrator, show the number as it is sent", () => {
    const points = [0, 10].map((raw) => `<SplinePoint raw="${raw}" calibrated="${2 * raw}"/>`).join("");
    const spline = `<FloatParameterType name="F_T"><FloatDataEncoding sizeInBits="32"><DefaultCalibrator><SplineCalibrator extrapolate="true">${points}</SplineCalibrator></DefaultCalibrator></FloatDataEncoding></FloatParameterType>`;
    const term =
      '<DefaultCalibrator><PolynomialCalibrator><Term coefficient="0.001" exponent="1"/></PolynomialCalibrator></DefaultCalibrator>';
    const time = `<AbsoluteTimeParameterType name="T_T"><Encoding><IntegerDataEncoding sizeInBits="32">${term}</IntegerDataEncoding></Encoding><ReferenceTime><Epoch>UNIX</Epoch></ReferenceTime></AbsoluteTimeParameterType>`;
    const minutes =
      '<RelativeTimeParameterType name="M_T"><Encoding units="minutes"><IntegerDataEncoding sizeInBits="8"/></Encoding></RelativeTimeParameterType>';
    const { text, decode, leftOut } = imported("xtce", packetOf({ T: time, F: spline, M: minutes }));
    assert.deepEqual(decode(packet("000f4240 c0a00000 03")).values, { t: 1_000_000, f: -5, m: 3 });
    assert.match(text, /time: none/);
    assert.equal(leftOut.length, 4, leftOut.join("\n"));
  });

  it("with an array that is only there if it has elements are as without that condition", () => {
    const list = (condition: string): string =>
      `<ParameterRefEntry parameterRef="N"/><ArrayParameterRefEntry parameterRef="R"><IncludeCondition>${condition}</IncludeCondition></ArrayParameterRefEntry><ParameterRefEntry parameterRef="B"/>`;
    const of = (condition: string): Result =>
      imported(
        "xtce",
        xtce({
          types: integer("U8", 8) + counted,
          parameters: ["N", "B"].map((name) => parameter(name, "U8")).join("") + parameter("R", "R_T"),
          containers: container("P", list(condition), apid7),
        }),
      );
    for (const condition of [
      comparison("N", 0, "&gt;"),
      comparison("N", 0, "!="),
      comparison("N", 1, "&gt;="),
    ]) {
      const { decode, leftOut } = of(condition);
      assert.deepEqual(leftOut, []);
      assert.deepEqual(decode(packet("01 05 09")).values, { n: 1, r: [5], b: 9 });
      assert.deepEqual(decode(packet("00 09")).values, { n: 0, r: [], b: 9 });
    }
    assert.notDeepEqual(of(comparison("N", 1, "&gt;")).leftOut, []);
  });

  it("name every alarm, validity and next container that a dictionary has not", () => {
    const labelled = (name: string, alarm: string): string =>
      `<EnumeratedParameterType name="${name}"><IntegerDataEncoding sizeInBits="8"/><EnumerationList><Enumeration value="1" label="BAD"/></EnumerationList>${alarm}</EnumeratedParameterType>`;
    const level = (label: string): string =>
      `<EnumerationAlarm enumerationLabel="${label}" alarmLevel="critical"/>`;
    const alarm = (list: string, attributes = ""): string =>
      `<DefaultAlarm ${attributes}>${list}</DefaultAlarm>`;
    const types =
      labelled(
        "E",
        alarm(
          `<EnumerationAlarmList>${level("BAD")}${level("WORSE")}</EnumerationAlarmList>`,
          'minViolations="3"',
        ),
      ) +
      labelled("F", alarm("<AlarmConditions/>")) +
      boolean("B", "On", "Off").replace("</Bool", "<ContextAlarmList/></Bool") +
      integer("U8", 8, '<ValidRange minInclusive="0" maxInclusive="9"/>');
    const valid = `<Parameter name="V" parameterTypeRef="U8"><ParameterProperties><ValidityCondition>${comparison("E", 1)}</ValidityCondition></ParameterProperties></Parameter>`;
    const next = basedOn("CCSDS", `${comparison("H3", 7)}<NextContainer containerRef="CCSDS"/>`);
    const { leftOut } = imported(
      "xtce",
      xtce({
        types,
        parameters: ["E", "F", "B"].map((name) => parameter(name, name)).join("") + valid,
        containers: container("P", entries("E", "F", "B", "V"), next),
      }),
    );
    assert.deepEqual(leftOut.toSorted(), [
      "Parameter B: its alarms by context",
      "Parameter E: its alarm on WORSE, which it never is",
      "Parameter E: the 3 packets in a row of its alarm: one is enough here",
      "Parameter F: its alarm AlarmConditions",
      "Parameter V: its ValidRange: numbers outside of it count too",
      "Parameter V: its ValidityCondition: it always counts",
      "SequenceContainer P: its NextContainer: which packet comes next says nothing here",
    ]);
  });

  it("name alarms of structures, and have descriptions that are elements", () => {
    const alarm =
      '<DefaultAlarm><StaticAlarmRanges><WarningRange maxInclusive="1"/></StaticAlarmRanges></DefaultAlarm>';
    const said =
      '<Parameter name="X" parameterTypeRef="U8"><ShortDescription>In words</ShortDescription></Parameter>';
    const { leftOut, text } = imported(
      "xtce",
      xtce({
        types: `${integer("U8", 8)}<AggregateParameterType name="S"><MemberList><Member name="M" typeRef="U8"/></MemberList>${alarm}</AggregateParameterType>`,
        parameters: parameter("A", "S") + said,
        containers: container("P", entries("A", "X"), apid7),
      }),
    );
    assert.deepEqual(leftOut, ["Parameter A: its alarm StaticAlarmRanges"]);
    assert.match(text, /description: In words/);
  });

  it("in files that a file includes are asked for", () => {
    const include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="more.xml"/>';
    const { leftOut } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8),
        parameters: parameter("A", "U8"),
        containers: container("P", entries("A"), apid7),
        more: include,
      }),
    );
    assert.match(leftOut.join("\n"), /include more\.xml: what it includes/);
    assert.throws(
      () => imported("xtce", `<SpaceSystem name="S">${include}</SpaceSystem>`),
      /includes: more\.xml/,
    );
  });
});
