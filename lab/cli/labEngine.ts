/** Engine options of this lab: its state, and real machines behind the AWS provider. */
import type { Progress } from "../progress";
import { cliComponents } from "../pulumi/engine/cli";
import type { EngineOptions } from "../pulumi/engine/pulumi";
import { labMark, labSettings, searchPath } from "../settings";
import { ensureMachineImage } from "../supply/machineImage/image";
import { isReleased, pulumiHost, type Sources } from "../supply/sources";
import type { ComponentName } from "../supply/toolchain/components";
import { sourcesOfLab } from "./sources";

/** Options for every run of the engine on the lab's stacks. Builds the machine image when it is missing. */
export async function labEngine(progress: Progress = () => undefined): Promise<EngineOptions> {
  return engineOn(labSettings().baseTree || (await ensureMachineImage(progress)), progress);
}

/** Components that the engine needs on the lab's stacks: those in place of what Pulumi releases. */
export async function engineComponents(sources: Sources): Promise<ComponentName[]> {
  return isReleased(sources, pulumiHost) ? [] : ["helm", ...(await cliComponents(searchPath()))];
}

/** The same options for a command that starts no machine (`make down`). */
export function labEngineWithoutImage(progress: Progress = () => undefined): Promise<EngineOptions> {
  return engineOn(labSettings().baseTree, progress);
}

/** The same options for commands that only read the stacks' outputs: they need no Helm. */
export async function readingEngine(): Promise<EngineOptions> {
  const options = await labEngineWithoutImage();
  return { ...options, variables: { ...options.variables, PERIGEE_LAB_HELM: "helm" } };
}

async function engineOn(baseTree: string, progress: Progress): Promise<EngineOptions> {
  const { stateFolder } = labSettings();
  return {
    stateFolder,
    machines: "systemd",
    progress,
    released: isReleased(await sourcesOfLab(), pulumiHost),
    // The mark lets `make down` find and end a language host that outlives a killed engine.
    variables: { PERIGEE_LAB_BASE_TREE: baseTree, [labMark]: stateFolder },
  };
}
