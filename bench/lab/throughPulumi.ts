/** A cluster made by `pulumi up` of the unmodified infra program, on machines that are already up. */
import type { EngineOptions } from "../../lab/pulumi/engine/pulumi";
import { type Stack, stackOptions } from "../../lab/pulumi/engine/stacks";
import { pulumi } from "./pulumi";
import { StepWatch } from "./stepWatch";
import type { Timing } from "./timing";

const stepToken = "command:remote:Command";

interface Deployment {
  readonly deployment: { readonly resources: readonly { readonly urn: string; readonly type: string }[] };
}

/**
 * Deletes the steps and their dependents from the engine's state: the next `pulumi up` finds the machines present and
 * runs every step, as the first one does once its machines have booted.
 */
export async function forgetSteps(stack: Stack, options: EngineOptions): Promise<void> {
  for (;;) {
    const exported = await pulumi(stack, ["stack", "export", "--stack", stack.name], options);
    const { resources } = (JSON.parse(exported.stdout) as Deployment).deployment;
    const step = resources.find(({ type }) => type === stepToken);
    if (step === undefined) return;
    const dependents = ["--target-dependents", "--yes"];
    await pulumi(stack, ["state", "delete", step.urn, "--stack", stack.name, ...dependents], options);
  }
}

export async function throughPulumi(stack: Stack, options: EngineOptions): Promise<Timing> {
  const watch = new StepWatch();
  const onOutput = (text: string): void => {
    watch.hear(text);
    process.stderr.write(text);
  };
  const args = ["up", "--yes", "--skip-preview", ...stackOptions(stack)];
  const run = await pulumi(stack, args, options, onOutput);
  const { create, same, ...more } = run.events.summary;
  if (create === undefined || same === undefined || Object.keys(more).length > 0) {
    throw new Error(`pulumi up did not make the steps alone: ${JSON.stringify(run.events.summary)}`);
  }
  return {
    init: watch.seconds("init"),
    network: watch.seconds("network"),
    admit: watch.seconds("admit"),
    join: watch.seconds("join"),
    total: run.seconds,
  };
}
