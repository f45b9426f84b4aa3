/** What the lab itself has to know of the infra stack's settings before the engine runs. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { defaultKubernetesVersion } from "../../infra/versions";
import type { StackSettings } from "../pulumi/engine/stacks";
import { labConfigFile } from "./settings";

export interface LabConfig {
  readonly vpcCidr: string;
  readonly kubernetesVersion: string;
}

/** The infra stack's settings, as they are in the file. */
export async function labStackSettings(file = labConfigFile()): Promise<StackSettings> {
  return (parse(await readFile(file, "utf8")) ?? {}) as StackSettings;
}

/** The lab stack's settings with the infra stack's defaults; whether they are right the program checks. */
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
