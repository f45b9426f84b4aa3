/** Who is named in NetworkPolicies of several parts. */
import { monitoringNames } from "./names";

export interface Peer {
  /** Default: the policy's own namespace. */
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

/** Label by which Kubernetes itself marks every namespace with its name. */
export const named = (namespace: string): NonNullable<Peer["namespaceSelector"]> => ({
  matchLabels: { "kubernetes.io/metadata.name": namespace },
});

/** Pods of the namespace `monitoring` with this name. */
export const inMonitoring = (name: string): Peer => ({
  namespaceSelector: named(monitoringNames.namespace),
  podSelector: { matchLabels: { "app.kubernetes.io/name": name } },
});
