import assert from "node:assert/strict";
import * as fc from "fast-check";
import { nearest } from "../../../settings/nearest";
import { nearest as nearestOfDictionary } from "../../../telemetry/issueMessage";

describe("the guess at a mistyped name", () => {
  const known = ["count", "diskGiB", "workers", "adminCidrs", "edit", "view", "cpu", "V"];
  for (const [given, meant] of [
    ["cuont", "count"],
    ["disk", "diskGiB"],
    ["workres", "workers"],
    ["adminCidr", "adminCidrs"],
    ["ADMINCIDRS", "adminCidrs"],
    ["cpus", "cpu"],
    ["v", "V"],
    ["gpus", undefined],
    ["admin", "adminCidrs"],
    ["owner", undefined],
    ["x", undefined],
    ["", undefined],
  ] as const) {
    it(`is ${meant ?? "none"} for ${given === "" ? "nothing" : given}`, () =>
      assert.equal(nearest(given, known), meant));
  }

  it("is none of names that have nothing in common: a role is not another one", () => {
    assert.equal(nearest("admin", ["view", "deploy", "edit"]), undefined);
  });

  it("is the same for settings and dictionaries", () => {
    const word = fc.string({ maxLength: 8, unit: fc.constantFrom(..."abcAB1-") });
    fc.assert(
      fc.property(word, fc.array(word), (name, words) => {
        assert.equal(nearest(name, words), nearestOfDictionary(name, words));
      }),
    );
  });
});
