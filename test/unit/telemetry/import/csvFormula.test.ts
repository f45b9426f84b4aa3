import assert from "node:assert/strict";
import fc from "fast-check";
import { formulaOf } from "../../../../telemetry/import/csv/formula";
import { spacePacket } from "../packets/dictionaryOf";
import { imported } from "./xtceOf";

/** Value of a field of 8 bits with a conversion, in the unit of the file. */
const valueOf = (conversion: string, raw: number): unknown => {
  const quoted = `"${conversion}"`;
  const { decode, leftOut } = imported(
    "csv",
    `name,data_type,bit_length,conversion_formula\nV,uint,8,${quoted}\n`,
    {
      apids: [1],
    },
  );
  assert.deepEqual(leftOut, [], conversion);
  return decode(spacePacket(raw.toString(16).padStart(2, "0"))).values.v;
};

const near = (given: unknown, wanted: number): void =>
  assert.ok(
    typeof given === "number" && Math.abs(given - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)),
    `${String(given)}, not ${wanted}`,
  );

describe("formulas in CSV definitions", () => {
  for (const [conversion, raw, wanted] of [
    ["(0.5*x+3)/1000", 10, 0.008],
    ["x*0.0001*(180/3.14159265359)", 100, 0.01 * (180 / 3.14159265359)],
    ["(2E-2)*(X)^2 - (1.5)*(X)^1 + 7", 10, 2 - 15 + 7],
    ["iif(((x .gt. 4) .AND. (x .lt. 90)), LN(x)^2, 999)", 10, Math.log(10) ** 2],
    ["iif(((x .gt. 4) .AND. (x .lt. 90)), LN(x)^2, 999)", 90, 999],
    ["iif(x .le. 4 .or. x .ge. 90, 1, iif(x == 10, 2, 3))", 10, 2],
    ["10*LOG10(x)", 100, 20],
    ["2^-x", 3, 0.125],
    ["x^2^2", 2, 16],
    // A minus before a power is one of the power.
    ["-x^2", 3, -9],
    ["-(x+1)^2 + 1", 2, -8],
    ["5 - -x", 3, 8],
  ] as const) {
    it(`${conversion} of ${raw}`, () => near(valueOf(conversion, raw), wanted));
  }

  for (const text of [
    ...[
      "log(x)",
      "x + y",
      "x +",
      "(x",
      "x)",
      "sin",
      "sin(x",
      "iif(x, 1)",
      "2x",
      "1..2*x",
      "x ? 1 : 2",
      "x;1",
    ],
    ...["constructor(x)", "x.y", "5 + 3", "((".repeat(400), "x".repeat(2000)],
  ]) {
    it(`are not guessed: ${text.slice(0, 30)}`, () => assert.equal(formulaOf(text), undefined));
  }

  it("have the values of the same expression, however it is built", () => {
    interface Term {
      readonly text: string;
      readonly value: (x: number) => number;
    }
    const { tree } = fc.letrec<{ tree: Term; leaf: Term; node: Term }>((tie) => ({
      leaf: fc.oneof(
        fc.constant<Term>({ text: "x", value: (x) => x }),
        fc.integer({ min: 1, max: 9 }).map<Term>((n) => ({ text: `${n}.5E0`, value: () => n + 0.5 })),
      ),
      node: fc.oneof(
        fc.tuple(fc.constantFrom("+", "-", "*", "/"), tie("tree"), tie("tree")).map<Term>(([sign, a, b]) => ({
          text: `(${a.text}) ${sign} (${b.text})`,
          value: (x) => {
            const [left, right] = [a.value(x), b.value(x)];
            if (sign === "+") return left + right;
            if (sign === "-") return left - right;
            return sign === "*" ? left * right : left / right;
          },
        })),
        tie("tree").map<Term>((a) => ({ text: `-(${a.text})^2`, value: (x) => -(a.value(x) ** 2) })),
        fc.tuple(tie("tree"), tie("tree"), tie("tree")).map<Term>(([a, b, c]) => ({
          text: `iif((${a.text}) .GT. (${b.text}), ${b.text}, ${c.text})`,
          value: (x) => (a.value(x) > b.value(x) ? b.value(x) : c.value(x)),
        })),
      ),
      tree: fc.oneof({ maxDepth: 3 }, tie("leaf"), tie("node")),
    }));
    fc.assert(
      fc.property(
        tree.filter(({ text }) => text.includes("x") && text.length < 300),
        fc.integer({ min: 1, max: 255 }),
        ({ text, value }, x) => {
          const wanted = value(x);
          fc.pre(Number.isFinite(wanted));
          near(valueOf(text, x), wanted);
        },
      ),
      { numRuns: 60 },
    );
  });
});
