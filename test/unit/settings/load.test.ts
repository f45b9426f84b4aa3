import assert from "node:assert/strict";
import { z } from "zod";
import { checkSettings, type SettingProblem, strictObject } from "../../../settings/load";

describe("a check that throws", () => {
  const schema = strictObject({
    wrong: z.int({ error: "a whole number" }),
    breaks: z.string().transform((): string => {
      throw new TypeError("quotes hunter2");
    }),
  });
  const throwing = (): SettingProblem[] => {
    throw new TypeError("quotes hunter2");
  };
  const finding = (): SettingProblem[] => [{ setting: "wrong", given: 1, problem: "does not fit" }];

  it("hides no other problem, and is told as a defect, without what it quotes", () => {
    const given = { wrong: "x", breaks: "y" };
    assert.throws(
      () => checkSettings("stack", schema, given, [throwing, finding]),
      ({ message }: Error) => {
        const [heading, ...lines] = message.split("\n");
        assert.equal(heading, "4 problems in the settings; nothing was changed:");
        assert.equal(lines[0], '  stack:wrong = "x": a whole number');
        assert.match(lines[1] ?? "", /stack:breaks: cannot be checked \(TypeError at .*defect of Perigee/);
        assert.match(lines[2] ?? "", /stack:throwing: cannot be checked \(TypeError at .*load\.test\.ts/);
        assert.equal(lines[3], "  stack:wrong = 1: does not fit");
        assert.doesNotMatch(message, /hunter2/);
        return true;
      },
    );
  });
});
