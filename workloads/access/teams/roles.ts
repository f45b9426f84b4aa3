/**
 * What a team's roles may do in its namespaces: the single source of the ClusterRoles and of the table in
 * docs/teams.md. Explicit, and not built on Kubernetes' own `edit` (docs/adr/0208): a resource that is not here is
 * nobody's, subresources included.
 */
import { teamNames } from "./names";

export const roleNames = ["view", "deploy", "edit"] as const;
export type RoleName = (typeof roleNames)[number];

type Verbs = readonly string[];

export interface Permission {
  readonly apiGroup: string;
  readonly resources: readonly string[];
  /** Only objects of these names. */
  readonly resourceNames?: readonly string[];
  readonly verbs: Readonly<Record<RoleName, Verbs>>;
}

const none: Verbs = [];
const get: Verbs = ["get"];
const read: Verbs = ["get", "list", "watch"];
/** Without delete: what is deleted with it does not come back. */
const keep: Verbs = [...read, "create", "update", "patch"];
const write: Verbs = [...keep, "delete"];
const change: Verbs = ["get", "update", "patch"];
/** A stream into a pod: a request to upgrade comes as `get` by WebSocket and as `create` by SPDY. */
const stream: Verbs = ["get", "create"];

const row = (
  apiGroup: string,
  resources: readonly string[],
  view: Verbs,
  deploy: Verbs,
  edit: Verbs,
): Permission => ({ apiGroup, resources, verbs: { view, deploy, edit } });

/** Columns: view, deploy, edit. */
export const permissions: readonly Permission[] = [
  row("", ["pods", "services", "configmaps", "serviceaccounts"], read, write, write),
  row("apps", ["deployments", "statefulsets", "daemonsets"], read, write, write),
  row("apps", ["deployments/scale", "statefulsets/scale"], get, change, change),
  row("apps", ["replicasets", "controllerrevisions"], read, read, read),
  row("batch", ["jobs", "cronjobs"], read, write, write),
  row("autoscaling", ["horizontalpodautoscalers"], read, write, write),
  row("policy", ["poddisruptionbudgets"], read, write, write),
  row("networking.k8s.io", ["ingresses"], read, write, write),
  row("gateway.networking.k8s.io", ["httproutes", "grpcroutes"], read, write, write),
  row("monitoring.coreos.com", ["servicemonitors", "podmonitors", "prometheusrules"], read, write, write),
  row("", ["persistentvolumeclaims"], read, keep, write),
  row("networking.k8s.io", ["networkpolicies"], read, read, write),
  row("", ["secrets"], none, none, write),
  row("", ["pods/exec", "pods/attach", "pods/portforward"], none, none, stream),
  row("", ["pods/ephemeralcontainers"], none, none, change),
  row("", ["pods/eviction"], none, none, ["create"]),
  {
    ...row("", ["serviceaccounts/token"], none, none, ["create"]),
    resourceNames: [teamNames.pipeline],
  },
  row("", ["pods/log"], get, get, get),
  row("", ["events", "endpoints", "resourcequotas", "limitranges"], read, read, read),
  row("events.k8s.io", ["events"], read, read, read),
  row("discovery.k8s.io", ["endpointslices"], read, read, read),
  row("metrics.k8s.io", ["pods"], ["get", "list"], ["get", "list"], ["get", "list"]),
  row("", ["namespaces"], get, get, get),
];

export interface PolicyRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

/** Rules of a role's ClusterRole. */
export function rulesOf(role: RoleName): PolicyRule[] {
  return permissions
    .filter(({ verbs }) => verbs[role].length > 0)
    .map(({ apiGroup, resources, resourceNames, verbs }) => ({
      apiGroups: [apiGroup],
      resources: [...resources],
      ...(resourceNames && { resourceNames: [...resourceNames] }),
      verbs: [...verbs[role]],
    }));
}
