/** Names of machines, which are those of their nodes too: `<clusterName>-<pool>-<number>`. */

/** Name of a pool's machine; numbers begin with 1. */
export function machineName(clusterName: string, pool: string, number: number): string {
  return `${clusterName}-${pool}-${number}`;
}

/** Number of a machine in this pool; undefined when the machine is of another one. */
export function numberInPool(clusterName: string, pool: string, name: string): number | undefined {
  const number = Number(/\d+$/.exec(name)?.[0]);
  return name === machineName(clusterName, pool, number) ? number : undefined;
}
