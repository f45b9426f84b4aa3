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
  packetOf,
  parameter,
  placed,
  xtce,
} from "./xtceOf";

const packet = (hex: string, apid = 7): Buffer => spacePacket(hex, { apid });

/** Values of the packet in a file of one packet with these types. */
const valuesOf = (types: Readonly<Record<string, string>>, hex: string): unknown =>
  imported("xtce", packetOf(types)).decode(packet(hex)).values;

const encoded = (kind: string, name: string, encoding: string, more = ""): string =>
  `<${kind}ParameterType name="${name}_T">${encoding}${more}</${kind}ParameterType>`;

describe("containers of XTCE", () => {
  const types = integer("U8", 8) + integer("U16", 16);
  const names = ["KIND", "SUB", "A", "B", "C"];
  const parameters = names.map((name) => parameter(name, name === "C" ? "U16" : "U8")).join("");
  const file = (containers: string): string => xtce({ types, parameters, containers });
  const root = container("ROOT", entries("KIND", "SUB"), apid7, 'abstract="true"');
  const child = (name: string, list: string, criteria: string, base = "ROOT"): string =>
    container(name, entries(list), basedOn(base, criteria));

  it("know the primary header by where its fields are, and a packet by the condition on the APID", () => {
    const { text, leftOut, decode } = imported("xtce", file(container("P", entries("A", "C"), apid7)));
    assert.deepEqual(leftOut, []);
    assert.doesNotMatch(text, /name: h\d/);
    assert.deepEqual(decode(packet("05 0102")), { packet: "p", values: { a: 5, c: 258 }, errors: [] });
    assert.deepEqual(decode(packet("05 0102", 8)).errors, ["unknown 8"]);
  });

  it("inherit, and are chosen by values, any number of levels deep", () => {
    const { decode, leftOut } = imported(
      "xtce",
      file(
        root +
          child("ONE", "A", comparison("KIND", 1)) +
          child("TWO", "B", comparison("KIND", 2)) +
          child("DEEP", "C", comparison("SUB", 9), "TWO"),
      ),
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(packet("01 00 07")), {
      packet: "one",
      values: { kind: 1, sub: 0, a: 7 },
      errors: [],
    });
    assert.deepEqual(decode(packet("02 00 07")).packet, "two");
    assert.deepEqual(decode(packet("02 09 07 0102")).values, { kind: 2, sub: 9, b: 7, c: 258 });
    assert.deepEqual(decode(packet("03 00 07")).errors, ["layout"]);
  });

  for (const [what, criteria, yes, no] of [
    [
      "a list, all of which hold",
      `<ComparisonList>${comparison("KIND", 3)}${comparison("SUB", 4)}</ComparisonList>`,
      "0304",
      "0305",
    ],
    [
      "a range",
      `<ComparisonList>${comparison("KIND", 3, "&gt;=")}${comparison("KIND", 5, "&lt;=")}</ComparisonList>`,
      "0500",
      "0600",
    ],
    ["greater than", comparison("KIND", 3, "&gt;"), "0400", "0300"],
    ["any but one", comparison("KIND", 3, "!="), "0200", "0300"],
    [
      "an expression of alternatives on one parameter",
      `<BooleanExpression><ORedConditions>${[3, 7, 8, 9]
        .map(
          (value) =>
            `<Condition><ParameterInstanceRef parameterRef="KIND"/><ComparisonOperator>==</ComparisonOperator><Value>${value}</Value></Condition>`,
        )
        .join("")}</ORedConditions></BooleanExpression>`,
      "0800",
      "0400",
    ],
    [
      "an expression with all conditions",
      `<BooleanExpression><ANDedConditions><Condition><ParameterInstanceRef parameterRef="KIND"/><ComparisonOperator>&lt;</ComparisonOperator><Value>3</Value></Condition><Condition><ParameterInstanceRef parameterRef="SUB"/><ComparisonOperator>==</ComparisonOperator><Value>1</Value></Condition></ANDedConditions></BooleanExpression>`,
      "0201",
      "0200",
    ],
  ] as const) {
    it(`are restricted by ${what}`, () => {
      const { decode, leftOut } = imported(
        "xtce",
        file(root + child("ONE", "A", criteria) + child("NEVER", "B", comparison("KIND", 255))),
      );
      assert.deepEqual(leftOut, []);
      assert.equal(decode(packet(`${yes}07`)).packet, "one");
      assert.deepEqual(decode(packet(`${no}07`)).errors, ["layout"]);
    });
  }

  it("with a condition that a dictionary cannot have are left out, with what is based on them, and said", () => {
    const either = (name: string): string =>
      `<Condition><ParameterInstanceRef parameterRef="${name}"/><ComparisonOperator>==</ComparisonOperator><Value>1</Value></Condition>`;
    const { decode, leftOut } = imported(
      "xtce",
      file(
        root +
          child(
            "ODD",
            "A",
            `<BooleanExpression><ORedConditions>${either("KIND")}${either("SUB")}</ORedConditions></BooleanExpression>`,
          ) +
          child("BELOW", "C", comparison("SUB", 4), "ODD") +
          child("ONE", "B", comparison("KIND", 9)),
      ),
    );
    assert.deepEqual(leftOut, [
      "SequenceContainer ODD: its conditions are alternatives on different parameters; nor is what is based on it",
      "SequenceContainer BELOW: its base ODD is left out",
    ]);
    assert.equal(decode(packet("090007")).packet, "one");
  });

  it("without an APID are said, or have that of --apid", () => {
    const bare = file(container("P", entries("A")));
    assert.throws(() => imported("xtce", bare), /no condition says its APID/);
    const { decode } = imported(
      "xtce",
      xtce({ types, parameters, containers: container("P", entries("A"), basedOn("CCSDS")) }),
      { apids: [3] },
    );
    assert.deepEqual(decode(packet("05", 3)).values, { a: 5 });
  });

  it("take entries at a place, with a gap, from another container, and several times", () => {
    const { decode, leftOut } = imported(
      "xtce",
      file(
        container("PART", entries("B")) +
          container(
            "P",
            placed("A", "containerStart", 56) +
              placed("C", "previousEntry", 8) +
              `<ContainerRefEntry containerRef="PART"/>` +
              `<ParameterRefEntry parameterRef="SUB"><RepeatEntry><Count><FixedValue>2</FixedValue></Count></RepeatEntry></ParameterRefEntry>`,
            apid7,
          ),
      ),
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(packet("ff 01 ff 0203 04 05 06")).values, {
      a: 1,
      c: 515,
      b: 4,
      sub_0: 5,
      sub_1: 6,
    });
  });

  it("make a packet of its own of entries at the end that are there on a condition", () => {
    const only = `<IncludeCondition>${comparison("KIND", 1)}</IncludeCondition>`;
    const { decode, leftOut } = imported(
      "xtce",
      file(
        container(
          "P",
          `${entries("KIND")}<ParameterRefEntry parameterRef="C">${only}</ParameterRefEntry>`,
          apid7,
        ),
      ),
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(packet("01 0203")).values, { kind: 1, c: 515 });
    assert.deepEqual(decode(packet("02 0203")).values, { kind: 2 });
  });

  it("are left out from an entry on a condition on, where others follow it", () => {
    const only = `<IncludeCondition>${comparison("KIND", 1)}</IncludeCondition>`;
    const { leftOut, decode } = imported(
      "xtce",
      file(
        container(
          "P",
          `${entries("KIND")}<ParameterRefEntry parameterRef="A">${only}</ParameterRefEntry>${entries("C")}`,
          apid7,
        ),
      ),
    );
    assert.match(
      leftOut.join(),
      /A of P: it is only there on a condition: what follows it is there on other conditions/,
    );
    assert.deepEqual(decode(packet("01 0203")).values, { kind: 1 });
  });

  it("have the period of their rate", () => {
    const rate = '<DefaultRateInStream basis="perSecond" maximumValue="0.25"/>';
    assert.match(imported("xtce", file(container("P", entries("A"), `${rate}${apid7}`))).text, /period: 4\n/);
  });
});

