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

/** Runs a command that changes the lab: alone, and with its interrupts watched. */
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
 * Takes the lab's lock for a command, which is refused where another one has it.
 * @returns what gives it back
 * @throws Error that says which command has it, since when and for which lab
 */
export async function takeLab(
  file: string,
  command: string,
  stateFolder: string,
): Promise<() => Promise<void>> {
  const since = new Date().toISOString();
  const holder = `\`${command}\`, process ${process.pid}, since ${since} (state in ${stateFolder})`;
  try {
    // A command that was killed has let go within a moment.
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
 * Where the lock is: not in the state folder, because what two labs would fight over (the bridge, addresses, packet
 * rules) belongs to the network namespace. It is named after that.
 */
async function lockFile(): Promise<string> {
  const namespace = /\d+/.exec(await readlink("/proc/self/ns/net"))?.[0] ?? "0";
  return `/run/perigee-lab.${namespace}.lock`;
}
