/** Session of a command that changes the lab: root, the lab's lock, and an abort signal for interrupts. */
import { type LabFolders, labFolders, labSettings } from "../settings";
import { watchInterrupts } from "./interrupt";
import { lockFile, takeLock } from "./lock";
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
  const release = await takeLock(await lockFile(), command, folders.root);
  const interrupts = watchInterrupts();
  try {
    return await work({ folders, signal: interrupts.signal });
  } finally {
    interrupts.release();
    await release();
  }
}
