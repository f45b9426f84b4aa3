import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onPath } from "./tools";

const infra = join(__dirname, "../../../infra");
const scripts = readdirSync(infra, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".sh"))
  .sort();

describe("the scripts that run on nodes", () => {
  it("are found", () => assert.ok(scripts.length >= 8, scripts.join(" ")));

  it("pass shellcheck", function () {
    if (!onPath("shellcheck")) {
      assert.ok(process.env.CI !== "true", "shellcheck is not installed, and CI=true requires it");
      console.warn(
        "      shellcheck is not installed: the scripts were not checked (apt-get install shellcheck)",
      );
      this.skip();
    }
    const said = spawnSync("shellcheck", scripts, { cwd: infra, encoding: "utf8" });
    assert.equal(said.stdout + said.stderr, "");
    assert.equal(said.status, 0);
  }).timeout(30_000);

  for (const script of scripts) {
    it(`${script} says first what it does, and prints no command that it runs`, () => {
      const [shebang, purpose] = readFileSync(join(infra, script), "utf8").split("\n");
      assert.equal(shebang, "#!/usr/bin/env bash");
      assert.match(String(purpose), /^# [A-Z]/);
      assert.doesNotMatch(readFileSync(join(infra, script), "utf8"), /^\s*set .*x|set -o xtrace/m);
    });
  }
});