describe("parameters of XTCE", () => {
  const uint = (bits: number): string => `<IntegerDataEncoding sizeInBits="${bits}" encoding="unsigned"/>`;

  it("have their encodings", () => {
    const int = (encoding: string, more = ""): string =>
      `<IntegerDataEncoding sizeInBits="16" encoding="${encoding}" ${more}/>`;
    const float = (bits: number, more: string): string => `<FloatDataEncoding sizeInBits="${bits}" ${more}/>`;
    const types = {
      TWOS: encoded("Integer", "TWOS", int("twosComplement")),
      ONES: encoded("Integer", "ONES", int("onesComplement")),
      SIGN: encoded("Integer", "SIGN", int("signMagnitude")),
      BCD: encoded("Integer", "BCD", int("packedBCD")),
      LITTLE: encoded("Integer", "LITTLE", int("unsigned", 'byteOrder="leastSignificantByteFirst"')),
      HALF: encoded("Float", "HALF", float(16, 'encoding="IEEE754"')),
      SINGLE: encoded("Float", "SINGLE", float(32, 'encoding="IEEE754_1985"')),
      MIL: encoded("Float", "MIL", float(32, 'encoding="MILSTD_1750A"')),
    };
    assert.deepEqual(valuesOf(types, "ffff fffe 8001 1234 0102 3c00 3fc00000 40000001"), {
      ...{ twos: -1, ones: -1, sign: -1, bcd: 1234, little: 513, half: 1, single: 1.5, mil: 1 },
    });
  });

  it("have the byte order of a list of bytes, as XTCE 1.1 writes it", () => {
    const bytes = (...order: number[]): string =>
      `<ByteOrderList>${order.map((each) => `<Byte byteSignificance="${each}"/>`).join("")}</ByteOrderList>`;
    const int = (list: string): string =>
      `<IntegerDataEncoding sizeInBits="16">${list}</IntegerDataEncoding>`;
    assert.deepEqual(
      valuesOf(
        { A: encoded("Integer", "A", int(bytes(0, 1))), B: encoded("Integer", "B", int(bytes(1, 0))) },
        "0102 0102",
      ),
      { a: 513, b: 258 },
    );
  });

  it("leave out what a dictionary has no encoding for, and keep the places behind it", () => {
    const { leftOut, decode } = imported(
      "xtce",
      packetOf({
        ODD: encoded(
          "Integer",
          "ODD",
          '<IntegerDataEncoding sizeInBits="16" bitOrder="leastSignificantBitFirst"/>',
        ),
        DEC: encoded("Float", "DEC", '<FloatDataEncoding sizeInBits="32" encoding="DEC"/>'),
        NEXT: encoded("Integer", "NEXT", uint(8)),
      }),
    );
    assert.deepEqual(leftOut, [
      "Parameter ODD: its least significant bit comes first (bitOrder): --bit-order says what that means",
      "Parameter DEC: floats encoded as DEC",
    ]);
    assert.deepEqual(decode(packet("ffff ffffffff 07")).values, { next: 7 });
  });

  it("are calibrated by polynomials and by lines between points, and have units", () => {
    const calibrator = (inner: string): string =>
      `<IntegerDataEncoding sizeInBits="8" encoding="unsigned"><DefaultCalibrator>${inner}</DefaultCalibrator></IntegerDataEncoding>`;
    const points = '<SplinePoint raw="10" calibrated="100"/><SplinePoint raw="20" calibrated="300"/>';
    const unit = "<UnitSet><Unit>Volts</Unit></UnitSet>";
    const types = {
      POLY: encoded(
        "Float",
        "POLY",
        calibrator(
          '<PolynomialCalibrator><Term coefficient="1" exponent="0"/><Term coefficient="0.5" exponent="2"/></PolynomialCalibrator>',
        ),
        unit,
      ),
      HELD: encoded("Float", "HELD", calibrator(`<SplineCalibrator>${points}</SplineCalibrator>`)),
      ON: encoded(
        "Float",
        "ON",
        calibrator(`<SplineCalibrator extrapolate="true">${points}</SplineCalibrator>`),
      ),
      SPEED: encoded(
        "Integer",
        "SPEED",
        uint(8),
        '<UnitSet><Unit>km</Unit><Unit power="-1">s</Unit></UnitSet>',
      ),
    };
    const { text, leftOut } = imported("xtce", packetOf(types));
    assert.deepEqual(leftOut, []);
    assert.match(text, /unit: V\n/);
    assert.deepEqual(valuesOf(types, "04 05 1e 02"), { poly: 9, held: 100, on: 500, speed: 2000 });
  });

  it("have calibrations by formulas and by steps", () => {
    const calibrated = (name: string, inner: string): string =>
      encoded(
        "Float",
        name,
        `<IntegerDataEncoding sizeInBits="8" encoding="twosComplement"><DefaultCalibrator>${inner}</DefaultCalibrator></IntegerDataEncoding>`,
      );
    const value = (number: number): string => `<ValueOperand>${number}</ValueOperand>`;
    const operator = (sign: string): string => `<Operator>${sign}</Operator>`;
    const raw = "<ThisParameterOperand/>";
    const rpn = (...parts: readonly string[]): string =>
      `<MathOperationCalibrator>${parts.join("")}</MathOperationCalibrator>`;
    const steps = [-5, 0, 10].map((at) => `<SplinePoint raw="${at}" calibrated="${at * 2 - 1}"/>`).join("");
    const types = {
      A: calibrated("A", rpn(value(2), raw, operator("^"), value(-1), operator("-"))),
      B: calibrated("B", rpn(raw, operator("abs"), operator("1/x"), raw, operator("+"))),
      C: calibrated("C", `<SplineCalibrator order="0">${steps}</SplineCalibrator>`),
    };
    assert.deepEqual(imported("xtce", packetOf(types)).leftOut, []);
    assert.deepEqual(valuesOf(types, "03 fc 09"), { a: 9, b: -3.75, c: -1 });
    assert.deepEqual(valuesOf(types, "00 01 f0"), { a: 2, b: 2, c: -11 });
    assert.deepEqual(valuesOf(types, "00 01 0a"), { a: 2, b: 2, c: 19 });
  });

  it("are shown as they are sent where their calibration cannot be carried over", () => {
    const odd =
      "<MathOperationCalibrator><ThisParameterOperand/><Operator>x!</Operator></MathOperationCalibrator>";
    const { leftOut, text } = imported(
      "xtce",
      packetOf({
        A: encoded(
          "Float",
          "A",
          `<IntegerDataEncoding sizeInBits="8"><DefaultCalibrator>${odd}</DefaultCalibrator></IntegerDataEncoding>`,
          "<UnitSet><Unit>V</Unit></UnitSet>",
        ),
      }),
    );
    assert.deepEqual(leftOut, [
      "Parameter A: a formula with Operator x!: the number is shown as it is sent, without its unit",
    ]);
    assert.match(text, /unit: count/);
  });

  it("have states, with ranges, alarms, and names that a dictionary takes", () => {
    const list =
      '<EnumerationList><Enumeration value="0" label="Safe hold"/><Enumeration value="1" maxValue="3" label="1st"/><Enumeration value="9" label="SAFE-HOLD"/></EnumerationList>';
    const alarm =
      '<DefaultAlarm defaultAlarmLevel="watch"><EnumerationAlarmList><EnumerationAlarm alarmLevel="critical" enumerationLabel="Safe hold"/></EnumerationAlarmList></DefaultAlarm>';
    const { text, notes, decode } = imported(
      "xtce",
      packetOf({ M: encoded("Enumerated", "M", uint(8), list + alarm) }),
    );
    assert.deepEqual(notes, ["Parameter M: the states of 0 and 9 would both be SAFE_HOLD; 9 is SAFE_HOLD_2"]);
    assert.match(text, /"0": SAFE_HOLD\n\s+"9": SAFE_HOLD_2\n\s+1\.\.3: STATE_1ST/);
    assert.match(text, /red:\n\s+- SAFE_HOLD\n/);
    assert.match(text, /yellow:\n\s+- STATE_1ST\n\s+- SAFE_HOLD_2\n/);
    assert.deepEqual(decode(packet("02")).values, { m: 1 });
  });

  it("choose containers by the names of their states", () => {
    const { decode } = imported(
      "xtce",
      xtce({
        types:
          encoded(
            "Enumerated",
            "MODE",
            uint(8),
            '<EnumerationList><Enumeration value="4" label="On"/></EnumerationList>',
          ).replace("MODE_T", "MODE") + integer("U8", 8),
        parameters: parameter("MODE", "MODE") + parameter("A", "U8"),
        containers:
          container("ROOT", entries("MODE"), apid7) +
          container("ONE", entries("A"), basedOn("ROOT", comparison("MODE", "On"))),
      }),
    );
    assert.deepEqual(decode(packet("04 07")).values, { mode: 4, a: 7 });
    assert.deepEqual(decode(packet("05 07")).packet, "root");
  });

  it("have limits in two severities, with a persistence of packets in a row", () => {
    const alarm =
      '<DefaultAlarm minViolations="3"><StaticAlarmRanges><WarningRange minInclusive="10" maxInclusive="90"/><CriticalRange minInclusive="5" maxInclusive="95"/></StaticAlarmRanges></DefaultAlarm>';
    const { text, leftOut } = imported("xtce", packetOf({ A: encoded("Integer", "A", uint(8), alarm) }), {
      period: 4,
    });
    assert.deepEqual(leftOut, []);
    assert.match(
      text,
      /yellow:\n\s+low: 10\n\s+high: 90\n\s+red:\n\s+low: 5\n\s+high: 95\n\s+persistence: 8\n/,
    );
  });

  it("have other limits in the states of one parameter, which becomes the mode", () => {
    const range = (low: number): string =>
      `<StaticAlarmRanges><CriticalRange minInclusive="${low}"/></StaticAlarmRanges>`;
    const alarms = `<DefaultAlarm>${range(10)}</DefaultAlarm><ContextAlarmList><ContextAlarm>${range(3)}<ContextMatch>${comparison("M", "Safe")}</ContextMatch></ContextAlarm></ContextAlarmList>`;
    const list =
      '<EnumerationList><Enumeration value="0" label="Safe"/><Enumeration value="1" label="On"/></EnumerationList>';
    const { text, leftOut } = imported(
      "xtce",
      packetOf({ M: encoded("Enumerated", "M", uint(8), list), A: encoded("Integer", "A", uint(8), alarms) }),
    );
    assert.deepEqual(leftOut, []);
    assert.match(text, /^mode: p\.m$/m);
    assert.match(text, /byMode:\n\s+SAFE:\n\s+red:\n\s+low: 3\n/);
  });

  describe("with contexts", () => {
    const range = (low: number): string =>
      `<StaticAlarmRanges><CriticalRange minInclusive="${low}"/></StaticAlarmRanges>`;
    const polynomial = (slope: number): string =>
      `<PolynomialCalibrator><Term exponent="1" coefficient="${slope}"/></PolynomialCalibrator>`;
    const integerWith = (calibrators: string, more = ""): string =>
      encoded(
        "Integer",
        "A",
        `<IntegerDataEncoding sizeInBits="8" encoding="unsigned">${calibrators}</IntegerDataEncoding>`,
        more,
      );
    const contextCalibrator = (match: string, slope: number): string =>
      `<ContextCalibrator><ContextMatch>${match}</ContextMatch><Calibrator>${polynomial(slope)}</Calibrator></ContextCalibrator>`;
    const calibrators = (...all: readonly string[]): string =>
      `<DefaultCalibrator>${polynomial(2)}</DefaultCalibrator><ContextCalibratorList>${all.join("")}</ContextCalibratorList>`;
    const list =
      '<EnumerationList><Enumeration value="0" label="Low"/><Enumeration value="1" label="High"/></EnumerationList>';
    const gain = encoded("Enumerated", "G", uint(8), list);
    const number = encoded("Integer", "N", uint(8));

    it("have another calibration, by a state before or a number behind them", () => {
      const { decode, leftOut } = imported(
        "xtce",
        packetOf({
          G: gain,
          A: integerWith(
            calibrators(
              contextCalibrator(comparison("G", "High"), 10),
              contextCalibrator(
                `<ComparisonList>${comparison("G", "Low")}<Comparison parameterRef="N" comparisonOperator="&gt;=" value="5"/></ComparisonList>`,
                100,
              ),
            ),
          ),
          N: number,
        }),
      );
      assert.deepEqual(leftOut, []);
      assert.deepEqual(decode(packet("01 03 00")).values, { g: 1, a: 30, n: 0 });
      assert.deepEqual(decode(packet("00 03 05")).values, { g: 0, a: 300, n: 5 });
      assert.deepEqual(decode(packet("00 03 04")).values, { g: 0, a: 6, n: 4 });
    });

    it("have other limits where a context is a range, or of several parameters", () => {
      const match = `<Comparison parameterRef="N" comparisonOperator="&lt;" value="9"/>`;
      const alarms = `<DefaultAlarm>${range(10)}</DefaultAlarm><ContextAlarmList><ContextAlarm>${range(3)}<ContextMatch>${match}</ContextMatch></ContextAlarm></ContextAlarmList>`;
      const { text, leftOut } = imported("xtce", packetOf({ N: number, A: integerWith("", alarms) }));
      assert.deepEqual(leftOut, []);
      assert.match(text, /contexts:\n\s+- when:\n\s+p\.n:\n\s+to: 8\n\s+red:\n\s+low: 3\n/);
      assert.doesNotMatch(text, /^mode:/m);
    });

    it("keep what always holds where a context cannot be carried over, which is said", () => {
      const onItself = contextCalibrator('<Comparison parameterRef="A" value="1"/>', 10);
      const onNothing = contextCalibrator('<Comparison parameterRef="Z" value="1"/>', 10);
      const { decode, leftOut } = imported(
        "xtce",
        packetOf({ A: integerWith(calibrators(onItself, onNothing)) }),
      );
      assert.deepEqual(decode(packet("03")).values, { a: 6 });
      assert.equal(leftOut.length, 2);
      assert.match(leftOut.join(), /on the calibrated value/);
      assert.match(leftOut.join(), /Z, which is not in the file/);
    });
  });

  it("are booleans, strings and binary fields", () => {
    const text = (inner: string, more = ""): string =>
      `<StringDataEncoding ${more}><SizeInBits>${inner}</SizeInBits></StringDataEncoding>`;
    const fixed = "<Fixed><FixedValue>32</FixedValue></Fixed>";
    const types = {
      ON: encoded("Boolean", "ON", uint(8)),
      S: encoded("String", "S", text(fixed)),
      L: encoded("String", "L", text(fixed, 'encoding="ISO-8859-1"')),
      B: encoded(
        "Binary",
        "B",
        "<BinaryDataEncoding><SizeInBits><FixedValue>16</FixedValue></SizeInBits></BinaryDataEncoding>",
      ),
    };
    assert.deepEqual(valuesOf(types, "02 41424300 e9202020 beef"), { on: 1, s: "ABC", l: "é", b: "beef" });
  });

  it("have sizes by another parameter, by the packet's length or before them, and others follow", () => {
    const dynamic = (reference: string, slope: number, intercept: number): string =>
      `<BinaryDataEncoding><SizeInBits><DynamicValue><ParameterInstanceRef parameterRef="${reference}"/><LinearAdjustment slope="${slope}" intercept="${intercept}"/></DynamicValue></SizeInBits></BinaryDataEncoding>`;
    const leading =
      '<StringDataEncoding><Variable maxSizeInBits="800"><LeadingSize sizeInBitsOfSizeTag="8"/></Variable></StringDataEncoding>';
    const types = {
      N: encoded("Integer", "N", uint(8)),
      D: encoded("Binary", "D", dynamic("N", 8, 8)),
      S: encoded("String", "S", leading),
      // The length field says one less than the bytes behind the header: all but the two of E and the three before it.
      E: encoded("Integer", "E", uint(16)),
    };
    assert.deepEqual(valuesOf(types, "01 aabb 03 414243 0102"), { n: 1, d: "aabb", s: "ABC", e: 258 });
    const rest = {
      N: encoded("Integer", "N", uint(8)),
      // 7 + length in all: without 6 of the header, 1 of N and 2 of E.
      R: encoded("Binary", "R", dynamic("H6", 8, -16)),
      E: encoded("Integer", "E", uint(16)),
    };
    assert.deepEqual(valuesOf(rest, "01 aabbcc 0102"), { n: 1, r: "aabbcc", e: 258 });
    const wrong = { ...rest, R: encoded("Binary", "R", dynamic("H6", 8, 0)) };
    assert.match(imported("xtce", packetOf(wrong)).leftOut.join(), /it would end 2 bytes behind the packet/);
  });

  it("are arrays and structures", () => {
    const dimension = (end: string): string =>
      `<Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex>${end}</EndingIndex></Dimension>`;
    const arrayOf = (name: string, end: string, type: string): string =>
      `<ArrayParameterType name="${name}_T" arrayTypeRef="${type}"><DimensionList>${dimension(end)}</DimensionList></ArrayParameterType>`;
    const counted =
      '<DynamicValue><ParameterInstanceRef parameterRef="N"/><LinearAdjustment intercept="-1"/></DynamicValue>';
    const member = (name: string, type: string): string => `<Member name="${name}" typeRef="${type}"/>`;
    const pair = `<AggregateParameterType name="PAIR_T"><MemberList>${member("x", "N_T")}${member("y", "N_T")}</MemberList></AggregateParameterType>`;
    const types = {
      N: encoded("Integer", "N", uint(8)),
      PAIR: pair,
      THREE: arrayOf("THREE", "<FixedValue>2</FixedValue>", "N_T"),
      PAIRS: arrayOf("PAIRS", "<FixedValue>1</FixedValue>", "PAIR_T"),
      MORE: arrayOf("MORE", counted, "N_T"),
      LAST: encoded("Integer", "LAST", uint(8)),
    };
    assert.deepEqual(valuesOf(types, "02 0102 010203 04050607 0809 ff"), {
      ...{ n: 2, pair_x: 1, pair_y: 2, three: [1, 2, 3] },
      ...{ pairs_0_x: 4, pairs_0_y: 5, pairs_1_x: 6, pairs_1_y: 7, more: [8, 9], last: 255 },
    });
  });

  it("give the packet its time, where one has an epoch", () => {
    const time = (name: string, scale: string, reference: string): string =>
      `<AbsoluteTimeParameterType name="${name}_T"><Encoding scale="${scale}">${uint(name === "T" ? 32 : 16)}</Encoding><ReferenceTime>${reference}</ReferenceTime></AbsoluteTimeParameterType>`;
    const types = {
      T: time("T", "1", "<Epoch>1980-01-06</Epoch>"),
      MS: time("MS", "0.001", '<OffsetFrom parameterRef="T"/>'),
    };
    const { decode, leftOut } = imported("xtce", packetOf(types));
    assert.deepEqual(leftOut, []);
    assert.equal(decode(packet("00000001 01f4")).time, Date.UTC(1980, 0, 6) / 1000 + 1.5);
  });
});

