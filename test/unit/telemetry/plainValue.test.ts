import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { defaultDictionaryText } from "../../../telemetry/dictionary";
import { parseWithPlaces } from "../../../telemetry/dictionary/document";
import { plainValue } from "../../../telemetry/dictionary/plainValue";
import { largeDictionaryText } from "../../support/telemetry/largeDictionary";

const everyForm = `a: "x
  y"
b: 'it''s

  z'
c: |
  l1
   l2

d: >-
  f1
  f2

   f3
e: plain
  more
f: { a: 1, "b": [x, y z, {q: }], c }
g:
- 1
-   - 2.5e3
    - x: ~
      0x1f: on
- # a comment
  .5
`;

const texts = {
  "Perigee's": defaultDictionaryText(),
  "the example's": readFileSync("examples/own-dictionary/cubesat.yaml", "utf8"),
  "a large one": largeDictionaryText({ subsystems: 1, packetsEach: 2, parametersEach: 10 }),
  "one in every form": everyForm,
  "one in JSON": JSON.stringify({ name: "n", packets: [{ apid: 1, period: 1e-3, note: "\u00e9\n" }] }),
};

/** What a hand, or a broken disk, puts into a text. */
const pieces = [
  ...[
    "\n",
    " ",
    "  ",
    "\n\n",
    "\n  ",
    "\r\n",
    "\t",
    "- ",
    ": ",
    ":",
    "? ",
    "{",
    "}",
    "[",
    "]",
    ",",
    '"',
    "'",
  ],
  ...["#", " #", "|", ">", "|-\n", ">+\n", "&a ", "*a", "!", "!!str ", "%", "@", "`", "---\n", "...\n"],
  ...["0", "01", "0o7", "1e3", "+1", "null", "~", "\\", "\\\n", "<<: ", "__proto__: 1", "é", "\uD800", "\0"],
  ...["\u2028", "\u0085", "\uFEFF"],
];

/** Part of a text, from the beginning of a line, with pieces put in and letters left out. */
const damaged = fc
  .record({
    text: fc.constantFrom(...Object.values(texts)),
    from: fc.nat(3000),
    length: fc.integer({ min: 20, max: 900 }),
    damages: fc.array(
      fc.record({ at: fc.nat(900), without: fc.nat(3), piece: fc.constantFrom("", ...pieces) }),
      { maxLength: 4 },
    ),
  })
  .map(({ text, from, length, damages }) => {
    const start = text.lastIndexOf("\n", from % text.length) + 1;
    return damages.reduce(
      (part, { at, without, piece }) => part.slice(0, at) + piece + part.slice(at + without),
      text.slice(start, start + length),
    );
  });

describe("the value of a YAML text without its places", () => {
  for (const [whose, text] of Object.entries(texts)) {
    for (const [how, written] of [
      ["", text],
      [", with the line ends of Windows", text.replaceAll("\n", "\r\n")],
    ] as const) {
      it(`is that of the document, for ${whose}${how}`, () => {
        assert.deepEqual(plainValue(written), parseWithPlaces(written, "x").value);
      });
    }
  }

  it("is that of a document without errors, or there is none, whatever was done to a text", () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const value = plainValue(text);
        if (value !== undefined) assert.deepEqual(value, parseWithPlaces(text, "x").value);
      }),
      { numRuns: 1000 },
    );
  });

  for (const [what, text] of [
    ["a key behind a closing bracket", "a:\n- { b: 1 }c: 2\n"],
    ["a quoted key behind a closing bracket", 'a:\n- [1]"c": 2\n'],
    ["an indented beginning of a document", " ---\n a: 1\n"],
    ["an end of a document before it", "...\n a: 1\n"],
    ["a second document", "a: 1\n---\nb: 2\n"],
    ["an empty line behind a backslash", 'a: "x\\\n\n  y"\n'],
    ["a tab", "a:\t1\n"],
    ["a directive", "%YAML 1.1\n---\na: yes\n"],
    ["a tag", "a: !!str 1\n"],
    ["an anchor and its alias", "a: &b 1\nc: *b\n"],
    ["a key that is there already", "a: 1\na: 2\n"],
    ["a number in another spelling", '"01": a\n1: b\n'],
    ["an empty key", "~: 1\n"],
    ["a list as a key", "? [a]\n: 1\n"],
    ["a key of every object", "__proto__: { a: 1 }\n"],
    ["no map", "- a\n"],
    ["nothing", ""],
    ["hundreds of brackets", `a: ${"[".repeat(200)}${"]".repeat(200)}`],
  ] as const) {
    it(`is left to the document for ${what}`, () => assert.equal(plainValue(text), undefined));
  }

  it("takes a fraction of the time that a document takes", () => {
    const text = largeDictionaryText({ subsystems: 4, packetsEach: 3, parametersEach: 50 });
    const secondsFor = (read: () => unknown): number => {
      const start = process.cpuUsage();
      read();
      return process.cpuUsage(start).user / 1e6;
    };
    const least = (read: () => unknown): number => Math.min(...[1, 2, 3].map(() => secondsFor(read)));
    const [alone, document] = [least(() => plainValue(text)), least(() => parseWithPlaces(text, "x"))];
    assert.ok(alone < document / 2, `${alone} s, a document ${document} s`);
  }).timeout(30_000);
});
