/** A team's namespace with all that is in it: a room with a door. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { stackLabel } from "../../../contract/stackLabel";
import type { Adoption } from "../../adoption";
import { owned } from "../../adoption/fieldManager";
import { namespaceWithSecurity } from "../../namespaces";
import { clusterRoleName, teamLabel, teamNames } from "./names";
import { type Guests, networkPolicies } from "./networkPolicies";
import { containerLimits, quotaHard } from "./quota";
import { type RoleName, roleNames } from "./roles";
import type { TeamSettings } from "./settings";

export interface RoomArgs {
  readonly team: TeamSettings;
  /** Its name is part of the resources' names, the team's is not: a namespace may change its team. */
  readonly namespace: string;
  readonly kubernetesVersion: pulumi.Input<string>;
  /** Who may come in beside the monitoring. */
  readonly guests: Guests;
  readonly adoption: Adoption;
  /** What must be there before somebody comes in: roles and guards. */
  readonly before: readonly pulumi.Resource[];
}

export function room(args: RoomArgs, opts: pulumi.CustomResourceOptions): void {
  const furniture = furnish(args, opts);
  const pipeline = args.team.pipeline ? pipelineAccount(args, furniture.namespace, opts) : undefined;
  // Nobody comes in before quota and policies are there.
  const door = { ...opts, dependsOn: [...args.before, ...furniture.parts, ...(pipeline ? [pipeline] : [])] };
  for (const role of roleNames) roleBinding(role, args, furniture.namespace, door);
}

interface Furniture {
  readonly namespace: pulumi.Output<string>;
  readonly parts: readonly pulumi.Resource[];
}

/**
 * The namespace and what holds for everybody in it. It stays on the cluster when the settings name it no more: with it
 * would go all that the team has there, and without these the team's pods would run on unbounded.
 */
function furnish(
  { team, namespace: name, kubernetesVersion, guests, adoption }: RoomArgs,
  opts: pulumi.CustomResourceOptions,
): Furniture {
  const stays = { ...opts, retainOnDelete: true };
  const made = namespaceWithSecurity(
    name,
    { enforce: team.podSecurity, kubernetesVersion, labels: { [teamLabel]: team.name } },
    { ...stays, hooks: adoption.ofNamespace },
  );
  const namespace = made.metadata.name;
  const metadata = (object: string) => owned({ name: object, namespace, labels: { ...stackLabel } });
  const quota = new kubernetes.core.v1.ResourceQuota(
    `${name}-quota`,
    { metadata: metadata(teamNames.quota), spec: { hard: quotaHard(team) } },
    stays,
  );
  const limits = new kubernetes.core.v1.LimitRange(
    `${name}-limits`,
    { metadata: metadata(teamNames.quota), spec: { limits: [containerLimits(team)] } },
    stays,
  );
  const policies = networkPolicies(team.name, guests(name)).map(
    ({ name: policy, spec }) =>
      new kubernetes.networking.v1.NetworkPolicy(
        `${name}-${policy}`,
        { metadata: metadata(policy), spec },
        stays,
      ),
  );
  // Kubernetes makes it in every namespace; a pod that names no other one gets no token of it.
  const account = new kubernetes.core.v1.ServiceAccount(
    `${name}-default`,
    { metadata: metadata("default"), automountServiceAccountToken: false },
    stays,
  );
  return { namespace, parts: [quota, limits, ...policies, account] };
}

/** A ServiceAccount whose tokens are made when they are needed, and which no pod gets by itself. */
function pipelineAccount(
  { namespace: name }: RoomArgs,
  namespace: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return new kubernetes.core.v1.ServiceAccount(
    `${name}-pipeline`,
    {
      metadata: owned({ name: teamNames.pipeline, namespace, labels: { ...stackLabel } }),
      automountServiceAccountToken: false,
    },
    opts,
  );
}

type Subject = kubernetes.types.input.rbac.v1.Subject;

/** Who has the role in the namespace. */
function subjectsOf(role: RoleName, { groups, pipeline }: TeamSettings, namespace: string): Subject[] {
  const people = groups[role].map((name) => ({ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name }));
  const own = { kind: "ServiceAccount", name: teamNames.pipeline, namespace };
  return role === "deploy" && pipeline ? [...people, own] : people;
}

function roleBinding(
  role: RoleName,
  { team, namespace: name }: RoomArgs,
  namespace: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const subjects = subjectsOf(role, team, name);
  if (subjects.length === 0) return;
  new kubernetes.rbac.v1.RoleBinding(
    `${name}-${role}`,
    {
      metadata: owned({ name: `perigee-${role}`, namespace, labels: { ...stackLabel } }),
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: clusterRoleName(role),
      },
      subjects,
    },
    opts,
  );
}
