import assert from "node:assert/strict";
import fc from "fast-check";
import { redacted } from "../../../settings/redact";

const shownOf = (given: unknown): unknown => redacted({ setting: "a", given, problem: "" }).given;

describe("a problem of a setting", () => {
  it("shows no password of a URL, however malformed the URL is", () => {
    const secret = fc.stringMatching(/^S[^\n]{1,20}E$/);
    const scheme = fc.constantFrom("https://", "http:/", "oci://", "https:\\\\", "");
    fc.assert(
      fc.property(scheme, secret, (prefix, password) => {
        const shown = String(shownOf(`${prefix}user:${password}@mirror.example/path`));
        assert.match(shown, /^(.*\[secret\]@mirror\.example\/path|\[secret\])$/);
        assert.ok(!shown.includes(password));
      }),
    );
  });

  it("shows none inside lists, objects, keys, or a check's own words either", () => {
    const url = "https://user:hunter2@mirror.example";
    assert.doesNotMatch(JSON.stringify(shownOf([{ [url]: { deep: [url] } }])), /hunter2/);
    const { setting, problem } = redacted({ setting: `m.${url}`, given: url, problem: `${url} is bad` });
    assert.deepEqual([setting, problem], ["m.https://[secret]@mirror.example", "[secret] is bad"]);
  });

  it("shows nothing of a list or object that is not JSON", () => {
    for (const text of [
      '["https://hooks.example/hunter2"',
      "[https://a.example/hunter2]",
      "watchdogUrl = hunter2",
      "{x",
      "x: {y",
      "receivers{a: hunter2}",
      '{code="hunter2"}',
      'x{api_token="hunter2"}',
    ]) {
      assert.equal(shownOf(text), "[secret]");
    }
    assert.equal(shownOf("[2001:db8::7]:99999"), "[2001:db8::7]:99999");
  });

  it("shows what has no secret as it is", () => {
    for (const given of [
      "https://mirror.example:8443/v2",
      "ops@example.org",
      `docker.io/library/node:24@sha256:${"0".repeat(64)}`,
      "10.0.0.0/16",
      'sum(rate(http_requests_total{code=~"5..", handler != ""}[5m]))',
      "up{}",
      7,
      [{ name: "default", count: 3 }],
    ]) {
      assert.deepEqual(shownOf(given), given);
    }
  });
});
