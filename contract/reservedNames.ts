/** Names of people and groups that nobody is given: no identity provider (stack 1) and no team (stack 2). */

/** Beginnings of names to which Kubernetes and kubeadm gave a meaning. */
export const reservedBeginnings = ["system:", "kubeadm:"] as const;
