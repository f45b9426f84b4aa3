/** The runbook's own commands, for the tests that do what it says. */
import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PulumiRun } from "../../../lab/pulumi/engine/pulumi";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { engineSucceeds, instanceUrn, type LabConfig } from "./lab";
import { workloadsSucceed } from "./workloads";

/** A block of commands for a node, as it stands in the runbook. */
export async function runbook(name: string): Promise<string> {
  return `set -euo pipefail\n${await block(name)}`;
}

/** How a page's example becomes the lab's: what stands there, and what a test has in its place. */
type Instead = Readonly<Record<string, string>>;

/**
 * Follows a block of `pulumi` commands, in its order, on the lab's stacks.
 * @param settings of stack 1 before the first command
 * @returns what the last of them did
 */
export async function followRunbook(
  name: string,
  settings: LabConfig = {},
  instead: Instead = {},
): Promise<PulumiRun | undefined> {
  const changed = { ...settings };
  let last: PulumiRun | undefined;
  const text = Object.entries(instead).reduce(
    (commands, [example, own]) => commands.replaceAll(example, own),
    await block(name),
  );
  for (const line of text.split("\n")) {
    for (const command of line.replace(/\s#.*/, "").split("&&")) {
      const words = (command.match(/"\$\([^)]*\)"|'[^']*'|\S+/g) ?? []).map((word) =>
        word.replace(/^'(.*)'$/, "$1"),
      );
      if (words.length > 0) last = (await follow(words, changed)) ?? last;
    }
  }
  return last;
}

/** Runs one command, or keeps the setting that it makes for those that follow. */
async function follow(
  words: readonly string[],
  settings: Record<string, unknown>,
): Promise<PulumiRun | undefined> {
  const unknown = new Error(`the runbook's command is not one that a test can follow: ${words.join(" ")}`);
  const [program, verb, ...rest] = words;
  if (program !== "pulumi" || !rest.includes("-s")) throw unknown;
  if (verb === "config") {
    const [action, key = "", value = ""] = rest.filter((word) => word !== "--path");
    // Without --path, a key with dots or brackets is another setting's name.
    const form = rest.includes("--path") ? /^perigee-infra:([\w.[\]]+)$/ : /^perigee-infra:(\w+)$/;
    const path = form
      .exec(key)?.[1]
      ?.split(/[.[\]]+/)
      .filter((part) => part !== "");
    if (path === undefined || (action !== "set" && action !== "rm")) throw unknown;
    setAt(settings, path, action === "set" ? value : undefined);
    return undefined;
  }
  if (verb !== "up" && verb !== "refresh") throw unknown;
  if (rest.join(" ").includes("-C workloads")) return workloadsSucceed(verb);
  const place = rest.indexOf("--replace");
  const replaced = /Instance::([\w-]+)\$/.exec(rest[place + 1] ?? "")?.[1];
  if (place >= 0 && replaced === undefined) throw unknown;
  const replace = replaced === undefined ? [] : ["--replace", await instanceUrn(replaced)];
  return engineSucceeds(verb, settings, ...replace);
}

/** Sets a value below a setting, as `pulumi config set --path` does; undefined takes it away. */
function setAt(
  settings: Record<string, unknown>,
  [first = "", ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length > 0) {
    settings[first] = structuredClone(settings[first] ?? {});
    setAt(settings[first] as Record<string, unknown>, rest, value);
  } else if (value === undefined) delete settings[first];
  else settings[first] = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
}

async function block(name: string): Promise<string> {
  const text = await readFile(join(repositoryRoot, "docs/runbook.md"), "utf8");
  const found = new RegExp(`<!-- lab: ${name} -->\n+\`\`\`sh\n([^]*?)\`\`\``).exec(text)?.[1];
  assert.ok(found !== undefined, `docs/runbook.md has no block of commands marked "lab: ${name}"`);
  return found;
}
