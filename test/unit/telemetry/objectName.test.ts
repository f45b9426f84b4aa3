import assert from "node:assert/strict";
import * as fc from "fast-check";
import { objectName } from "../../../telemetry/objectName";

const longest = 40;
const prefix = "perigee-subsystem-";

/** Identifiers of a dictionary, many of them alike: in their first letters, or but for underscores. */
const identifier = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9_]{0,63}$/),
  fc.stringMatching(/^[a-z][ab_]{0,6}$/),
  fc.stringMatching(/^reaction_wheel_assembly_[ab_]{1,30}$/),
);
const part = fc.oneof(
  fc.constant(""),
  fc.stringMatching(/^[01]{1,8}$/),
  fc.integer({ min: 2, max: 999 }).map(String),
);
const identifiers = fc.uniqueArray(fc.tuple(identifier, part), {
  minLength: 2,
  maxLength: 200,
  selector: String,
});

describe("the name of an object", () => {
  it("is valid for Kubernetes and Grafana, whatever the identifier", () => {
    fc.assert(
      fc.property(identifier, part, (name, suffix) => {
        assert.match(objectName(prefix, name, longest, suffix), /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
      }),
    );
  });

  it("is another for every other identifier or part", () => {
    fc.assert(
      fc.property(identifiers, (all) => {
        const names = all.map(([name, suffix]) => objectName(prefix, name, longest, suffix));
        assert.equal(new Set(names).size, names.length);
      }),
    );
  });

  it("stays another where an identifier is written like a cut name or a part", () => {
    const cut = objectName(prefix, "a".repeat(64), longest);
    const written = cut.slice(prefix.length).replaceAll("-", "_");
    assert.notEqual(objectName(prefix, written, longest), cut);
    assert.notEqual(objectName(prefix, "power__2", longest), objectName(prefix, "power", longest, "2"));
  });

  it("is the identifier with - for _ where that is valid and short enough", () => {
    assert.equal(objectName(prefix, "reaction_wheels", longest), "perigee-subsystem-reaction-wheels");
    assert.equal(objectName("perigee-states", "", longest), "perigee-states");
  });
});
