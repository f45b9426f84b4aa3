/** Stale locks: a killed engine leaves its lock on the stack; a lock without its process protects nothing. */
import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** Fields of a lock that the file backend writes. */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

/** Removes the locks of this host's engines that no longer run; all others stay, and stop the CLI. */
export async function clearStaleLocks(stateFolder: string): Promise<void> {
  const folder = join(stateFolder, "backend/.pulumi/locks");
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(".json"))) {
    const file = join(folder, name);
    const lock = await readLock(file);
    if (lock !== undefined && lock.hostname === hostname() && !runs(lock.pid)) {
      await rm(file, { force: true });
    }
  }
}

async function readLock(file: string): Promise<Lock | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Lock;
  } catch {
    return undefined; // removed meanwhile, or not yet written
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
