import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");
const git = (...args: string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8" });

describe("the repository", () => {
  it("has scripts that are LF in every checkout: with CRLF each is a syntax error on a node", () => {
    const scripts = git("ls-files", "*.sh", "**/bin/*", ".ci/run").trim().split("\n");
    assert.ok(scripts.length > 10);
    const attributes = git("check-attr", "eol", "--", ...scripts)
      .trim()
      .split("\n");
    assert.deepEqual(
      attributes.filter((line) => !line.endsWith(": eol: lf")),
      [],
    );
    const converted = scripts.filter((script) => readFileSync(join(root, script)).includes("\r\n"));
    assert.deepEqual(converted, []);
  });
});
