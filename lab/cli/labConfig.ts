/** Settings of the infra stack that the lab reads before the engine runs. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { defaultKubernetesVersion } from "../../infra/versions";
import type { StackSettings } from "../pulumi/engine/stacks";
import { labConfigFile } from "./settings";

export interface LabConfig {
  readonly vpcCidr: string;
  readonly kubernetesVersion: string;
}

/** Settings of the infra stack, as in the file. */
export async function labStackSettings(file = labConfigFile()): Promise<StackSettings> {
  return (parse(await readFile(file, "utf8")) ?? {}) as StackSettings;
}

/** Settings of the lab stack, with the infra stack's defaults; the infra program validates them. */
export async function labConfig(file = labConfigFile()): Promise<LabConfig> {
  const { config } = await labStackSettings(file);
  const setting = (name: string, fallback: string): string => {
    const value = config?.[`perigee-infra:${name}`];
    return typeof value === "string" ? value : fallback;
  };
  return {
    vpcCidr: setting("vpcCidr", "10.0.0.0/16"),
    kubernetesVersion: setting("kubernetesVersion", defaultKubernetesVersion),
  };
}
