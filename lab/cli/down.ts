/** `make down`: destroys the stacks, removes machines, network and state, and reports anything that is left. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "../files";
import { clearLab } from "../host/clear";
import { leftovers } from "../host/leftovers";
import type { EngineOptions } from "../pulumi/engine/pulumi";
import type { LabFolders } from "../settings";
import { clusterAnswers } from "./cluster";
import { command, say } from "./command";
import { toEngine } from "./interrupt";
import { labEngineWithoutImage } from "./labEngine";
import { folderFacts, ownerProblems } from "./labFolder";
import { Phases } from "./phases";
import { changingTheLab, type Session } from "./session";
import { destroy, type LabStack, labStacks, type StackOptions } from "./stacks";

/** Time limit of one destroy. A healthy lab takes about a minute; a dead one is not waited for. */
const destroyLimitMs = 5 * 60_000;

export const downCommand = command({
  name: "down",
  summary: "remove the lab, all of it",
  description: `Destroys the lab's stacks in reverse order, then removes machines, servers, network and state, and puts back what was
changed on this machine. Goes on past failures and says what they were; also when the cluster is dead, and after an
interruption. Ends by looking for anything left. Built programs and images stay in ~/.cache/perigee. Needs root.`,
  run: () => changingTheLab("make down", down),
});

async function down({ folders, signal }: Session): Promise<number> {
  if (await nothingThere(folders)) {
    say("There is no lab here: nothing to remove.");
    return 0;
  }
  // The folder is deleted in the end: a wrong PERIGEE_LAB_STATE must not take other files along.
  const wrong = ownerProblems(await folderFacts(folders.root));
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  const phases = new Phases();
  const failures: string[] = [];
  const bare = await labEngineWithoutImage(say);
  if (await worthDestroying(bare)) {
    // Stack 2 is destroyed just before; if that fails, its cluster is removed anyway.
    const options = {
      ...bare,
      variables: {
        ...bare.variables,
        PERIGEE_CLUSTER_IS_GONE: "true",
        PERIGEE_DESTROY_WITHOUT_BACKUP: "true",
      },
    };
    for (const stack of [...labStacks].reverse()) {
      const failure = await phases.run(`destroy ${stack.title}`, () =>
        destroyOne(stack, { ...options, ...toEngine(signal) }),
      );
      if (signal.aborted) return 130;
      if (failure !== undefined) say(`    ${failure}; the machines are removed without it`);
    }
  }
  failures.push(...(await phases.run("machines and network", () => clearLab(folders, say))));
  const left = await phases.run("look for anything left", () => leftovers(folders));
  if (failures.length === 0 && left.length === 0) await forget(folders);
  return report(failures, left, phases);
}

async function nothingThere(folders: LabFolders): Promise<boolean> {
  return !(await exists(folders.root)) && (await leftovers(folders)).length === 0;
}

/**
 * True when the engine destroys the stacks: in order, with node drain, as `pulumi destroy` does on AWS. When no
 * cluster answers, there is nothing to drain, and everything in the engine's state is removed with the machines.
 */
async function worthDestroying(options: EngineOptions): Promise<boolean> {
  if (!(await exists(join(options.stateFolder, "backend")))) return false;
  if (await clusterAnswers(options)) return true;
  say("the cluster does not answer: its machines are removed without draining");
  return false;
}

async function destroyOne(stack: LabStack, options: StackOptions): Promise<string | undefined> {
  try {
    const run = await destroy(stack, options, destroyLimitMs);
    return run.exitCode === 0 ? undefined : `pulumi destroy ended with ${run.exitCode}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Deletes the state folder: with nothing left, the engine's state describes no resources. */
async function forget(folders: LabFolders): Promise<void> {
  await rm(folders.root, { recursive: true, force: true });
}

function report(failures: readonly string[], left: readonly string[], phases: Phases): number {
  if (failures.length === 0 && left.length === 0) {
    say(`\nThe lab is gone.\n${phases.summary()}`);
    return 0;
  }
  for (const failure of failures) process.stderr.write(`not removed: ${failure}\n`);
  for (const thing of left) process.stderr.write(`left: ${thing}\n`);
  process.stderr.write("\n`make down` again tries again.\n");
  return 1;
}
