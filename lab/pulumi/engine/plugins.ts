/**
 * Choice of the plugin for a provider that has a stand-in: one on the user's PATH, else the released one if the
 * engine can install it, else the lab's stand-in (lab/pulumi/providers/). The choice is printed.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import commandPackage from "@pulumi/command/package.json";
import kubernetesPackage from "@pulumi/kubernetes/package.json";
import { run } from "../../command";
import type { Progress } from "../../progress";
import { type Cli, onPath } from "./cli";

/** Providers with a released plugin, and a stand-in for hosts where that is not available. */
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

/** Time limit of an installation (20 to 60 MB). Without access to the registry, the attempt may hang. */
const installLimitMs = 120_000;

/**
 * Plugin to run, chosen and printed once, kept until `make down`: a stand-in's state and a released plugin's differ.
 * @throws Error when the plugin that wrote the lab's state is no longer there
 */
export async function choosePlugin(question: PluginQuestion): Promise<PluginChoice> {
  // Without machines nothing answers SSH, and there is no cluster: only the stand-ins can simulate them.
  if (question.machines === "none") return "stand-in";
  const { name, environment, progress } = question;
  const remembered = join(environment["PULUMI_HOME"] ?? "", `${name}-plugin`);
  const found = await onPath(`pulumi-resource-${name}`, environment["PATH"] ?? "");
  const [before = "", path] = (await readFile(remembered, "utf8").catch(() => "")).split("\n");
  if (isChoice(before)) {
    // The engine prefers plugins on PATH to installed ones; a stand-in is put before both.
    if (before === "stand-in" || found === path) return before;
    const made = before === "path" ? `with ${path}` : "with the released plugin";
    throw new Error(
      `this lab was made ${made}, and PATH has ${found ?? `no pulumi-resource-${name}`} now.\n` +
        "  Put PATH back as it was, or begin a new lab:  make down && make up",
    );
  }
  const choice = found === undefined ? await tryInstall(question) : "path";
  await writeFile(remembered, found === undefined ? choice : `${choice}\n${found}`);
  progress(`${name} plugin: ${described(name, choice, found)}`);
  return choice;
}

const isChoice = (text: string): text is PluginChoice => ["path", "installed", "stand-in"].includes(text);

function described(name: Replaceable, choice: PluginChoice, found: string | undefined): string {
  if (choice === "path") return found ?? "";
  if (choice === "installed") return `released v${replaceable[name]}`;
  return `the released one (v${replaceable[name]}) cannot be installed here; using the lab's stand-in`;
}

async function tryInstall({ name, cli, environment }: PluginQuestion): Promise<"installed" | "stand-in"> {
  const args = ["plugin", "install", "resource", name, `v${replaceable[name]}`];
  return run(cli.pulumi, args, { env: environment, limitMs: installLimitMs }).then(
    () => "installed",
    () => "stand-in",
  );
}
