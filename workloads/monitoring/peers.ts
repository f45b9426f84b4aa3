/** Who and what is named in NetworkPolicies of several parts. */
import { gatewayNames } from "../access/gateway/names";
import { monitoringNames } from "./names";

export interface Peer {
  /** Default: the policy's own namespace. */
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

export interface Port {
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
}

export const tcp = (port: number): Port => ({ protocol: "TCP", port });

/** Pods of cluster DNS, and where they answer. */
export const clusterDns = {
  namespace: "kube-system",
  labels: { "k8s-app": "kube-dns" },
  ports: [{ protocol: "UDP", port: 53 }, tcp(53)],
} as const;

/** Label by which Kubernetes itself marks every namespace with its name. */
export const named = (namespace: string): NonNullable<Peer["namespaceSelector"]> => ({
  matchLabels: { "kubernetes.io/metadata.name": namespace },
});

/** Pods of the namespace `monitoring` with this name. */
export const inMonitoring = (name: string): Peer => ({
  namespaceSelector: named(monitoringNames.namespace),
  podSelector: { matchLabels: { "app.kubernetes.io/name": name } },
});

/** Pods of the gateway. */
export const fromGateway: Peer = {
  namespaceSelector: named(gatewayNames.namespace),
  podSelector: { matchLabels: { "app.kubernetes.io/name": gatewayNames.gateway } },
};
