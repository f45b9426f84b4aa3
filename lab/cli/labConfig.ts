/** What the lab itself has to know of the infra stack's settings before the engine runs. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { defaultKubernetesVersion } from "../../infra/kubeadm/versions";
import { repository } from "../engine/paths";

export interface LabConfig {
  readonly vpcCidr: string;
  readonly kubernetesVersion: string;
}

/** The lab stack's settings with the infra stack's defaults; whether they are right the program checks. */
export async function labConfig(file = join(repository, "Pulumi.lab.yaml")): Promise<LabConfig> {
  const document = parse(await readFile(file, "utf8")) as { config?: Record<string, unknown> } | null;
  const setting = (name: string, fallback: string): string => {
    const value = document?.config?.[`perigee-infra:${name}`];
    return typeof value === "string" ? value : fallback;
  };
  return {
    vpcCidr: setting("vpcCidr", "10.0.0.0/16"),
    kubernetesVersion: setting("kubernetesVersion", defaultKubernetesVersion),
  };
}
