/** Every shell script of the repository, known by its first line, whoever runs it: nodes, packages, the lab, benches, CI. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { onPath } from "../support/infra/tools";

const root = join(__dirname, "../..");
const shebang = "^(#!(/usr)?/bin/(env )?(ba)?sh|# shellcheck shell=)";
const scripts = execFileSync("git", ["grep", "-lE", shebang], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((path) => path !== "" && !path.endsWith(".ts"));

describe("the shell scripts", () => {
  it("are found, those without an ending too", () => {
    for (const path of [".ci/run", "lab/supply/packages/service/postinst", "infra/kubeadm/scripts/step.sh"]) {
      assert.ok(scripts.includes(path), path);
    }
  });

  it("pass shellcheck", function () {
    if (!onPath("shellcheck")) {
      assert.ok(process.env.CI !== "true", "shellcheck is not installed, and CI=true requires it");
      console.warn(
        "      shellcheck is not installed: the scripts were not checked (apt-get install shellcheck)",
      );
      this.skip();
    }
    const said = spawnSync("shellcheck", scripts, { cwd: root, encoding: "utf8" });
    assert.equal(said.stdout + said.stderr, "");
    assert.equal(said.status, 0);
  }).timeout(30_000);
});
