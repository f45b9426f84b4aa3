/** Settings of the infra stack that the lab reads before the engine runs. */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { defaultKubernetesVersion } from "../../infra/versions";
import type { StackSettings } from "../pulumi/engine/stacks";
import { isReleased, sourceHosts, type Sources } from "../supply/sources";
import { fallbackRegion, labConfigFile } from "./settings";

export interface LabConfig {
  readonly vpcCidr: string;
  readonly kubernetesVersion: string;
  readonly region: string;
}

/** Settings of the infra stack, as in the file. */
export async function labStackSettings(file = labConfigFile()): Promise<StackSettings> {
  return (parse(await readFile(file, "utf8")) ?? {}) as StackSettings;
}

/** The same settings without the mirrors of released parts, which machines take from their own hosts, as on AWS. */
export function withoutMirrors({ config = {}, ...rest }: StackSettings, sources: Sources): StackSettings {
  const { "perigee-infra:mirrors": given, ...others } = config;
  const hasMirrors = typeof given === "object" && given !== null;
  if (!hasMirrors || sources.released.length === 0) return { config, ...rest };
  const { kubernetesPackages, registries = {} } = given as Mirrors;
  const left = Object.entries(registries).filter(([host]) => !isReleased(sources, host));
  // The lab's own images alone need no registry: they are for its tests.
  const mirrored = left.some(([host]) => (sourceHosts as readonly string[]).includes(host)) ? left : [];
  const mirrors = {
    ...(kubernetesPackages !== undefined && !isReleased(sources, "pkgs.k8s.io") && { kubernetesPackages }),
    ...(mirrored.length > 0 && { registries: Object.fromEntries(mirrored) }),
  };
  const kept = Object.keys(mirrors).length === 0 ? {} : { "perigee-infra:mirrors": mirrors };
  return { config: { ...others, ...kept }, ...rest };
}

interface Mirrors {
  readonly kubernetesPackages?: string;
  readonly registries?: Readonly<Record<string, string>>;
}

/** Settings of the lab stack, with the infra stack's defaults; the infra program validates them. */
export async function labConfig(file = labConfigFile()): Promise<LabConfig> {
  const { config } = await labStackSettings(file);
  const setting = (name: string, fallback: string): string => {
    const value = config?.[name];
    return typeof value === "string" ? value : fallback;
  };
  return {
    vpcCidr: setting("perigee-infra:vpcCidr", "10.0.0.0/16"),
    kubernetesVersion: setting("perigee-infra:kubernetesVersion", defaultKubernetesVersion),
    region: setting("aws:region", fallbackRegion()),
  };
}
