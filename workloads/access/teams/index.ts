/**
 * Teams that share the cluster: namespaces with bounds, and roles for their people and pipelines.
 *
 *   settings.ts  what a user sets        checks.ts           what is wrong only together
 *   roles.ts     who may do what         clusterCheck.ts     what the cluster has already
 *   room.ts      a namespace's objects   quota.ts            ResourceQuota and LimitRange
 *   guards.ts    what RBAC cannot say    networkPolicies.ts  who reaches whom
 *   names.ts     names and labels        quantity.ts         Kubernetes' quantities
 *
 * Without teams there is nothing of all this.
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stackLabel } from "../../../contract/stackLabel";
import type { Adoption } from "../../adoption";
import { owned } from "../../adoption/fieldManager";
import { guardName, guards, policySpec } from "./guards";
import { clusterRoleName } from "./names";
import type { Guests } from "./networkPolicies";
import { roleNames, rulesOf } from "./roles";
import { room } from "./room";
import { namespacesOf, type TeamSettings } from "./settings";

export { checkTeams } from "./clusterCheck";
export { guests } from "./networkPolicies";

export interface TeamsArgs {
  readonly teams: readonly TeamSettings[];
  /** Full version of the cluster. */
  readonly kubernetesVersion: pulumi.Input<string>;
  /** Who may come in beside the monitoring. */
  readonly guests: Guests;
  readonly adoption: Adoption;
}

export class Teams extends pulumi.ComponentResource {
  constructor(name: string, args: TeamsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:access:Teams", name, {}, opts);
    const own = { parent: this };
    const before = [...clusterRoles(own), ...guards.flatMap((guard) => admissionPolicy(guard, own))];
    for (const team of args.teams) {
      for (const namespace of namespacesOf(team)) room({ ...args, team, namespace, before }, own);
    }
    this.registerOutputs();
  }
}

const metadata = (name: string) => owned({ name, labels: { ...stackLabel } });

/** The roles of every team: rules once, bound in each namespace. */
function clusterRoles(opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  return roleNames.map(
    (role) =>
      new kubernetes.rbac.v1.ClusterRole(
        `team-${role}`,
        { metadata: metadata(clusterRoleName(role)), rules: rulesOf(role) },
        opts,
      ),
  );
}

function admissionPolicy(
  guard: (typeof guards)[number],
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const name = guardName(guard.name);
  const policy = new kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy(
    `team-${guard.name}`,
    { metadata: metadata(name), spec: policySpec(guard) },
    opts,
  );
  const binding = new kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
    `team-${guard.name}`,
    { metadata: metadata(name), spec: { policyName: name, validationActions: ["Deny"] } },
    { ...opts, dependsOn: [policy] },
  );
  return [policy, binding];
}
