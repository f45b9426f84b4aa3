import assert from "node:assert/strict";
import fc from "fast-check";
import { spacePacket } from "../packets/dictionaryOf";
import { apid7, basedOn, comparison, container, entries, imported, integer, parameter, xtce } from "./xtceOf";

const packet = (hex: string): Buffer => spacePacket(hex, { apid: 7 });

const value = (number: number | string): string => `<ValueOperand>${number}</ValueOperand>`;
const operator = (sign: string): string =>
  `<Operator>${sign.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")}</Operator>`;
const input = (name: string, more = ""): string =>
  `<ParameterInstanceRefOperand parameterRef="${name}" ${more}/>`;
const triggers = (...list: readonly string[]): string =>
  `<TriggerSet>${list.map((name) => `<OnParameterUpdateTrigger parameterRef="${name}"/>`).join("")}</TriggerSet>`;
const algorithm = (output: string, parts: readonly string[], trigger = ""): string =>
  `<MathAlgorithm name="${output}_BY"><MathOperation outputParameterRef="${output}">${parts.join("")}${trigger}</MathOperation></MathAlgorithm>`;
const float = (name: string, more = ""): string =>
  `<FloatParameterType name="${name}">${more}</FloatParameterType>`;
const unit = (name: string): string => `<UnitSet><Unit>${name}</Unit></UnitSet>`;
const derivedParameter = (name: string, type: string, more = ""): string =>
  `<Parameter name="${name}" parameterTypeRef="${type}" ${more}><ParameterProperties dataSource="derived"/></Parameter>`;

/** Definition of a packet with the numbers A and B of 8 bits, and algorithms for OUT and others. */
const definition = ({
  algorithms,
  types = "",
  parameters = derivedParameter("OUT", "F"),
  containers = container("P", entries("A", "B"), apid7),
}: {
  algorithms: string;
  types?: string;
  parameters?: string;
  containers?: string;
}): ReturnType<typeof imported> =>
  imported(
    "xtce",
    xtce({
      types: integer("U8", 8) + float("F") + types,
      parameters: parameter("A", "U8") + parameter("B", "U8") + parameters,
      containers,
      more: `<AlgorithmSet>${algorithms}</AlgorithmSet>`,
    }),
  );

/** OUT of two bytes by an algorithm. */
const computed = (parts: readonly string[], a: number, b: number): unknown => {
  const { decode, leftOut } = definition({ algorithms: algorithm("OUT", parts) });
  assert.deepEqual(leftOut, []);
  return decode(packet(Buffer.from([a, b]).toString("hex"))).values.out;
};

