/** Golden files: what a pure function gives, kept as a file that a reviewer can read. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const folder = join(__dirname, "golden");
const renewing = process.env.PERIGEE_GOLDEN === "renew";

/**
 * Compares the text with test/golden/<name>; `npm run golden` writes the file instead.
 * @throws AssertionError when the file is missing or differs
 */
export function matchesGolden(name: string, text: string): void {
  const path = join(folder, name);
  if (renewing) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  assert.ok(
    existsSync(path),
    `test/golden/${name} does not exist: run "npm run golden" and read what it wrote`,
  );
  const golden = readFileSync(path, "utf8");
  assert.equal(text, golden, `test/golden/${name} differs: if that is meant, run "npm run golden"`);
}
