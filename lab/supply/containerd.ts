/** Series of containerd that a lab's machines can have: Debian's own, or the one of Ubuntu 24.04, built here. */

export const containerdSeries = ["1.6", "2.2"] as const;
export type ContainerdSeries = (typeof containerdSeries)[number];

/** Debian's, which needs no Go. */
export const defaultContainerd: ContainerdSeries = "1.6";

/** True when the lab builds it; else it is in Debian's archive. */
export const builtContainerd = (series: ContainerdSeries): boolean => series !== defaultContainerd;
