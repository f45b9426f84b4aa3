/**
 * The cluster that exists already, and the changes of settings that would lose it: they are refused before any
 * resource is registered. AWS and Pulumi would carry them out: a new machine in place of the one that holds etcd.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupOutput, InfraOutputs, KeyNumbers } from "../contract/outputs";
import { type SettingProblem, SettingsError } from "../settings/load";
import { namespace, type Settings } from "./config";
import { controlPlaneNames, fewerInUpgrade, keptByNone } from "./kubeadm/controlPlanes/acting";
import { regionOf } from "./kubeadm/placeLabels";
import { versionProblem } from "./kubeadm/upgrade/plan";
import { architectureOf } from "./machines/image";
import { asEc2Says, type RunningNode } from "./machines/living";
import { machineName, numberInPool } from "./machines/names";

/**
 * What the last `up` wrote. Of nodes that 0.1 wrote, type, disk, zone and subnet are missing until the next `up`, and of
 * the cluster, its keys.
 */
export type RunningCluster = Pick<InfraOutputs, "clusterName"> & {
  readonly kubernetesVersion?: string | undefined;
  readonly nodes: readonly RunningNode[];
  readonly keys?: KeyNumbers | undefined;
  readonly backup?: BackupOutput | undefined;
};
export type { RunningNode };

/**
 * Refuses settings with which `up` would lose the cluster of this stack.
 * @param outputs those of the last `up`
 * @returns the nodes that run; none where there is no cluster yet
 * @throws RunError with every problem, before any resource is registered
 */
export async function refuseLosses(
  settings: Settings,
  outputs: Partial<InfraOutputs>,
): Promise<readonly RunningNode[]> {
  const { clusterName, nodes: written, keys, backup, kubernetesVersion } = outputs;
  if (clusterName === undefined || written === undefined) return [];
  refuseOtherRegion(written, aws.config.region);
  const nodes = await asEc2Says(written, clusterName, controlPlaneNames(settings));
  const problems = lossesOf(settings, { clusterName, kubernetesVersion, nodes, keys, backup });
  if (problems.length > 0) throw new SettingsError(namespace, problems);
  return nodes;
}

/** @throws RunError when the machines are in another region than the settings': all of them would be replaced */
export function refuseOtherRegion(nodes: readonly RunningNode[], region: string | undefined): void {
  const zone = nodes.find(({ availabilityZone }) => availabilityZone !== undefined)?.availabilityZone;
  if (zone === undefined || region === undefined || regionOf(zone) === region) return;
  throw new pulumi.RunError(
    `aws:region = "${region}": the cluster of this stack is in ${regionOf(zone)}, and in another region it would be deleted, ` +
      "with all that is on it, and an empty one made; nothing was changed. Put it back:  " +
      `pulumi config set -s ${pulumi.getStack()} aws:region ${regionOf(zone)}`,
  );
}

/** Problem for each setting with which `up` would lose something of the running cluster. */
export function lossesOf(settings: Settings, running: RunningCluster): SettingProblem[] {
  // Under another name every machine is another one: there is nothing to compare.
  if (settings.clusterName !== running.clusterName) return [otherName(settings, running)];
  return [
    ...keptByNone(settings, running.nodes),
    ...fewerInUpgrade(settings, running.nodes, running.kubernetesVersion),
    ...otherArchitecture(settings, running),
    ...smallerDisks(settings, running),
    ...fewerSubnets(settings, running),
    ...otherKeys(settings, running),
    ...rotatedBySeveral(settings, running),
    ...deletedBucket(settings, running),
    ...otherVersion(settings, running),
  ];
}

/** A control plane that begins with a backup, or with nothing, has the version of the settings, whichever ran before. */
function otherVersion(
  { kubernetesVersion, restoreFrom }: Settings,
  running: RunningCluster,
): SettingProblem[] {
  if (running.kubernetesVersion === undefined || restoreFrom !== undefined) return [];
  return [versionProblem(running.kubernetesVersion, kubernetesVersion) ?? []].flat();
}

/** A bucket that leaves the program is deleted with its backups, where the last `up` did not mark it as one to keep. */
function deletedBucket({ backup: { bucket } }: Settings, { backup }: RunningCluster): SettingProblem[] {
  if (bucket === undefined || backup?.kept !== false || backup.bucket === bucket) return [];
  const problem =
    `the bucket of now, ${String(backup.bucket)}, would be deleted with its backups, as keepOnDestroy = false says; leave this ` +
    "out, set backup.keepOnDestroy to true and run up, then name another";
  return [{ setting: "backup.bucket", given: bucket, problem }];
}

/** A subnet that a machine stands in loses its route before AWS refuses to delete it. */
function fewerSubnets(settings: Settings, { nodes }: RunningCluster): SettingProblem[] {
  const { availabilityZones } = settings;
  const kept = machinesOf(settings);
  const cutOff = nodes.filter(({ name, subnet = 0 }) => kept.has(name) && subnet > availabilityZones.count);
  if (cutOff.length === 0) return [];
  const most = Math.max(...cutOff.map(({ subnet = 0 }) => subnet));
  const problem =
    `${cutOff.map(({ name, subnet }) => `${name} stands in subnet ${subnet ?? 0}`).join(", ")}, and a subnet is not deleted ` +
    `under a machine; allowed: ${most} or more, or remove these machines first`;
  return [
    { setting: "availabilityZones", given: availabilityZones.names ?? availabilityZones.count, problem },
  ];
}

