/** What large clusters save on. */
import type { Settings } from "../config";

/** Up to here the traces cost less than a second. */
export const machinesWithTraces = 50;

/**
 * The SDK takes a stack trace, mapped back to TypeScript, for each of the 400 promises behind a worker's resources.
 * That was 18 of 25 s of the program's time at 400 workers (docs/bench.md). They help to find a promise that never
 * ends, and an error's origin in this program; a cluster that is large was a small one before.
 */
export function limitStackTraces({
  controlPlane,
  workers,
}: Pick<Settings, "controlPlane" | "workers">): void {
  const machines = workers.reduce<number>((sum, pool) => sum + pool.count, controlPlane.count);
  if (machines > machinesWithTraces) Error.stackTraceLimit = 0;
}
