/** Session of a command that changes the lab: root, the lab's lock, and an abort signal for interrupts. */
import { readlink } from "node:fs/promises";
import { LockHeld, takeLock } from "../lock";
import { type LabFolders, labFolders, labSettings } from "../settings";
import { watchInterrupts } from "./interrupt";
import { completePath } from "./settings";

export interface Session {
  readonly folders: LabFolders;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Runs a command that changes the lab, under the lab's lock and with an interrupt handler. */
export async function changingTheLab(
  command: string,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  completePath();
  if (process.getuid?.() !== 0) throw new Error(`${command} needs root: sudo ${command}`);
  const folders = labFolders(labSettings().stateFolder);
  const release = await takeLab(await lockFile(), command, folders.root);
  const interrupts = watchInterrupts();
  try {
    return await work({ folders, signal: interrupts.signal });
  } finally {
    interrupts.release();
    await release();
  }
}

/**
 * Takes the lab's lock for a command; fails when another command holds it.
 * @returns a function that releases it
 * @throws Error with the command that holds it, its start time and its lab
 */
export async function takeLab(
  file: string,
  command: string,
  stateFolder: string,
): Promise<() => Promise<void>> {
  const since = new Date().toISOString();
  const holder = `\`${command}\`, process ${process.pid}, since ${since} (state in ${stateFolder})`;
  try {
    // The lock of a killed command is released within a moment.
    return await takeLock(file, { holder, limitSeconds: 1 });
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    throw new Error(
      `A lab command is running already: ${error.holder}. Wait for it or interrupt it, then try again.`,
      { cause: error },
    );
  }
}

/**
 * Path of the lock: not in the state folder, because the resources that two labs would contend for (the bridge,
 * addresses, packet rules) belong to the network namespace. The namespace's number is in the file name.
 */
async function lockFile(): Promise<string> {
  const namespace = /\d+/.exec(await readlink("/proc/self/ns/net"))?.[0] ?? "0";
  return `/run/perigee-lab.${namespace}.lock`;
}
