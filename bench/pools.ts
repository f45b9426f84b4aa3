/** Pools of workers for clusters of any size that is measured. */

/** Machines in a pool: 83 in each of three zones, so that three pools leave room for the control plane. */
const poolSize = 249;

/** Pools with so many workers together. */
export function poolsOf(workers: number): { name: string; count: number }[] {
  return Array.from({ length: Math.ceil(workers / poolSize) }, (_, index) => ({
    name: `pool${index + 1}`,
    count: Math.min(poolSize, workers - index * poolSize),
  }));
}
