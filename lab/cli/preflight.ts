/** Check of this machine before the lab runs: problems, missing packages and sizes, for `make up` or as a command. */
import { labAddresses } from "../host/addresses";
import { type LabFolders, labFolders, labSettings } from "../settings";
import { command, say } from "./command";
import { type LabConfig, labConfig } from "./labConfig";
import { packagesToInstall } from "./missingPackages";
import { preflightProblems, untested } from "./preflightProblems";
import { hostFacts } from "./probes";
import { completePath } from "./settings";
import { sizeLine } from "./sizes";

export interface Preflight {
  /** Every problem that prevents the lab from running. */
  readonly problems: readonly string[];
  /** Packages that `make up` installs, where it does: on Debian and Ubuntu. */
  readonly packagesToInstall: readonly string[];
  /** What the lab will take of this machine, and what there is. */
  readonly sizes: string;
  /** What only root can test. */
  readonly untested: readonly string[];
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
  say(result.sizes);
  printPreflight(result);
  return result.problems.length === 0 ? 0 : 1;
}

/** Result of all checks; changes nothing. */
export async function preflight(folders: LabFolders, config: LabConfig): Promise<Preflight> {
  completePath();
  const facts = await hostFacts(folders.root);
  return {
    problems: preflightProblems(facts, labAddresses(config.vpcCidr)),
    packagesToInstall: packagesToInstall(facts.missing) ?? [],
    sizes: sizeLine(facts),
    untested: untested(facts),
  };
}

export function printPreflight({ problems, packagesToInstall: packages, untested: rest }: Preflight): void {
  if (packages.length > 0) say(`Packages that \`make up\` installs: ${packages.join(" ")}`);
  if (rest.length > 0) say(`Not tested, only root can: ${rest.join("; ")}.`);
  if (problems.length === 0) say("The lab can run here.");
  else say(`The lab cannot run here:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
}