/** Machines that the settings ask for: name -> instance type. */
export function machinesOf({ clusterName, controlPlane, workers }: Settings): ReadonlyMap<string, string> {
  const wanted = [{ ...controlPlane, name: "control-plane" }, ...workers];
  return new Map(
    wanted.flatMap(({ name, count, instanceType }) =>
      Array.from(
        { length: count },
        (_, index) => [machineName(clusterName, name, index + 1), instanceType] as const,
      ),
    ),
  );
}

/** A machine lets in the current login key and the next; a key for Secrets that was dropped cannot come back. */
function otherKeys(settings: Settings, { keys, nodes }: RunningCluster): SettingProblem[] {
  const problems = (["login", "secrets"] as const).flatMap((name): SettingProblem[] => {
    const [given, own] = [settings.keys[name], keys?.[name] ?? 1];
    if (given === own || given === own + 1) return [];
    const problem = `the running cluster's key has the number ${own}; allowed: ${own}, or ${own + 1} to rotate it`;
    return [{ setting: `keys.${name}`, given, problem }];
  });
  const { login } = settings.keys;
  if (problems.length > 0 || login === (keys?.login ?? 1)) return problems;
  if (keys === undefined) {
    const problem = "the running machines do not let the next key in yet; run up once with 1, then raise it";
    return [{ setting: "keys.login", given: login, problem }];
  }
  const kept = machinesOf(settings);
  const leaving = nodes.flatMap(({ name }) => (kept.has(name) ? [] : [name]));
  if (leaving.length === 0) return [];
  // Pulumi deletes last, and with the connection of the run before.
  const problem = `${leaving.join(", ")} would be taken out of the cluster with the former key; rotate it first, then remove machines`;
  return [{ setting: "keys.login", given: login, problem }];
}

/**
 * Every API server has to know a new key for Secrets before the first one encrypts with it, and a step rotates the one of its
 * own machine.
 */
function rotatedBySeveral(
  { controlPlane, keys: wanted }: Settings,
  { keys, nodes }: RunningCluster,
): SettingProblem[] {
  const there = nodes.filter(({ role }) => role === "control-plane").length;
  const own = keys?.secrets ?? 1;
  if (wanted.secrets === own || Math.max(controlPlane.count, there) === 1) return [];
  const problem =
    `with several control planes this key is not rotated; put it back to ${own}. To rotate it: set controlPlane.count to 1 and ` +
    "run up, rotate it, and set the count back";
  return [{ setting: "keys.secrets", given: wanted.secrets, problem }];
}

function otherName({ clusterName }: Settings, running: RunningCluster): SettingProblem {
  return {
    setting: "clusterName",
    given: clusterName,
    problem:
      `the cluster of this stack is named ${running.clusterName}; under another name it would be deleted, with all that ` +
      `is on it, and an empty one made. Keep the name, also where the stack has another one now:  ` +
      `pulumi config set -s ${pulumi.getStack()} ${namespace}:clusterName ${running.clusterName}`,
  };
}

function otherArchitecture({ controlPlane }: Settings, { nodes }: RunningCluster): SettingProblem[] {
  const { instanceType } = controlPlane;
  const other = nodes.find(
    (node) =>
      node.role === "control-plane" &&
      node.instanceType !== undefined &&
      architectureOf(node.instanceType) !== architectureOf(instanceType),
  );
  if (other?.instanceType === undefined) return [];
  const problem =
    `is ${architectureOf(instanceType)}; ${other.name} is ${architectureOf(other.instanceType)} (${other.instanceType}), and a ` +
    "machine of another architecture would replace it, etcd and all. Take a type of the same architecture; " +
    "docs/runbook.md says how to move to a new cluster";
  return [{ setting: "controlPlane.instanceType", given: instanceType, problem }];
}

interface Disks {
  readonly setting: string;
  readonly pool: string;
  readonly diskGiB: number;
  readonly instanceType: string;
  /** True where another type replaces the machine, and its disk with it. */
  readonly replaces: boolean;
}

function smallerDisks(settings: Settings, { nodes }: RunningCluster): SettingProblem[] {
  const { clusterName, controlPlane, workers } = settings;
  const pools: Disks[] = [
    { ...controlPlane, setting: "controlPlane", pool: "control-plane", replaces: false },
    ...workers.map((pool, index) => ({
      ...pool,
      setting: `workers[${index}]`,
      pool: pool.name,
      replaces: true,
    })),
  ];
  return pools.flatMap(({ setting, pool, diskGiB, instanceType, replaces }) => {
    const largest = nodes
      .filter(({ name }) => numberInPool(clusterName, pool, name) !== undefined)
      .filter((node) => !replaces || node.instanceType === instanceType)
      .reduce((most, node) => Math.max(most, node.diskGiB ?? 0), 0);
    if (diskGiB >= largest) return [];
    const way = replaces ? "; for smaller disks add another pool and then remove this one" : "";
    const problem = `the pool's disks have ${largest} GiB and AWS cannot shrink them; allowed: ${largest} or more${way}`;
    return [{ setting: `${setting}.diskGiB`, given: diskGiB, problem }];
  });
}
