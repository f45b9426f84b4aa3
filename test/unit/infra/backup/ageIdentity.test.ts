import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { deriveAgeIdentity, parseAgeIdentity } from "../../../../infra/backup/ageIdentity";
import { debianProgram } from "../../../support/debianProgram";

const seeds = fc
  .uint8Array({ minLength: 32, maxLength: 64 })
  .map((bytes) => Buffer.from(bytes).toString("base64"));

describe("the age identity of a cluster", () => {
  it("is always the same for the same seed, and another for another", () => {
    fc.assert(
      fc.property(seeds, seeds, (one, other) => {
        const identity = deriveAgeIdentity(one);
        assert.deepEqual(deriveAgeIdentity(one), identity);
        assert.deepEqual(parseAgeIdentity(identity.identity), identity);
        if (one !== other) assert.notEqual(deriveAgeIdentity(other).identity, identity.identity);
      }),
      { numRuns: 50 },
    );
  });

  it("has the recipient that age itself computes", async () => {
    const keygen = join(dirname(await debianProgram("age", "age")), "age-keygen");
    fc.assert(
      fc.property(seeds, (seed) => {
        const { identity, recipient } = deriveAgeIdentity(seed);
        assert.equal(execFileSync(keygen, ["-y"], { input: identity, encoding: "utf8" }).trim(), recipient);
      }),
      { numRuns: 10 },
    );
  }).timeout(60_000);

  it("is not made from a short seed, nor read from another text", () => {
    assert.throws(() => deriveAgeIdentity(Buffer.alloc(31).toString("base64")), /31 bytes, 32 are needed/);
    const { identity, recipient } = deriveAgeIdentity(Buffer.alloc(32).toString("base64"));
    for (const text of ["", recipient, identity.slice(0, -1), `${identity}Q`, identity.replace("1", "2")]) {
      assert.throws(() => parseAgeIdentity(text), text);
    }
  });
});