describe("names of XTCE", () => {
  it("are found in the space systems around, which become subsystems, and the same metric twice gets another name", () => {
    const sub = `<SpaceSystem name="Power"><TelemetryMetaData><ParameterTypeSet/><ParameterSet>${parameter("Temp", "U8")}</ParameterSet><ContainerSet>
      ${container("Hk", entries("Temp", "Temp"), basedOn("/Test/CCSDS", comparison("/Test/H3", 9)))}</ContainerSet></TelemetryMetaData></SpaceSystem>`;
    const text = xtce({ types: integer("U8", 8) }).replace(
      "</TelemetryMetaData>\n</SpaceSystem>",
      `</TelemetryMetaData>${sub}</SpaceSystem>`,
    );
    const { notes, decode, text: dictionary } = imported("xtce", text);
    assert.deepEqual(notes, ["Parameter Temp: the name temp is taken; in hk it is temp_2"]);
    assert.match(dictionary, /subsystem: power\n/);
    assert.deepEqual(decode(packet("0102", 9)).values, { temp: 1, temp_2: 2 });
  });

  it("of references that lead nowhere are said, and cost what is behind them", () => {
    const { leftOut, decode } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8),
        parameters: parameter("A", "U8") + parameter("B", "NO"),
        containers: container("P", entries("A", "B", "GONE", "A"), apid7),
      }),
    );
    assert.deepEqual(leftOut, [
      "Parameter B: its type NO is not in the file",
      "ParameterRefEntry GONE of P: is not in the file",
      "Parameter B: its length is not known; so A behind it cannot be placed",
    ]);
    assert.deepEqual(decode(packet("07")).values, { a: 7 });
  });

  it("of derived parameters and algorithms are said", () => {
    const derived =
      '<Parameter name="D" parameterTypeRef="U8"><ParameterProperties dataSource="derived"/></Parameter>';
    const { leftOut } = imported(
      "xtce",
      xtce({
        types: integer("U8", 8),
        parameters: parameter("A", "U8") + derived,
        containers: container("P", entries("A"), apid7),
        more: '<AlgorithmSet><CustomAlgorithm name="X"/></AlgorithmSet>',
      }),
    );
    assert.deepEqual(leftOut, [
      "CustomAlgorithm X: it is code",
      "Parameter D: is derived, and no algorithm computes it",
    ]);
  });
});

