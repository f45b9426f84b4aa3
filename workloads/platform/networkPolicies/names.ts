/** Names of what enforces NetworkPolicies. */
export const policyEngineNames = {
  /** DaemonSet, ServiceAccount, roles; in the namespace of the cluster's own parts. */
  engine: "policy-engine",
  namespace: "kube-system",
  image: "docker.io/cloudnativelabs/kube-router:v2.10.0",
  /** Port of its health, on the node's loopback address. */
  healthPort: 20244,
} as const;
