import assert from "node:assert/strict";
import fc from "fast-check";
import { compileFormula } from "../../../../telemetry/dictionary/formula/compile";
import { FormulaError, parseFormula } from "../../../../telemetry/dictionary/formula/expression";
import { functions, operators } from "../../../../telemetry/dictionary/formula/functions";

const inputs = { a: 4.5, b: -2.5, c: 3 } as const;
type Name = keyof typeof inputs;

/** Value of a formula of a, b and c. */
function valueOf(text: string): number {
  const { expression, names } = parseFormula(text, {
    problem: (name) => (Object.hasOwn(inputs, name) ? undefined : `${name} is not known`),
    state: (name, state) => (state === "ON" ? 3 : `${state} is no state of ${name}`),
  });
  return compileFormula(expression)(Float64Array.from(names, (name) => inputs[name as Name]));
}

function problemsOf(text: string): string {
  try {
    valueOf(text);
    return "";
  } catch (error) {
    if (error instanceof FormulaError) return error.message;
    throw error;
  }
}

/** Random formula beside its value, computed by the model. */
const tree = fc.letrec<{ node: { text: string; value: number } }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(...(Object.keys(inputs) as Name[])).map((name) => ({ text: name, value: inputs[name] })),
    fc.integer({ min: 0, max: 1000 }).map((n) => ({ text: String(n / 8), value: n / 8 })),
    fc
      .record({ sign: fc.constantFrom("+", "-", "*", "/"), left: tie("node"), right: tie("node") })
      .map(({ sign, left, right }) => ({
        text: `(${left.text} ${sign} ${right.text})`,
        value:
          sign === "+"
            ? left.value + right.value
            : sign === "-"
              ? left.value - right.value
              : sign === "*"
                ? left.value * right.value
                : left.value / right.value,
      })),
    fc.record({ test: tie("node"), yes: tie("node"), no: tie("node") }).map(({ test, yes, no }) => ({
      text: `(${test.text} > 1 ? ${yes.text} : ${no.text})`,
      value: test.value > 1 ? yes.value : no.value,
    })),
    fc.record({ first: tie("node"), second: tie("node") }).map(({ first, second }) => ({
      text: `max(abs(${first.text}), ${second.text})`,
      value: Math.max(Math.abs(first.value), second.value),
    })),
  ),
}));

describe("formulas", () => {
  it("give what a model computes", () => {
    fc.assert(
      fc.property(tree.node, ({ text, value }) => {
        fc.pre(text.length < 1000);
        assert.ok(Object.is(valueOf(text), value) || valueOf(text) === value, text);
      }),
    );
  });

  for (const [text, value] of [
    ["1 + 2 * 3 ** 2", 19],
    ["2 ** 3 ** 2", 512],
    ["-a + 2e-1", -4.3],
    ["a > 4 && b < 0 || c == 1", 1],
    ["!(a > 4)", 0],
    ["a % 2", 0.5],
    ["c == 'ON' ? 1 : 0", 1],
    ['"ON" != c', 0],
    ["min(a, b, c) + max(a, b, c)", 2],
    ["round(a * 10) / 10", 4.5],
    ["ln(e) + log10(100) + log2(8)", 6],
    ["sin(rad(30))", 0.5],
    ["deg(pi)", 180],
    ["hypot(3, 4) + cbrt(27) + sqrt(16) + pow(2, 3)", 20],
    ["b > 0 ? ln(b) : 0", 0],
  ] as const) {
    it(`${text} is ${value}`, () =>
      assert.ok(Math.abs(valueOf(text) - value) < 1e-12, String(valueOf(text))));
  }

  for (const [text, problem] of [
    ["", /is empty/],
    ["a b", /more than one expression: an operator is missing/],
    ["a; b", /more than one expression/],
    ["1 +", /cannot be read: Expected expression after \+ at character 3/],
    ["a ^ 2", /has no operator \^; a power is written \*\*; there are \+, -/],
    ["a | 1", /has no operator \|/],
    ["log(a)", /has no function log; write ln or log10; there are abs,/],
    ["sqrt(a, b)", /sqrt takes 1 values, not 2/],
    ["max()", /max takes 1 to 16 values, not 0/],
    ["-a ** 2", /has a sign before \*\*: write -\(x \*\* 2\), or pow\(-x, 2\)/],
    ["b < a < c", /compares three values at once/],
    ["c == 'OFF'", /OFF is no state of c/],
    ["'text' + 1", /'text' is no number/],
    ["a = 1", /cannot be read/],
    ["d + f", /d is not known; f is not known/],
  ] as const) {
    it(`${JSON.stringify(text)} is refused, and why`, () => assert.match(problemsOf(text), problem));
  }
});

describe("formulas reach nothing but numbers", () => {
  for (const text of [
    "a.constructor",
    "a.b.c",
    "a[0]",
    "a['constructor']",
    "constructor",
    "__proto__",
    "toString()",
    "hasOwnProperty(a)",
    "valueOf",
    "constructor(a)",
    "abs.constructor(a)",
    "abs(a)(b)",
    "this",
    "this.process",
    "[a]",
    "process.exit(1)",
    "Function('return 1')()",
    "true",
    "null",
    "a?.b",
    "`a`",
    "x => 1",
    "new Date()",
    "max(...a)",
    "/a/",
  ]) {
    it(`refuses ${text}`, () => assert.notEqual(problemsOf(text), ""));
  }

  it("refuses whatever is no formula, and never fails otherwise", () => {
    const words = [
      ...Object.keys(functions),
      ...Object.keys(operators),
      "a",
      "b",
      "(",
      ")",
      ",",
      ".",
      "[",
      "]",
      "'x'",
      "1",
    ];
    const noise = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...words), { maxLength: 20 }).map((all) => all.join(" ")),
    );
    fc.assert(
      fc.property(noise, (text) => {
        const problems = problemsOf(text);
        if (problems === "") assert.equal(typeof valueOf(text), "number");
      }),
      { numRuns: 500 },
    );
  });

  it("refuses brackets that are nested without end, in one line", () => {
    assert.match(problemsOf("(".repeat(500) + ")".repeat(500)), /./);
    assert.equal(valueOf("(".repeat(400) + "a" + ")".repeat(400)), 4.5);
  });
});
