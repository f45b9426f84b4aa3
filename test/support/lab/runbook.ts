/** The runbook's own commands, for the tests that do what it says. */
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PulumiRun } from "../../../lab/pulumi/engine/pulumi";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { engineSucceeds } from "./lab";
import { workloadsSucceed } from "./workloads";

/** A block of commands for a node, as it stands in the runbook. */
export async function runbook(name: string): Promise<string> {
  return `set -euo pipefail\n${await block(name)}`;
}

/**
 * Follows a block of `pulumi` commands, in its order, on the lab's stacks.
 * @returns what the last of them did
 */
export async function followRunbook(name: string): Promise<PulumiRun | undefined> {
  const settings: Record<string, string> = {};
  let last: PulumiRun | undefined;
  for (const line of (await block(name)).split("\n")) {
    for (const command of line.replace(/\s#.*/, "").split("&&")) {
      const words = command
        .trim()
        .split(/\s+/)
        .filter((word) => word !== "");
      if (words.length > 0) last = (await follow(words, settings)) ?? last;
    }
  }
  return last;
}

/** Runs one command, or keeps the setting that it makes for those that follow. */
async function follow(
  words: readonly string[],
  settings: Record<string, string>,
): Promise<PulumiRun | undefined> {
  const unknown = new Error(`the runbook's command is not one that a test can follow: ${words.join(" ")}`);
  const [program, verb, ...rest] = words;
  if (program !== "pulumi" || !rest.includes("-s")) throw unknown;
  if (verb === "config") {
    const [action, key = "", value = ""] = rest;
    const name = /^perigee-infra:(\w+)$/.exec(key)?.[1];
    if (name === undefined || (action !== "set" && action !== "rm")) throw unknown;
    if (action === "set") settings[name] = value;
    else delete settings[name];
    return undefined;
  }
  if (verb !== "up" && verb !== "refresh") throw unknown;
  if (rest.join(" ").includes("-C workloads")) return workloadsSucceed(verb);
  return engineSucceeds(verb, settings);
}

async function block(name: string): Promise<string> {
  const text = await readFile(join(repositoryRoot, "docs/runbook.md"), "utf8");
  const found = new RegExp(`<!-- lab: ${name} -->\n+\`\`\`sh\n([^]*?)\`\`\``).exec(text)?.[1];
  assert.ok(found !== undefined, `docs/runbook.md has no block of commands marked "lab: ${name}"`);
  return found;
}