describe("an algorithm of postfix operands", () => {
  it("becomes a derived parameter of the packet that has its inputs, with the output's unit and limits", () => {
    const alarm = `<DefaultAlarm><StaticAlarmRanges><WarningRange maxInclusive="50"/></StaticAlarmRanges></DefaultAlarm>`;
    const { text, leftOut, notes, decode } = definition({
      algorithms: algorithm("OUT", [input("A"), input("B"), operator("*")], triggers("A", "B")),
      types: float("POWER", unit("W") + alarm) + integer("V", 8, unit("V")) + integer("C", 8, unit("A")),
      parameters:
        derivedParameter("OUT", "POWER", 'shortDescription="Power of the bus"') +
        parameter("VOLTS", "V") +
        parameter("AMPS", "C"),
    });
    assert.deepEqual(leftOut, []);
    assert.deepEqual(
      notes.filter((each) => !each.includes("is in no container")),
      [
        "MathAlgorithm OUT_BY: its units do not fit: it does not give its unit: the units of what it uses make another one; the numbers are computed as the definition says",
      ],
    );
    assert.match(
      text,
      /description: Power of the bus\n\s+type: derived\n\s+formula: \(\(1 \* p\.a\) \* \(1 \* p\.b\)\)\n\s+unit: W/,
    );
    assert.match(text, /yellow:\n\s+high: 50/);
    assert.deepEqual(decode(packet("03 05")).values, { a: 3, b: 5, out: 15 });
  });

  it("whose units fit has a formula that the dictionary goes on checking", () => {
    const { text, notes, leftOut, decode } = definition({
      algorithms: algorithm("OUT", [input("VOLTS"), input("AMPS"), operator("*")]),
      types: float("POWER", unit("W")) + integer("V", 8, unit("V")) + integer("C", 8, unit("A")),
      parameters: derivedParameter("OUT", "POWER") + parameter("VOLTS", "V") + parameter("AMPS", "C"),
      containers: container("P", entries("VOLTS", "AMPS"), apid7),
    });
    assert.deepEqual([leftOut, notes.filter((each) => each.includes("unit"))], [[], []]);
    assert.match(text, /formula: \(p\.volts \* p\.amps\)/);
    assert.deepEqual(decode(packet("03 05")).values, { volts: 3, amps: 5, out: 15 });
  });

  it("computes as a stack of numbers does", () => {
    const kinds = fc.constantFrom(
      "+",
      "-",
      "*",
      "min",
      "max",
      "swap",
      "dup",
      "over",
      "abs",
      ">",
      "==",
      "&&",
      "!",
      "|",
      "&",
      "xor",
      "<<",
      "atan2",
      "div",
    );
    const part = fc.oneof(kinds, fc.integer({ min: -9, max: 99 }), fc.constantFrom("A", "B"));
    let whole = 0;
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), fc.nat(255), fc.nat(255), (parts, a, b) => {
        const expected = stackOf(parts, a, b);
        if (expected === undefined) return;
        whole++;
        const written = parts.map((each) =>
          typeof each === "number"
            ? value(each)
            : each === "A" || each === "B"
              ? input(each)
              : operator(each),
        );
        // What is computed from nothing belongs to no packet.
        const some = [input("A"), value(0), operator("*"), ...written, operator("+")];
        const found = computed(some, a, b);
        if (Number.isFinite(expected)) assert.equal(found, expected + 0);
        else assert.equal(found, undefined);
      }),
      { numRuns: 400 },
    );
    assert.ok(whole > 20);
  });

  for (const [what, parts, a, b, expected] of [
    ["the power of the upper operand to the lower one", [input("A"), input("B"), operator("y^x")], 2, 3, 9],
    ["the power of the lower operand to the upper one", [input("A"), input("B"), operator("^")], 2, 3, 8],
    [
      "the angle of which the upper operand is the ordinate",
      [input("A"), input("B"), operator("atan2")],
      0,
      1,
      Math.PI / 2,
    ],
    ["the quotient whose remainder is not negative", [value(-7), input("A"), operator("div")], 2, 0, -4],
    ["that by a negative number", [value(-7), value(0), input("A"), operator("-"), operator("div")], 2, 0, 4],
    ["bits to the right", [input("A"), input("B"), operator(">>")], 0xe7, 4, 0xe],
    ["hyperbolic functions", [input("A"), operator("asinh"), operator("sinh")], 3, 0, 3],
    ["numbers in hexadecimal", [input("A"), value("0x0f"), operator("&")], 0xe7, 0, 7],
  ] as const) {
    it(`has ${what}`, () => {
      const found = computed(parts, a, b);
      assert.ok(Math.abs(Number(found) - expected) < 1e-12, String(found));
    });
  }

  it("is computed from others that are computed, in whatever order they stand", () => {
    const { leftOut, decode } = definition({
      algorithms:
        algorithm("OUT", [input("HALF"), value(1), operator("+")]) +
        algorithm("HALF", [input("A"), value(2), operator("/")]),
      parameters: derivedParameter("OUT", "F") + derivedParameter("HALF", "F"),
    });
    assert.deepEqual(leftOut, []);
    assert.deepEqual(decode(packet("03 05")).values, { a: 3, b: 5, half: 1.5, out: 2.5 });
  });

  it("may stand at the end of a long row of others, or above a circle, which is named", () => {
    const step = (to: string, ...from: readonly string[]): string =>
      algorithm(to, [...from.map((name) => input(name)), ...from.slice(1).map(() => operator("+"))]);
    const row = Array.from({ length: 300 }, (_, i) => `R${i}`);
    const { leftOut, decode } = definition({
      algorithms:
        row.map((name, i) => step(name, row[i + 1] ?? "A")).join("") +
        step("X", "Y", "Y") +
        step("Y", "Z", "A") +
        step("Z", "Z", "A"),
      parameters: [...row, "X", "Y", "Z"].map((name) => derivedParameter(name, "F")).join(""),
    });
    assert.deepEqual(
      leftOut,
      ["X", "Y", "Z"].map((name) => `MathAlgorithm ${name}_BY: is computed from itself, or from one that is`),
    );
    assert.equal(decode(packet("03 05")).values.r0, 3);
  });

  it("belongs to each packet that has its inputs, or by names with the subsystem to two of them", () => {
    const both =
      container("ROOT", entries("A"), apid7, 'abstract="true"') +
      container("ONE", entries("B"), basedOn("ROOT", comparison("A", 1))) +
      container("TWO", entries("C", "B"), basedOn("ROOT", comparison("A", 2)));
    const { leftOut, decode, text } = definition({
      algorithms:
        algorithm("OUT", [input("A"), input("B"), operator("+")]) +
        algorithm("ACROSS", [input("A"), input("C"), operator("+"), input("OTHER"), operator("+")]),
      parameters:
        derivedParameter("OUT", "F") +
        derivedParameter("ACROSS", "F") +
        parameter("C", "U8") +
        parameter("OTHER", "U8"),
      containers: both + container("Q", entries("OTHER"), basedOn("CCSDS", comparison("H3", 8))),
    });
    assert.deepEqual(leftOut, []);
    assert.equal(decode(packet("01 05")).values.out, 6);
    assert.equal(decode(packet("02 07 05")).values.out, 7);
    assert.match(text, /formula: \(\(root\.a \+ two\.c\) \+ q\.other\)/);
  });

  it("has constants as numbers", () => {
    const { leftOut, decode } = definition({
      algorithms: algorithm("OUT", [input("A"), input("K"), operator("-")]),
      parameters:
        derivedParameter("OUT", "F") +
        '<Parameter name="K" parameterTypeRef="F" initialValue="-2.5"><ParameterProperties dataSource="constant"/></Parameter>',
    });
    assert.deepEqual(leftOut, []);
    assert.equal(decode(packet("03 05")).values.out, 5.5);
  });

  it("may be a number of members of structures", () => {
    const { leftOut, decode } = definition({
      algorithms: algorithm("OUT", [input("S[1].X"), input("S.0.X"), operator("-")]),
      types:
        '<AggregateParameterType name="AGG"><MemberList><Member name="X" typeRef="U8"/><Member name="Y" typeRef="U8"/></MemberList></AggregateParameterType>' +
        '<ArrayParameterType name="LIST" arrayTypeRef="AGG"><DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>1</FixedValue></EndingIndex></Dimension></DimensionList></ArrayParameterType>',
      parameters: derivedParameter("OUT", "F") + parameter("S", "LIST"),
      containers: container("P", entries("S"), apid7),
    });
    assert.deepEqual(leftOut, []);
    assert.equal(decode(packet("01 02 09 04")).values.out, 8);
  });
});

