/** Check of this machine before the lab runs: problems and missing packages, for `make up` or as a command. */
import { labAddresses } from "../host/addresses";
import { type LabFolders, labFolders, labSettings } from "../settings";
import { command, say } from "./command";
import { type LabConfig, labConfig } from "./labConfig";
import { preflightProblems } from "./preflightProblems";
import { hostFacts } from "./probes";
import { completePath } from "./settings";

export interface Preflight {
  /** Every problem that prevents the lab from running. */
  readonly problems: readonly string[];
  /** Debian packages that `make up` installs. */
  readonly missingPackages: readonly string[];
}

export const preflightCommand = command({
  name: "preflight",
  summary: "say what keeps the lab from running here, and change nothing",
  description: `Checks root, kernel, memory, disk, addresses, ports and programs. Lists every problem, and the Debian packages that
\`make up\` would install. Exit code 0 when there is no problem.`,
  run: sayWhetherItCanRun,
});

/** @returns the exit code: 0 when there is no problem */
export async function sayWhetherItCanRun(): Promise<number> {
  const result = await preflight(labFolders(labSettings().stateFolder), await labConfig());
  printPreflight(result);
  return result.problems.length === 0 ? 0 : 1;
}

/** Result of all checks; changes nothing. */
export async function preflight(folders: LabFolders, config: LabConfig): Promise<Preflight> {
  completePath();
  const facts = await hostFacts(folders.root);
  const context = { stateFolder: folders.root, addresses: labAddresses(config.vpcCidr) };
  return { problems: preflightProblems(facts, context), missingPackages: facts.missingPackages };
}

export function printPreflight({ problems, missingPackages }: Preflight): void {
  if (missingPackages.length > 0) say(`Debian packages to install: ${missingPackages.join(" ")}`);
  if (problems.length === 0) say("The lab can run here.");
  else say(`The lab cannot run here:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
}
