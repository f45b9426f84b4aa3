/** Engine options of this lab: its state, and real machines behind the AWS provider. */
import type { Progress } from "../progress";
import { cliComponents } from "../pulumi/engine/cli";
import type { EngineOptions } from "../pulumi/engine/pulumi";
import { labMark, labSettings, searchPath } from "../settings";
import { ensureMachineImage } from "../supply/machineImage/image";
import { buildToolchain, program } from "../supply/toolchain/build";
import type { ComponentName } from "../supply/toolchain/components";

/** Options for every run of the engine on the lab's stacks. Builds the machine image and Helm when they are missing. */
export async function labEngine(progress: Progress = () => undefined): Promise<EngineOptions> {
  const options = engineOn(labSettings().baseTree || (await ensureMachineImage(progress)), progress);
  return { ...options, variables: { ...options.variables, PERIGEE_LAB_HELM: await helmProgram(progress) } };
}

/** Components that {@link labEngine} builds. */
export async function engineComponents(): Promise<ComponentName[]> {
  return ["helm", ...(await cliComponents(searchPath()))];
}

/** Path of the Helm program, for the Kubernetes stand-in's releases. */
export async function helmProgram(progress: Progress): Promise<string> {
  return program(await buildToolchain(["helm"], progress), "helm");
}

/** The same options for commands that start no machine (`make status`, `make down`): builds nothing. */
export function labEngineWithoutImage(progress: Progress = () => undefined): EngineOptions {
  return engineOn(labSettings().baseTree, progress);
}

function engineOn(baseTree: string, progress: Progress): EngineOptions {
  const { stateFolder } = labSettings();
  return {
    stateFolder,
    machines: "systemd",
    progress,
    // The mark lets `make down` find and end a language host that outlives a killed engine.
    variables: { PERIGEE_LAB_BASE_TREE: baseTree, [labMark]: stateFolder },
  };
}
