/** Locks between processes, by flock on a file: the kernel releases them when the holder ends, in whatever way. */
import { spawn } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";

export interface LockRequest {
  /** Description of the holder for processes that wait, such as `process 123`. Stored in the file. */
  readonly holder: string;
  /** Time limit for waiting, in seconds. Default: no limit. */
  readonly limitSeconds?: number;
  /** Called with the current holder after one second of waiting. */
  readonly waiting?: (holder: string) => void;
}

/** Error when another process holds the lock. */
export class LockHeld extends Error {
  constructor(
    readonly file: string,
    /** The other process's description from the file. */
    readonly holder: string,
  ) {
    super(`the lock ${file} is held by ${holder}`);
    this.name = "LockHeld";
  }
}

/**
 * Shell script that takes the lock, writes the holder into the file, and holds the lock until its standard input
 * ends, which happens when this process releases the lock or ends. The file is removed with the lock: a process that
 * waited has then locked a deleted file, and tries again. ($1: file, $2: limit in seconds or empty, $3: holder)
 */
const takeAndHold = `
exec 9>>"$1"
flock --conflict-exit-code 75 \${2:+--timeout "$2"} 9
[ "$1" -ef /proc/self/fd/9 ] || exit 76
printf %s "$3" >"$1"
echo held
exec cat`;

/**
 * Takes a lock for this process.
 * @returns a function that releases it
 * @throws LockHeld when another process still holds it after the limit
 */
export async function takeLock(file: string, request: LockRequest): Promise<() => Promise<void>> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  for (;;) {
    const release = await attempt(file, request);
    if (release !== "removed meanwhile") return release;
  }
}

/** Runs `work` while holding a lock. */
export async function withLock<T>(file: string, request: LockRequest, work: () => Promise<T>): Promise<T> {
  const release = await takeLock(file, request);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function attempt(
  file: string,
  { holder, limitSeconds, waiting }: LockRequest,
): Promise<(() => Promise<void>) | "removed meanwhile"> {
  const shell = spawn("sh", ["-euc", takeAndHold, "sh", file, `${limitSeconds ?? ""}`, holder], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true, // Ctrl-C in the terminal is for this process, which releases the lock when it is done
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    shell.once("error", reject);
    shell.once("close", resolve);
  });
  const notice = setTimeout(() => void holderIn(file).then(waiting), 1000);
  try {
    const held = new Promise<"held">((resolve) => shell.stdout.once("data", () => resolve("held")));
    const outcome = await Promise.race([held, ended]);
    if (outcome === 75) throw new LockHeld(file, await holderIn(file));
    if (outcome === 76) return "removed meanwhile";
    if (outcome !== "held") throw new Error(`the lock ${file} cannot be taken`);
  } finally {
    clearTimeout(notice);
  }
  return async () => {
    // Where the shell has ended already, the file may be another holder's.
    if (shell.exitCode === null && shell.signalCode === null) await rm(file, { force: true });
    shell.stdin.end();
    await ended;
  };
}

function holderIn(file: string): Promise<string> {
  return readFile(file, "utf8").then(
    (text) => text || "another process",
    () => "another process",
  );
}
