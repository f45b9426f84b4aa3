/**
 * Which plugin runs for a provider that has a stand-in: one on the user's PATH, else the released one where the engine
 * can install it, else the lab's stand-in (lab/providers/), and the user is told.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import commandPackage from "@pulumi/command/package.json";
import kubernetesPackage from "@pulumi/kubernetes/package.json";
import type { Progress } from "../toolchain/progress";
import { type Cli, onPath } from "./cli";

const run = promisify(execFile);

/** Providers that are released as plugins and have a stand-in for where those cannot be had. */
export const replaceable = {
  command: commandPackage.version,
  kubernetes: kubernetesPackage.version,
} as const;

export type Replaceable = keyof typeof replaceable;
export type PluginChoice = "path" | "installed" | "stand-in";

export interface PluginQuestion {
  readonly name: Replaceable;
  readonly cli: Cli;
  readonly environment: NodeJS.ProcessEnv;
  readonly machines: "systemd" | "none";
  readonly progress: Progress;
}

/** A plugin is some 20 to 60 MB. Where the registry cannot be reached, the try itself may hang. */
const INSTALL_LIMIT_MS = 120_000;

export async function choosePlugin(question: PluginQuestion): Promise<PluginChoice> {
  // Without machines nothing answers SSH, and there is no cluster: only the stand-ins can play them.
  if (question.machines === "none") return "stand-in";
  const { name, environment, progress } = question;
  const found = await onPath(`pulumi-resource-${name}`, environment["PATH"] ?? "");
  if (found !== undefined) {
    progress(`${name} plugin: ${found}`);
    return "path";
  }
  const remembered = join(environment["PULUMI_HOME"] ?? "", `${name}-plugin`);
  const before = await readFile(remembered, "utf8").catch(() => "");
  if (before === "stand-in" || before === "installed") return before;
  const plugin = await tryInstall(question);
  await writeFile(remembered, plugin);
  progress(
    plugin === "installed"
      ? `${name} plugin: released v${replaceable[name]}`
      : `${name} plugin: the released one (v${replaceable[name]}) cannot be installed here; using the lab's stand-in`,
  );
  return plugin;
}

async function tryInstall({ name, cli, environment }: PluginQuestion): Promise<"installed" | "stand-in"> {
  const args = ["plugin", "install", "resource", name, `v${replaceable[name]}`];
  return run(cli.pulumi, args, { env: environment, timeout: INSTALL_LIMIT_MS }).then(
    () => "installed",
    () => "stand-in",
  );
}
