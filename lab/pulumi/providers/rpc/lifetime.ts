/** Lifetime of a provider process: it ends with its engine; work of a killed engine is undone or finished. */
import { setTimeout as sleep } from "node:timers/promises";

/** Aborted when the engine has cancelled the operation or is gone. */
export const ended = new AbortController();

/** Work that must be finished, or undone, before the process may exit. */
const unfinished = new Set<Promise<unknown>>();

export async function tracked<T>(work: Promise<T>): Promise<T> {
  unfinished.add(work);
  try {
    return await work;
  } finally {
    unfinished.delete(work);
  }
}

/** Time limit for interrupted work to clean up. */
const graceMs = 30_000;
/** Time limit for work that continues without an engine. */
const aloneMs = 20 * 60_000;

/** Handling of work in progress when the engine is killed: it is undone, or it continues to its end. */
export type Orphaned = "undo" | "finish";

/**
 * Watches the engine: a killed one sends no `Cancel`, but its children get another parent.
 * (The engine starts the launcher, which becomes this process by `exec`, so the parent is the engine.)
 */
export function watchEngine(orphaned: Orphaned): void {
  const engine = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === engine) return;
    clearInterval(timer);
    void (orphaned === "undo" ? endAll() : finishAll());
  }, 500);
  timer.unref();
  // The engine's last signal to a plugin, which has its own process group: a terminal's Ctrl-C does not reach it.
  process.on("SIGINT", () => void endAll());
  process.on("SIGTERM", () => void endAll());
}

async function finishAll(): Promise<void> {
  await Promise.race([Promise.allSettled(unfinished), sleep(aloneMs, undefined, { ref: false })]);
  process.exit(0);
}

async function endAll(): Promise<void> {
  ended.abort(new Error("the engine is gone"));
  await Promise.race([Promise.allSettled(unfinished), sleep(graceMs, undefined, { ref: false })]);
  process.exit(0);
}
