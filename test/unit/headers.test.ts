/** The first line of every source file: a comment that says what the file is. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");

describe("the source files", () => {
  it("open with a line that says what they are", () => {
    const files = execFileSync("git", ["ls-files", "*.ts", ":!test"], { cwd: root, encoding: "utf8" });
    const bare = files
      .split("\n")
      .filter((path) => path !== "" && existsSync(join(root, path)))
      .filter((path) => !/^(\/\*|\/\/|#!)/.test(readFileSync(join(root, path), "utf8")));
    assert.deepEqual(bare, []);
  });
});