describe("files that are no XTCE", () => {
  const deep = "<a>".repeat(300) + "</a>".repeat(300);
  const bomb = `<!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><SpaceSystem name="x">&b;</SpaceSystem>`;
  for (const [what, text, expected] of [
    ["another root", "<Other/>", /its root is Other/],
    ["no XML", "{}", /not well-formed XML/],
    ["nothing", "", /not well-formed XML/],
    ["a document type with entities", bomb, /declares a document type/],
    ["an unknown entity", '<SpaceSystem name="x">&who;</SpaceSystem>', /not well-formed XML/],
    [
      "an external entity",
      '<!DOCTYPE a SYSTEM "file:///etc/passwd"><SpaceSystem name="x"/>',
      /declares a document type/,
    ],
    ["elements in one another without end", deep, /more than 200 elements in one another/],
    ["20,000 of them", "<a>".repeat(20_000), /more than 200 elements in one another/],
    ["a cut end", xtce({}).slice(0, 300), /not well-formed XML/],
    ["no container", '<SpaceSystem name="x"/>', /has no SequenceContainer/],
  ] as const) {
    it(`are refused: ${what}`, () =>
      assert.throws(
        () => imported("xtce", text),
        (error) => error instanceof ImportError && expected.test(error.message),
      ));
  }

  it("that contain themselves end", () => {
    const types =
      '<AggregateParameterType name="A_T"><MemberList><Member name="a" typeRef="A_T"/></MemberList></AggregateParameterType>';
    const file = xtce({
      types: types + integer("U8", 8),
      parameters: parameter("A", "A_T") + parameter("B", "U8"),
      containers:
        container("P", entries("B", "A"), apid7) +
        container("X", entries("B"), basedOn("Y")) +
        container("Y", `${entries("B")}<ContainerRefEntry containerRef="Y"/>`, basedOn("X")),
    });
    const { leftOut } = imported("xtce", file);
    assert.match(leftOut.join(), /its type contains itself/);
  });
});
