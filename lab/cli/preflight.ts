/** Check of this machine before the lab runs: problems, missing packages and sizes, for `make up` or as a command. */
import { labAddresses } from "../host/addresses";
import { type LabFolders, labFolders, labSettings } from "../settings";
import { supplyComponents } from "../supply";
import { type ContainerdSeries, defaultContainerd } from "../supply/containerd";
import { allBuilt, type Sources } from "../supply/sources";
import type { ComponentName } from "../supply/toolchain/components";
import { command, say } from "./command";
import { labContainerd } from "./containerd";
import { servedVersions } from "./kubernetesVersions";
import { type LabConfig, labConfig } from "./labConfig";
import { engineComponents } from "./labEngine";
import { packagesToInstall } from "./missingPackages";
import { preflightProblems, untested } from "./preflightProblems";
import { hostFacts } from "./probes";
import { completePath, labAuthority } from "./settings";
import { sizeLine } from "./sizes";
import { labSources, saySources } from "./sources";

export interface Preflight {
  /** Every problem that prevents the lab from running. */
  readonly problems: readonly string[];
  /** Packages that `make up` installs, where it does: on Debian and Ubuntu. */
  readonly packagesToInstall: readonly string[];
  /** What the lab will take of this machine, and what there is. */
  readonly sizes: string;
  /** What only root can test. */
  readonly untested: readonly string[];
  /** Where the lab's parts come from; undefined when that is one of the problems. */
  readonly sources: Sources | undefined;
}

export const preflightCommand = command({
  name: "preflight",
  summary: "say what keeps the lab from running here, and change nothing",
  description: `Checks root, kernel, memory, disk, folders, addresses, ports and programs. Lists every problem, and the packages that
\`make up\` would install (on Debian and Ubuntu) or that you have to (elsewhere). Exit code 0 when there is no problem.`,
  run: sayWhetherItCanRun,
});

/** @returns the exit code: 0 when there is no problem */
export async function sayWhetherItCanRun(): Promise<number> {
  const result = await preflight(labFolders(labSettings().stateFolder), await labConfig());
  saySizes(result);
  printPreflight(result);
  return result.problems.length === 0 ? 0 : 1;
}

/** Result of all checks; changes nothing. */
export async function preflight(folders: LabFolders, config: LabConfig): Promise<Preflight> {
  completePath();
  const sources = await resultOf(labSources(folders, config.kubernetesVersion));
  const authority = await resultOf(labAuthority());
  const containerd = await resultOf(labContainerd(folders));
  const parts = await componentsFor(
    await servedVersions(folders, config.kubernetesVersion),
    sources.value ?? allBuilt,
    containerd.value ?? defaultContainerd,
  );
  const facts = await hostFacts(folders.root, parts);
  return {
    sources: sources.value,
    problems: [
      ...sources.problems,
      ...containerd.problems,
      ...authority.problems,
      ...preflightProblems(facts, labAddresses(config.vpcCidr)),
    ],
    packagesToInstall: packagesToInstall(facts.missing) ?? [],
    sizes: sizeLine(facts),
    untested: untested(facts),
  };
}

/** What the work gives, or the message of its failure as a list of problems. */
async function resultOf<T>(
  work: Promise<T>,
): Promise<{ readonly value?: T; readonly problems: readonly string[] }> {
  return work.then(
    (value) => ({ value, problems: [] }),
    (error: unknown) => ({ problems: [error instanceof Error ? error.message : String(error)] }),
  );
}

/** Components that `make up` builds, unless they are built already. */
async function componentsFor(
  kubernetesVersions: readonly string[],
  sources: Sources,
  containerd: ContainerdSeries,
): Promise<ComponentName[]> {
  const demand = { kubernetesVersions, sources, containerd };
  return [...supplyComponents(demand), ...(await engineComponents(sources))];
}

/** Prints what the lab will take of this machine, and where its parts come from. */
export function saySizes({ sizes, sources }: Preflight): void {
  say(sizes);
  if (sources !== undefined) saySources(sources);
}

export function printPreflight({ problems, packagesToInstall: packages, untested: rest }: Preflight): void {
  if (packages.length > 0) say(`Packages that \`make up\` installs: ${packages.join(" ")}`);
  if (rest.length > 0) say(`Not tested, only root can: ${rest.join("; ")}.`);
  if (problems.length === 0) say("The lab can run here.");
  else say(`The lab cannot run here:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
}
