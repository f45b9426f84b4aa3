import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const infra = join(__dirname, "../../../infra");
const scripts = readdirSync(infra, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".sh"))
  .sort();

describe("the scripts that run on nodes", () => {
  it("are found", () => assert.ok(scripts.length >= 8, scripts.join(" ")));

  for (const script of scripts) {
    it(`${script} says first what it does, and prints no command that it runs`, () => {
      const [shebang, purpose] = readFileSync(join(infra, script), "utf8").split("\n");
      assert.equal(shebang, "#!/usr/bin/env bash");
      assert.match(String(purpose), /^# [A-Z]/);
      assert.doesNotMatch(readFileSync(join(infra, script), "utf8"), /^\s*set .*x|set -o xtrace/m);
    });
  }
});
