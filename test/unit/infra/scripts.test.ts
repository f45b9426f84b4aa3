import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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

describe("a machine with swap, which the kubelet refuses", () => {
  const script = readFileSync(join(infra, "machines/scripts/prepare.sh"), "utf8");
  const header = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
  const prepared = (swaps: string) => {
    const check = /^refuse_swap\(\) \{\n.*?^\}$/ms.exec(script)?.[0] ?? "false";
    return spawnSync("bash", ["--norc", "-euo", "pipefail", "-c", `${check}\nrefuse_swap /dev/stdin`], {
      input: swaps,
      encoding: "utf8",
    });
  };

  it("is not prepared, and says which devices and what to do", () => {
    const { status, stderr } = prepared(`${header}/dev/zram0 partition 1 0 100\n/swap.img file 2 0 -2\n`);
    assert.equal(status, 1);
    assert.match(stderr, /^swap is on \(\/dev\/zram0, \/swap\.img\), .*: take an image without swap/);
  });

  it("is only one whose table has a line, and is looked at before anything is installed", () => {
    assert.deepEqual([prepared(header).status, prepared("").status], [0, 0]);
    assert.match(script, /refuse_swap \/proc\/swaps\n(.*\n)*? {2}install_packages\n/);
  });
});
