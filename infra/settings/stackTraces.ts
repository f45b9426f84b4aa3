/** Stack traces of promises: disabled for large clusters. */
import type { Settings } from "../config";

/** Largest number of machines with traces; up to here they cost less than a second. */
export const machinesWithTraces = 50;

/**
 * Disables stack traces above the limit. The SDK takes a stack trace, mapped back to TypeScript, for each of the 400
 * promises behind a worker's resources: 18 of 25 s of the program's time at 400 workers (docs/bench.md). Traces help to
 * find a promise that never resolves and the origin of an error in this program; both also appear in a small cluster.
 */
export function limitStackTraces({
  controlPlane,
  workers,
}: Pick<Settings, "controlPlane" | "workers">): void {
  const machines = workers.reduce<number>((sum, pool) => sum + pool.count, controlPlane.count);
  if (machines > machinesWithTraces) Error.stackTraceLimit = 0;
}