describe("an algorithm that a dictionary cannot have", () => {
  const refused = (parts: readonly string[], more: Partial<Parameters<typeof definition>[0]> = {}): string =>
    definition({ algorithms: algorithm("OUT", parts), ...more }).leftOut.join("\n");

  for (const [what, parts, expected] of [
    [
      "an operator without a formula",
      [input("A"), operator("x!")],
      /MathAlgorithm OUT_BY: a formula with Operator x!: OUT is not computed/,
    ],
    ["too few operands", [input("A"), operator("+")], /a formula with Operator \+/],
    ["operands that are left", [input("A"), input("B")], /leaves no single value/],
    ["an earlier value", [input("A", 'instance="-1"')], /an earlier value of A/],
    ["a parameter that is nowhere", [input("NO")], /a formula of NO, which is not in the file/],
    [
      "the primary header",
      [input("H5")],
      /is computed from H5, which is in no packet, or in the primary header/,
    ],
    ["itself", [input("OUT"), value(1), operator("+")], /is computed from itself/],
    ["no parameter", [value(3)], /is computed from no parameter/],
    [
      "operands without an end",
      [input("A"), ...Array.from({ length: 60 }, () => [operator("dup"), operator("*")]).flat()],
      /too long/,
    ],
  ] as const) {
    it(`because of ${what} is named, and the rest is there`, () => assert.match(refused(parts), expected));
  }

  it("because of its output is named", () => {
    const half = [input("A"), value(2), operator("/")];
    const text = '<StringParameterType name="TEXT"/>';
    assert.match(
      refused(half, { types: text, parameters: derivedParameter("OUT", "TEXT") }),
      /its output OUT, which is no number/,
    );
    assert.match(refused(half, { parameters: "" }), /its output OUT is not in the file/);
    assert.match(refused(half, { algorithms: algorithm("A", half) }), /its output A is in a container too/);
    const twice = algorithm("OUT", half) + algorithm("OUT", half);
    assert.match(refused(half, { algorithms: twice }), /that of another algorithm too/);
    const enumerated =
      '<EnumeratedParameterType name="E"><EnumerationList><Enumeration value="0" label="Off"/></EnumerationList></EnumeratedParameterType>';
    assert.match(
      refused(half, { types: enumerated, parameters: derivedParameter("OUT", "E") }),
      /the states of OUT: it is a number/,
    );
  });

  it("because of a raw number or a state is named", () => {
    const calibrated =
      '<FloatParameterType name="CAL"><IntegerDataEncoding sizeInBits="8"><DefaultCalibrator><PolynomialCalibrator><Term exponent="1" coefficient="2"/></PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding></FloatParameterType>';
    const ranged =
      '<EnumeratedParameterType name="R"><IntegerDataEncoding sizeInBits="8"/><EnumerationList><Enumeration value="0" maxValue="9" label="Low"/></EnumerationList></EnumeratedParameterType>';
    const of = (type: string, more: string): string =>
      refused([input("C", more)], {
        types: calibrated + ranged,
        parameters: derivedParameter("OUT", "F") + parameter("C", type),
        containers: container("P", entries("C"), apid7),
      });
    assert.match(of("CAL", 'useCalibratedValue="false"'), /the raw number of C, which is calibrated/);
    assert.equal(of("CAL", ""), "");
    assert.match(of("R", ""), /C, which is a state/);
  });

  it("because it is code is named with what it computes", () => {
    const code =
      '<CustomAlgorithm name="FILTER"><AlgorithmText language="Python">return 1</AlgorithmText><OutputSet><OutputParameterRef parameterRef="OUT"/></OutputSet></CustomAlgorithm>';
    assert.equal(
      refused([], { algorithms: code }),
      "CustomAlgorithm FILTER: it is code (Python); OUT is not computed",
    );
  });

  it("says a note where its triggers are not its inputs", () => {
    const timer = '<TriggerSet><OnPeriodicRateTrigger fireRateInSeconds="5"/></TriggerSet>';
    const { notes, leftOut } = definition({ algorithms: algorithm("OUT", [input("A")], timer) });
    assert.deepEqual(leftOut, []);
    assert.deepEqual(notes, [
      "MathAlgorithm OUT_BY: is computed whenever an input comes, not by its OnPeriodicRateTrigger",
    ]);
  });
});

