import assert from "node:assert/strict";
import fc from "fast-check";
import {
  inAddress,
  inQuery,
  interpolate,
  inText,
  type VariableValue,
} from "../../../../../lab/supply/viewer/model/interpolate";

const values: Readonly<Record<string, VariableValue>> = {
  spacecraft: "perigee-1",
  several: ["a.b", "c"],
  one: ["a+b"],
  odd: 'say "hi"\\',
};
const lookup = (name: string): VariableValue | undefined => values[name];
const query = (text: string): string => interpolate(text, lookup, inQuery);

describe("variables in texts of a dashboard", () => {
  it("are replaced in each of their spellings, and left alone when they are unknown", () => {
    assert.equal(query('x{s="$spacecraft"} ${spacecraft}'), 'x{s="perigee-1"} perigee-1');
    assert.equal(query("$unknown ${unknown:csv} $ $1.5 costs"), "$unknown ${unknown:csv} $ $1.5 costs");
  });

  it("become alternatives of a regular expression in a query, escaped for the string around it", () => {
    assert.equal(query('x{s=~"$several"}'), 'x{s=~"(a\\\\.b|c)"}');
    assert.equal(query("$one"), "a\\\\+b");
    assert.equal(query("$odd"), 'say \\"hi\\"\\\\');
  });

  it("take the format that they name", () => {
    const formatted = (format: string): string => query(`\${several:${format}}`);
    const expected = {
      ...{ csv: "a.b,c", pipe: "a.b|c", glob: "{a.b,c}", regex: "(a\\.b|c)", raw: "a.b,c", text: "a.b, c" },
      ...{
        json: '["a.b","c"]',
        singlequote: "'a.b','c'",
        doublequote: '"a.b","c"',
        percentencode: "a.b%2Cc",
      },
    };
    for (const [format, text] of Object.entries(expected)) assert.equal(formatted(format), text, format);
    assert.equal(query("${spacecraft:regex}"), "perigee-1");
  });

  it("give a path to who knows the value", () => {
    const seen: string[] = [];
    const text = interpolate(
      "${__field.labels.job} ${__value.raw}",
      (name, path) => {
        seen.push(`${name} ${path}`);
        return "v";
      },
      inText,
    );
    assert.equal(text, "v v");
    assert.deepEqual(seen, ["__field labels.job", "__value raw"]);
  });

  it("cannot end a string of a query, whatever they hold", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const text = interpolate('"$v"', () => value, inQuery);
        assert.match(text, /^"(?:[^"\\]|\\.)*"$/s);
      }),
    );
  });

  it("cannot leave their parameter of an address", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (value) => {
        const text = interpolate("/d/x?var-a=$v", () => value, inAddress);
        assert.equal(new URL(text, "http://host").searchParams.get("var-a"), value);
      }),
    );
  });
});
