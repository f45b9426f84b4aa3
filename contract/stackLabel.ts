/** The label by which stack 1 knows that stack 2 is on its cluster. */

/** On every namespace of stack 2. Stack 1 is not destroyed while there is one (inUse/), and stack 2 takes over no other. */
export const stackLabel = { "perigee.dev/stack": "perigee-workloads" } as const;
