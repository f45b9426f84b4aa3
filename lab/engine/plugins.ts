/**
 * Which `command` plugin runs: one on the user's PATH, else the released one where the engine can install it,
 * else the lab's stand-in (lab/providers/command), and the user is told.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import commandPackage from "@pulumi/command/package.json";
import type { Progress } from "../toolchain/progress";
import { type Cli, onPath } from "./cli";

const run = promisify(execFile);

export type CommandPlugin = "path" | "installed" | "stand-in";

export interface PluginQuestion {
  readonly cli: Cli;
  readonly environment: NodeJS.ProcessEnv;
  readonly machines: "systemd" | "none";
  readonly progress: Progress;
}

/** A plugin is about 20 MB. Where the registry cannot be reached, the try itself may hang. */
const INSTALL_LIMIT_MS = 60_000;

export async function chooseCommandPlugin(question: PluginQuestion): Promise<CommandPlugin> {
  // Without machines nothing answers SSH: only the stand-in can hand commands to scripted ones.
  if (question.machines === "none") return "stand-in";
  const { environment, progress } = question;
  const found = await onPath("pulumi-resource-command", environment["PATH"] ?? "");
  if (found !== undefined) {
    progress(`command plugin: ${found}`);
    return "path";
  }
  const remembered = join(environment["PULUMI_HOME"] ?? "", "command-plugin");
  const before = await readFile(remembered, "utf8").catch(() => "");
  const plugin = before === "stand-in" || before === "installed" ? before : await tryInstall(question);
  await writeFile(remembered, plugin);
  progress(
    plugin === "installed"
      ? `command plugin: released v${commandPackage.version}`
      : `command plugin: the released one (v${commandPackage.version}) cannot be installed here; using the lab's stand-in`,
  );
  return plugin;
}

async function tryInstall({ cli, environment }: PluginQuestion): Promise<"installed" | "stand-in"> {
  const args = ["plugin", "install", "resource", "command", `v${commandPackage.version}`];
  return run(cli.pulumi, args, { env: environment, timeout: INSTALL_LIMIT_MS }).then(
    () => "installed",
    () => "stand-in",
  );
}
