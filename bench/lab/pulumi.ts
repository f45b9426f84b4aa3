/** Runs of the engine on the lab's stacks that must succeed, with a time limit. */
import { type EngineOptions, type PulumiRun, runPulumi } from "../../lab/pulumi/engine/pulumi";
import { type Stack, stackOptions } from "../../lab/pulumi/engine/stacks";

const runLimitMs = 20 * 60_000;

/** @throws Error with the engine's output when it fails */
export async function pulumi(
  stack: Stack,
  args: readonly string[],
  options: EngineOptions,
  onOutput?: (text: string) => void,
): Promise<PulumiRun> {
  const more = onOutput === undefined ? {} : { onOutput };
  const run = await runPulumi(args, { ...options, ...more, cwd: stack.project, limitMs: runLimitMs });
  if (run.exitCode === 0) return run;
  throw new Error(`pulumi ${args[0] ?? ""} failed:\n${run.stdout.slice(-4000)}\n${run.stderr}`);
}

/** Destroys a stack with the operator's command, `pulumi destroy`. */
export async function destroy(stack: Stack, options: EngineOptions): Promise<void> {
  await pulumi(stack, ["destroy", "--yes", "--skip-preview", ...stackOptions(stack)], options);
}
