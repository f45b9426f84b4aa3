/** The runbook's own commands, for the tests that do what it says. */
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "../../../settings/repositoryRoot";

/** A block of commands of the runbook, as it stands there. */
export async function runbook(name: string): Promise<string> {
  const text = await readFile(join(repositoryRoot, "docs/runbook.md"), "utf8");
  const block = new RegExp(`<!-- lab: ${name} -->\n+\`\`\`sh\n([^]*?)\`\`\``).exec(text)?.[1];
  assert.ok(block !== undefined, `docs/runbook.md has no block of commands marked "lab: ${name}"`);
  return `set -euo pipefail\n${block}`;
}