/** Single value that a row of operands and operators leaves on a stack; undefined: there is none. */
function stackOf(parts: readonly (string | number)[], a: number, b: number): number | undefined {
  const values: number[] = [];
  for (const part of parts) {
    if (typeof part === "number") values.push(part);
    else if (part === "A" || part === "B") values.push(part === "A" ? a : b);
    else {
      const isSingle = ["abs", "!", "dup"].includes(part);
      const y = values.pop();
      const x = isSingle ? 0 : values.pop();
      if (x === undefined || y === undefined) return undefined;
      values.push(...stepOf(part, x, y));
    }
  }
  return values.length === 1 ? values[0] : undefined;
}

function stepOf(part: string, x: number, y: number): number[] {
  const bits = (of: (p: bigint, q: bigint) => bigint): number =>
    [x, y].every((each) => Number.isSafeInteger(each) && each >= 0) ? Number(of(BigInt(x), BigInt(y))) : NaN;
  switch (part) {
    case "+":
      return [x + y];
    case "-":
      return [x - y];
    case "*":
      return [x * y];
    case "min":
      return [Math.min(x, y)];
    case "max":
      return [Math.max(x, y)];
    case "swap":
      return [y, x];
    case "dup":
      return [y, y];
    case "over":
      return [x, y, x];
    case "abs":
      return [Math.abs(y)];
    case "!":
      return [y === 0 ? 1 : 0];
    case ">":
      return [x > y ? 1 : 0];
    case "==":
      return [x === y ? 1 : 0];
    case "&&":
      return [x !== 0 && y !== 0 ? 1 : 0];
    case "|":
      return [bits((p, q) => p | q)];
    case "&":
      return [bits((p, q) => p & q)];
    case "xor":
      return [bits((p, q) => p ^ q)];
    case "<<":
      return [Math.trunc(x) * 2 ** y];
    case "atan2":
      return [Math.atan2(y, x)];
    default: {
      // Euclid's division: the remainder is the smallest that is not negative.
      const rest = ((x % Math.abs(y)) + Math.abs(y)) % Math.abs(y);
      return [Math.round((x - rest) / y)];
    }
  }
}
