/** The lab's stacks, each a phase of `make up`, and what is done to them. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { InfraOutputs } from "../../infra/outputs";
import { repository } from "../engine/paths";
import { type EngineOptions, type PulumiRun, type RunOptions, runPulumi } from "../engine/pulumi";
import { ensureStack, stackOptions } from "../engine/stacks";

export interface LabStack {
  /** What it makes, for people. */
  readonly title: string;
  /** Folder of the program's Pulumi.yaml. */
  readonly project: string;
  /** Its endpoints, from its outputs: printed by `up` and `status`. */
  readonly endpoints: (
    outputs: Readonly<Record<string, unknown>>,
  ) => readonly (readonly [name: string, url: string])[];
}

export const STACK = "lab";

const infra: LabStack = {
  title: "cluster",
  project: repository,
  endpoints: ({ apiServerUrl, publishedHost }) => [
    ["Kubernetes API", String(apiServerUrl)],
    ["published node ports", String(publishedHost)],
  ],
};

/** In the order in which they come up; they go down in the reverse one. */
export const labStacks: readonly LabStack[] = [infra];

/** The lab's engine, and what may interrupt it. */
export type StackOptions = EngineOptions & Pick<RunOptions, "signal">;

/** Brings a stack up. An interrupted engine's lock is taken away first: the lab's own lock says that none runs. */
export async function bringUp(
  stack: LabStack,
  options: StackOptions,
  extra: readonly string[] = [],
): Promise<PulumiRun> {
  const selected = await ensureStack(stack.project, STACK, options);
  const engine = { ...options, cwd: stack.project, onOutput: echo };
  await release(stack, options);
  return runPulumi(["up", "--yes", "--skip-preview", ...stackOptions(selected), ...extra], engine);
}

/** Destroys a stack's resources. */
export async function destroy(stack: LabStack, options: StackOptions, limitMs: number): Promise<PulumiRun> {
  const selected = await ensureStack(stack.project, STACK, options);
  const engine = { ...options, cwd: stack.project, onOutput: echo, limitMs };
  await release(stack, options);
  return runPulumi(["destroy", "--yes", "--skip-preview", ...stackOptions(selected)], engine);
}

/** A stack's outputs, secrets in clear; undefined when it is not up. */
export async function outputsOf(
  stack: LabStack,
  options: EngineOptions,
): Promise<Record<string, unknown> | undefined> {
  // Asking makes a backend where there is none: a lab that is down stays without.
  if (!(await exists(join(options.stateFolder, "backend")))) return undefined;
  const args = ["stack", "output", "--stack", STACK, "--json", "--show-secrets"];
  const run = await runPulumi(args, { ...options, cwd: stack.project });
  if (run.exitCode !== 0) return undefined;
  const outputs = JSON.parse(run.stdout) as Record<string, unknown>;
  return Object.keys(outputs).length === 0 ? undefined : outputs;
}

/**
 * The cluster's own outputs.
 * @throws Error that says what to do when it is not up
 */
export async function infraOutputs(options: EngineOptions): Promise<InfraOutputs> {
  const outputs = await outputsOf(infra, options);
  if (outputs?.["kubeconfig"] === undefined) throw new Error("The lab is not up: `make up` brings it up.");
  return outputs as unknown as InfraOutputs;
}

async function release(stack: LabStack, options: EngineOptions): Promise<void> {
  await runPulumi(["cancel", "--yes", STACK], { ...options, cwd: stack.project });
}

function echo(text: string, stream: "stdout" | "stderr"): void {
  process[stream].write(text);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
