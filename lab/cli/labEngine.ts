/** How the engine runs in this lab: its state, and real machines behind the AWS provider. */
import type { Progress } from "../progress";
import type { EngineOptions } from "../pulumi/engine/pulumi";
import { LAB_MARK, labSettings } from "../settings";
import { ensureMachineImage } from "../supply/machineImage/image";
import { buildToolchain, program } from "../supply/toolchain/build";

/** Options for every run of the engine on the lab's stacks. Builds the machine image and Helm where they are missing. */
export async function labEngine(progress: Progress = () => undefined): Promise<EngineOptions> {
  const options = engineOn(labSettings().baseTree || (await ensureMachineImage(progress)), progress);
  return { ...options, variables: { ...options.variables, PERIGEE_LAB_HELM: await helmProgram(progress) } };
}

/** For the Kubernetes stand-in's Helm releases. */
export async function helmProgram(progress: Progress): Promise<string> {
  return program(await buildToolchain(["helm"], progress), "helm");
}

/** The same where no machine will be started (`make status`, `make down`): nothing is built for it. */
export function labEngineWithoutImage(progress: Progress = () => undefined): EngineOptions {
  return engineOn(labSettings().baseTree, progress);
}

function engineOn(baseTree: string, progress: Progress): EngineOptions {
  const { stateFolder } = labSettings();
  return {
    stateFolder,
    machines: "systemd",
    progress,
    // Marked, so that a language host that outlives a killed engine is found and ended by `make down`.
    variables: { PERIGEE_LAB_BASE_TREE: baseTree, [LAB_MARK]: stateFolder },
  };
}
