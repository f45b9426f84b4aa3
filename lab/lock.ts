/** Locks between processes, by flock on a file: the kernel frees them when the holder ends, however it ends. */
import { spawn } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";

export interface LockRequest {
  /** Kept in the file for whoever is told of the lock: what holds it, such as `process 123`. */
  readonly holder: string;
  /** How long another holder is waited for, seconds. Default: as long as it takes. */
  readonly limitSeconds?: number;
  /** Hears, after a second, which holder is waited for. */
  readonly waiting?: (holder: string) => void;
}

/** Another process has the lock. */
export class LockHeld extends Error {
  constructor(
    readonly file: string,
    /** What the other process left in the file. */
    readonly holder: string,
  ) {
    super(`the lock ${file} is held by ${holder}`);
    this.name = "LockHeld";
  }
}

/**
 * The shell takes the lock, names the holder in the file, and keeps it until its standard input ends, which happens
 * when this process gives the lock back and when it ends. The file is removed with the lock: whoever waited for it
 * then has locked a file that is no longer there, and tries again. ($1: file, $2: limit in seconds or nothing, $3: holder)
 */
const takeAndHold = `
exec 9>>"$1"
if ! flock \${2:+--timeout "$2"} 9; then exit 75; fi
[ "$1" -ef /proc/self/fd/9 ] || exit 76
printf %s "$3" >"$1"
echo held
exec cat`;

/**
 * Takes a lock for this process.
 * @returns what gives it back
 * @throws LockHeld when another process still has it after the limit
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
    detached: true, // Ctrl-C in the terminal is for this process, which gives the lock back when it is done
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
    await rm(file, { force: true });
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
