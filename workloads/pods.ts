/** What pods of this stack have in common. */

export interface Toleration {
  readonly key: string;
  readonly operator: "Exists";
  readonly effect: "NoExecute";
  readonly tolerationSeconds: number;
}

/** A pod leaves a dead node after half a minute; Kubernetes' own default is five. */
export const leaveDeadNode: readonly Toleration[] = ["not-ready", "unreachable"].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 30,
}));
