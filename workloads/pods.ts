/** Common settings of this stack's pods. */

export interface Toleration {
  readonly key: string;
  readonly operator: "Exists";
  readonly effect: "NoExecute";
  readonly tolerationSeconds: number;
}

/** Beginning of the names of this stack's PriorityClasses, which are no team's to use. */
export const priorityBeginning = "perigee-";

/** PriorityClasses of this stack's pods (platform/priorities.ts). */
export const priority = {
  telemetry: `${priorityBeginning}telemetry`,
  platform: `${priorityBeginning}platform`,
  /** Kubernetes' own, for what every node has to have. */
  everyNode: "system-node-critical",
} as const;

/** Tolerations that evict a pod from a dead node after 30 seconds; the default of Kubernetes is 5 minutes. */
export const leaveDeadNode: readonly Toleration[] = ["not-ready", "unreachable"].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 30,
}));

/**
 * What a PodDisruptionBudget says of pods that do the same: never two at once. One alone may always go, and one that serves
 * nothing holds no drain back.
 */
export const oneAtATime = { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" } as const;

/** Constraint that spreads pods with these labels over nodes, as far as there is room. */
export const overNodes = (matchLabels: Readonly<Record<string, string>>) =>
  ({
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels },
  }) as const;

/** Toleration of the taint that kubeadm gives control planes, for what a cluster needs as a whole. */
export const onControlPlanes = {
  key: "node-role.kubernetes.io/control-plane",
  operator: "Exists",
  effect: "NoSchedule",
} as const;

export type ControlPlaneToleration = typeof onControlPlanes;
