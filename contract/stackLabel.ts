/** Label that marks the namespaces of stack 2 on the cluster of stack 1. */

/** Label of stack 2's namespaces. While one exists, stack 1 is not destroyed (inUse/); stack 2 adopts no other. */
export const stackLabel = { "perigee.dev/stack": "perigee-workloads" } as const;
