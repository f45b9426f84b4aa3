/**
 * Which plugin runs for a provider that has a stand-in: one on the user's PATH, else the released one where the engine
 * can install it, else the lab's stand-in (lab/pulumi/providers/). The user is told.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import commandPackage from "@pulumi/command/package.json";
import kubernetesPackage from "@pulumi/kubernetes/package.json";
import { run } from "../../command";
import type { Progress } from "../../progress";
import { type Cli, onPath } from "./cli";

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

/**
 * Chosen once for a lab, said then, and kept until `make down`: a stand-in's state and a released plugin's are not alike.
 * @throws Error when the plugin that wrote the lab's state is not there any more
 */
export async function choosePlugin(question: PluginQuestion): Promise<PluginChoice> {
  // Without machines nothing answers SSH, and there is no cluster: only the stand-ins can play them.
  if (question.machines === "none") return "stand-in";
  const { name, environment, progress } = question;
  const remembered = join(environment["PULUMI_HOME"] ?? "", `${name}-plugin`);
  const found = await onPath(`pulumi-resource-${name}`, environment["PATH"] ?? "");
  const [before = "", path] = (await readFile(remembered, "utf8").catch(() => "")).split("\n");
  if (isChoice(before)) {
    // The engine takes what is on PATH before what is installed; a stand-in is put before both.
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
  return run(cli.pulumi, args, { env: environment, limitMs: INSTALL_LIMIT_MS }).then(
    () => "installed",
    () => "stand-in",
  );
}
