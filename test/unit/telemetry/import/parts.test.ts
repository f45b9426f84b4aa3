import assert from "node:assert/strict";
import fc from "fast-check";
import { isUnit } from "../../../../telemetry/dictionary";
import {
  complement,
  contains,
  intersection,
  type Intervals,
  union,
} from "../../../../telemetry/import/intervals";
import { freeName, identifierOf, stateNameOf } from "../../../../telemetry/import/names";
import { unitNameOf } from "../../../../telemetry/import/unitNames";

describe("names of a definition", () => {
  for (const [written, expected] of [
    ["BATT_V", "batt_v"],
    ["cmdDisp", "cmd_disp"],
    ["SHCOARSE", "shcoarse"],
    ["CommandsDispatched", "commands_dispatched"],
    ["FGx_-4.7VHK", "fgx_4_7vhk"],
    ["TEMPÉRATURE", "temperature"],
    ["1st", "field_1st"],
    ["電圧", "field"],
  ] as const) {
    it(`become identifiers: ${written} is ${expected}`, () =>
      assert.equal(identifierOf(written, "field"), expected));
  }

  it("are always identifiers and states that a dictionary takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 100 }), fc.integer(), (written, number) => {
        assert.match(identifierOf(written, "field"), /^[a-z][a-z0-9_]{0,63}$/);
        assert.match(stateNameOf(written, number), /^[A-Z][A-Z0-9_]{0,63}$/);
      }),
    );
  });

  it("that are taken get the first free number, also where they are as long as can be", () => {
    const taken = new Set(["a", "a_2", "b".repeat(64)]);
    assert.equal(
      freeName("a", (name) => taken.has(name)),
      "a_3",
    );
    assert.equal(
      freeName("b".repeat(64), (name) => taken.has(name)),
      `${"b".repeat(62)}_2`,
    );
  });
});

describe("units of a definition", () => {
  for (const [written, expected] of [
    ["Volts", "V"],
    ["deg C", "degC"],
    ["°C", "degC"],
    ["µA", "uA"],
    ["%", "%"],
    ["RPM", "rpm"],
    ["m/s", "m/s"],
    ["counts", "count"],
    ["", "count"],
    [undefined, "count"],
    // One letter may mean two things: it is not guessed.
    ["C", { suffix: "c", symbol: "C" }],
    ["g", { suffix: "g", symbol: "g" }],
    ["grams", "g"],
    ["cnts", "count"],
    ["GPS Week", { suffix: "gps_week", symbol: "GPS Week" }],
    ["foo/bar", { suffix: "foo_per_bar", symbol: "foo/bar" }],
    ["__proto__", { suffix: "proto", symbol: "__proto__" }],
    ["constructor", { suffix: "constructor", symbol: "constructor" }],
    ["sample count", { suffix: "sample_count_unit", symbol: "sample count" }],
  ] as const) {
    it(`are known or the mission's own: ${written ?? "none"}`, () =>
      assert.deepEqual(unitNameOf(written), expected));
  }

  it("are always what a dictionary takes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (written) => {
        const unit = unitNameOf(written);
        if (typeof unit === "string") assert.ok(isUnit(unit));
        else {
          assert.match(unit.suffix, /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/);
          assert.doesNotMatch(unit.suffix, /(?:^|_)(?:total|bucket|count|sum|info|created)$/);
          assert.ok(unit.symbol.length > 0 && unit.symbol.length <= 16);
        }
      }),
    );
  });
});

describe("sets of numbers", () => {
  const set: fc.Arbitrary<Intervals> = fc
    .array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.nat(5)), { maxLength: 5 })
    .map((all) => all.reduce<Intervals>((one, [from, size]) => union(one, [{ from, to: from + size }]), []));

  it("are joined, cut and turned round as their members are", () => {
    fc.assert(
      fc.property(set, set, fc.integer({ min: -20, max: 20 }), (a, b, number) => {
        const [inA, inB] = [contains(a, number), contains(b, number)];
        assert.equal(contains(union(a, b), number), inA || inB);
        assert.equal(contains(intersection(a, b), number), inA && inB);
        assert.equal(contains(complement(a), number), !inA);
      }),
    );
  });
});
