/** Names and labels of what a team gets, and the namespaces that no team can have. */
import { monitoringNames } from "../../monitoring/names";
import { telemetryNames } from "../../telemetry/names";

/** Label of a team's namespaces, with the team's name: NetworkPolicies and the guards find them by it. */
export const teamLabel = "perigee.dev/team";

export const teamNames = {
  /** ResourceQuota and LimitRange of a namespace. */
  quota: "perigee",
  /** ServiceAccount of a pipeline. */
  pipeline: "pipeline",
} as const;

/** Name of a role's ClusterRole. */
export const clusterRoleName = (role: string): string => `perigee-team-${role}`;

const reserved = ["default", monitoringNames.namespace, telemetryNames.namespace];

/** Reason why a team cannot have the namespace, or undefined. */
export function reservedReason(namespace: string): string | undefined {
  if (reserved.includes(namespace)) return "it is not a team's: the cluster or Perigee uses it";
  if (/^(kube|perigee)-/.test(namespace)) return "names that begin with kube- or perigee- are not a team's";
  return undefined;
}
