import assert from "node:assert/strict";
import fc from "fast-check";
import { isSuspect, secretForms, withoutSecrets } from "../../../../workloads/logging/redaction";
import { plainLines, secretLines } from "../../../support/workloads/secretLines";

const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"];
const ofCharacters = (more: string): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...letters, ...more), { minLength: 10, maxLength: 60 })
    .map((all) => `a${all.join("")}z`);

describe("secrets in log lines", () => {
  for (const { about, line, secret } of secretLines) {
    it(`are left out: ${about}`, () => {
      assert.ok(!withoutSecrets(line).includes(secret), withoutSecrets(line));
      assert.ok(isSuspect(line));
    });
  }

  const names = fc.constantFrom(
    "password",
    "DB_PASSWORD",
    "api-key",
    "accessKey",
    "client_secret",
    "registryToken",
  );

  it("are left out of fields of JSON, whatever they are", () => {
    fc.assert(
      fc.property(names, fc.string({ unit: "grapheme", minLength: 8, maxLength: 60 }), (name, secret) => {
        const shown = withoutSecrets(JSON.stringify({ before: 1, [name]: secret, after: "kept" }));
        assert.deepEqual(JSON.parse(shown), { before: 1, [name]: "[redacted]", after: "kept" });
      }),
    );
  });

  it("are left out of logfmt, headers, URLs and commands", () => {
    fc.assert(
      fc.property(names, ofCharacters("+/=._~!-"), (name, secret) => {
        for (const line of [
          `time=now ${name}=${secret} after=kept`,
          `time=now ${name}="${secret}" after=kept`,
          `Authorization: Bearer ${secret}`,
          `run --my-token ${secret} after`,
        ]) {
          assert.ok(!withoutSecrets(line).includes(secret), withoutSecrets(line));
          assert.ok(isSuspect(line), line);
        }
      }),
    );
    fc.assert(
      fc.property(ofCharacters("._~!$&*+,;=-"), (secret) => {
        const line = `dial amqp://user:${secret}@queue.example:5672/x failed`;
        assert.equal(withoutSecrets(line), "dial amqp://user:[redacted]@queue.example:5672/x failed");
      }),
    );
  });

  for (const line of [...plainLines, ""]) {
    it(`leave as it is: ${line}`, () => assert.equal(withoutSecrets(line), line));
  }

  it("are not looked for in lines that cannot have one", () => {
    for (const line of [
      "GET /orders/17 200",
      `{"level":"info","message":"counter 5"}`,
      "I1127 21:30:00.1 1 a.go:1] synced",
    ]) {
      assert.equal(isSuspect(line), false, line);
    }
  });

  it("are found by expressions that Go reads too: no look-around, no reference back", () => {
    for (const { about, pattern, by } of secretForms) {
      assert.doesNotMatch(pattern, /\(\?[=!<]|\\[1-9]/, about);
      assert.match(by, /^(\$1)?"?\[redacted\]"?@?$/, about);
    }
  });
});
