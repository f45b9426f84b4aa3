import assert from "node:assert/strict";
import { dictionaryWith, number, problemsOf } from "../packets/dictionaryOf";

const text = { name: "message", description: "d", type: "string", bytes: 8, hidden: true };
const level = number("level", 8, { hidden: true });
const state = {
  ...{ name: "kind", description: "d", type: "enumeration", bits: 8 },
  states: { "0": "FINE", "1..9": "BAD", other: "ODD" },
};
const event = (source: unknown, more: object = {}): Readonly<Record<string, unknown>> => ({
  ...{ period: undefined, event: source, parameters: [text, level, state] },
  ...more,
});

describe("the key event of a packet", () => {
  it("makes a period needless, and its packets are never overdue", () => {
    const [packet] = dictionaryWith([event({ message: "message" })]).packets;
    assert.equal(packet?.periodSeconds, Infinity);
    assert.equal(dictionaryWith([event({ message: "message" }, { period: 3 })]).packets[0]?.periodSeconds, 3);
  });

  it("takes levels by number, range, state and other", () => {
    const of = (field: string, levels: object): unknown =>
      dictionaryWith([event({ message: "message", severity: { field, levels } })]).packets[0]?.events[0]
        ?.severity;
    assert.deepEqual(
      Object.entries(of("level", { 1: "debug", "2..5": "error", other: "critical" }) ?? {}).slice(1),
      [
        [
          "levels",
          [
            { from: 1, to: 1, severity: "debug" },
            { from: 2, to: 5, severity: "error" },
          ],
        ],
        ["other", "critical"],
      ],
    );
    assert.deepEqual(Object.entries(of("kind", { FINE: "info", BAD: "error" }) ?? {}).slice(1), [
      [
        "levels",
        [
          { from: 0, to: 0, severity: "info" },
          { from: 1, to: 9, severity: "error", value: 1 },
        ],
      ],
      ["other", undefined],
    ]);
  });

  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    [
      "without anything to say",
      { severity: "info" },
      /packets\[0\]\.event: needs a message, a text or an id/,
    ],
    [
      "by a field that is not there",
      { message: "massage" },
      /event\.message: massage is no field of this packet/,
    ],
    ["by a number as a message", { message: "level" }, /event\.message: level is no string/],
    ["of an unknown severity", { id: "level", severity: "fatal" }, /must be one of debug, info, warning/],
    [
      "of a severity that is no number",
      { id: "level", severity: { field: "message", levels: { 1: "info" } } },
      /event\.severity\.field: message is no whole number/,
    ],
    [
      "with a state that is none",
      { id: "kind", severity: { field: "kind", levels: { WORSE: "info" } } },
      /event\.severity\.levels\.WORSE: WORSE is no state of kind: FINE, BAD, ODD/,
    ],
    [
      "with the state of all others by its name",
      { id: "kind", severity: { field: "kind", levels: { ODD: "info" } } },
      /levels\.ODD: ODD is all other numbers of kind: write other/,
    ],
    [
      "with a range that begins above its end",
      { id: "kind", severity: { field: "kind", levels: { "5..1": "info" } } },
      /levels\.5\.\.1: the range begins above its end/,
    ],
    [
      "in a list",
      [{ message: "message" }, { id: "none" }],
      /event\[1\]\.id: none is no field of this packet/,
    ],
  ];
  for (const [what, source, expected] of refused) {
    it(`is refused ${what}, with its place`, () => {
      assert.match(problemsOf([event(source)]), expected);
    });
  }

  it("reports all its problems at once", () => {
    const problems = problemsOf([event({ message: "level", source: "a", values: ["message", "b"] })]);
    assert.deepEqual(
      problems.split("\n").map((line) => line.replace(/^[^ ]+ packets\[0\]\.event\./, "")),
      [
        "message: level is no string",
        "source: a is no field of this packet",
        "values[1]: b is no field of this packet",
      ],
    );
  });
});
