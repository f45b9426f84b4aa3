/** Locks between processes, by flock on a file: the kernel frees them when the holder ends. */
import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Told when a lock is waited for: the process id that its holder left in the file. */
export type Waiting = (holder: string) => void;

/**
 * Runs `work` while holding a lock file, which names the holder's process id.
 *
 * The kernel's own lock (flock) is what counts, held by a child that ends with this process however that comes about:
 * a file left by a killed build never blocks the next one, and a reused process id never looks like a holder.
 */
export async function withLock<T>(file: string, waiting: Waiting, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const release = await acquire(file, waiting);
  try {
    await writeFile(file, `${process.pid}\n`);
    return await work();
  } finally {
    await release();
  }
}

async function acquire(file: string, waiting: Waiting): Promise<() => Promise<void>> {
  const holder = spawn("flock", ["--exclusive", file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => holder.on("close", () => resolve()));
  const notice = setTimeout(() => {
    readFile(file, "utf8").then(
      (pid) => waiting(pid.trim()),
      () => waiting("unknown"),
    );
  }, 1000);
  try {
    await new Promise<void>((resolve, reject) => {
      holder.stdout.once("data", () => resolve());
      holder.once("error", reject);
      holder.once("close", () => reject(new Error(`the lock ${file} could not be taken`)));
    });
  } finally {
    clearTimeout(notice);
  }
  return () => {
    holder.stdin.end();
    return ended;
  };
}
