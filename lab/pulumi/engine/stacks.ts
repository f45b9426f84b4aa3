/**
 * Stacks of the repository's programs in a lab's own backend. Creating a stack writes the salt of its secrets into
 * the project's `Pulumi.<stack>.yaml`; a lab's salt must not get into the repository, so the stack is created from a
 * copy of the project file, and the lab runs with a copy of the settings that contains the salt.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { type EngineOptions, runPulumi } from "./pulumi";

/** Settings of a stack: the contents of a `Pulumi.<stack>.yaml`. */
export interface StackSettings {
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface Stack {
  /** Folder of the program's Pulumi.yaml. */
  readonly project: string;
  readonly name: string;
  /** Path for `--config-file`. */
  readonly configFile: string;
}

/**
 * Ensures that the stack exists in the lab's backend, with these settings.
 * @param settings default: the project's own `Pulumi.<stack>.yaml`
 */
export async function ensureStack(
  project: string,
  name: string,
  options: EngineOptions,
  settings?: StackSettings,
): Promise<Stack> {
  const document = parse(await readFile(join(project, "Pulumi.yaml"), "utf8")) as { name: string };
  const copy = join(options.stateFolder, "stacks", document.name);
  await mkdir(copy, { recursive: true, mode: 0o700 });
  await writeFile(join(copy, "Pulumi.yaml"), stringify({ name: document.name, runtime: "nodejs" }));
  const state = join(options.stateFolder, "backend/.pulumi/stacks", document.name, `${name}.json`);
  if (!existsSync(state)) {
    const made = await runPulumi(["stack", "select", "--create", name], { ...options, cwd: copy });
    if (made.exitCode !== 0) throw new Error(`the stack ${name} cannot be made: ${made.stderr}`);
  }
  const configFile = join(copy, `settings.${name}.yaml`);
  const wanted =
    settings ?? ((parse(await readFile(join(project, `Pulumi.${name}.yaml`), "utf8")) ?? {}) as object);
  const salted = (parse(await readFile(join(copy, `Pulumi.${name}.yaml`), "utf8")) ?? {}) as object;
  const { encryptionsalt } = salted as { encryptionsalt?: string };
  await writeFile(configFile, stringify({ ...wanted, encryptionsalt }), { mode: 0o600 });
  return { project, name, configFile };
}

/** Options that pass the stack and its settings to `up`, `preview`, `refresh` and `destroy`. */
export function stackOptions(stack: Stack): string[] {
  return ["--stack", stack.name, "--config-file", stack.configFile];
}
