/**
 * The acting control plane: the one that begins a cluster, or that a new control plane finds there and joins. Any one that
 * lives can be it; it changes only when it died or goes, so that a second `up` changes nothing.
 */
import * as pulumi from "@pulumi/pulumi";
import type { SettingProblem } from "../../../settings/load";
import type { Settings } from "../../config";
import { machineName } from "../../machines/names";
import { subnetOf } from "../../network/cidr";

/** A control plane as the last `up` wrote it, and as EC2 has it. */
interface KnownControlPlane {
  readonly name: string;
  readonly role: string;
  /** Instance of the last `up` that ended. */
  readonly instanceId?: string;
  /** Instance that EC2 has of it now; without one it is dead. */
  readonly living?: string;
  /** Number of its subnet, from 1. */
  readonly subnet?: number;
}

/**
 * @param wanted names of the control planes that the settings ask for, in their order
 * @param former the acting one of the last `up`
 * @returns its name; where no control plane lives, the one that begins the cluster
 */
export function actingControlPlane(
  wanted: readonly string[],
  running: readonly KnownControlPlane[],
  former: string | undefined,
): string {
  const members = wanted.filter((name) => membersOf(running).includes(name));
  const living = wanted.filter((name) =>
    running.some((one) => one.name === name && one.living !== undefined),
  );
  const [first] = members.length > 0 ? members : living;
  const acting = members.find((name) => name === former) ?? first;
  return acting ?? wanted[0] ?? "";
}

/** Names of control planes that live. A machine that an `up` made which did not end may not have joined yet. */
export function membersOf(running: readonly KnownControlPlane[]): string[] {
  return running
    .filter(({ role, living }) => role === "control-plane" && living !== undefined)
    .filter(({ living, instanceId }) => living === instanceId)
    .map(({ name }) => name);
}

export function controlPlaneNames({ clusterName, controlPlane }: Settings): string[] {
  return Array.from({ length: controlPlane.count }, (_, index) =>
    machineName(clusterName, "control-plane", index + 1),
  );
}

/**
 * Names of control planes that no `up` replaces: with the only one that lives, etcd's data would go. One that an `up` made
 * beside it which did not end may not have the data.
 */
export function irreplaceable(running: readonly KnownControlPlane[]): string[] {
  const living = running.filter(
    (one) => one.role === "control-plane" && one.living !== undefined && one.instanceId !== undefined,
  );
  return living.length > 1 ? [] : living.map(({ name }) => name);
}

/**
 * Problem of a count that keeps none of the control planes that have etcd's data: what it keeps is gone or has not joined,
 * and would begin an empty cluster while the others are deleted. A restore is meant to begin anew where etcd has lost its
 * majority; where it has not, `restoreFrom` was left set.
 */
export function keptByNone(settings: Settings, running: readonly KnownControlPlane[]): SettingProblem[] {
  const [members, wanted] = [membersOf(running), controlPlaneNames(settings)];
  const former = countOf(running);
  const kept = members.some((name) => wanted.includes(name));
  if (kept || members.length === 0 || restores(settings, running)) return [];
  const problem =
    `keeps ${wanted.join(", ")} alone, gone or not joined yet, and would delete what has the cluster's data: ` +
    `${members.join(", ")}; put it back to ${former}, run pulumi refresh and pulumi up, and lower it then`;
  return [{ setting: "controlPlane.count", given: settings.controlPlane.count, problem }];
}

const countOf = (running: readonly KnownControlPlane[]): number =>
  running.filter(({ role }) => role === "control-plane").length;

/** True where etcd has lost its majority, and a backup takes its place. */
const restores = ({ restoreFrom }: Settings, running: readonly KnownControlPlane[]): boolean =>
  restoreFrom !== undefined && membersOf(running).length * 2 <= countOf(running);

/**
 * Problem of fewer control planes together with another version: those that are to go leave last, and would serve the former
 * version to the end, beside kubelets of the new one.
 * @param version of the cluster that runs, undefined where it is not known
 */
export function fewerInUpgrade(
  settings: Settings,
  running: readonly KnownControlPlane[],
  version: string | undefined,
): SettingProblem[] {
  const { controlPlane, kubernetesVersion } = settings;
  const former = countOf(running);
  if (version === undefined || version === kubernetesVersion || restores(settings, running)) return [];
  if (controlPlane.count >= former) return [];
  const problem =
    `is lowered from ${former} together with kubernetesVersion, from ${version} to ${kubernetesVersion}; allowed: one after the ` +
    `other. Put it back to ${former} and run up, then lower it; or, where the upgrade has not begun, put kubernetesVersion back to ` +
    `${version}, lower this first, and then upgrade`;
  return [{ setting: "controlPlane.count", given: controlPlane.count, problem }];
}

/** Warns where control planes share a zone; one that runs stays in the zone that it was made in. */
export function tellSharedZones(settings: Settings, running: readonly KnownControlPlane[]): void {
  const { count: zones } = settings.availabilityZones;
  const places = controlPlaneNames(settings).map((name, index) => {
    const wanted = subnetOf(index, zones) + 1;
    const runs = running.find((one) => one.name === name && one.living !== undefined);
    return { name, wanted, subnet: runs?.subnet ?? wanted };
  });
  const said = sharedZones(places, zones);
  if (said !== undefined) void pulumi.log.warn(said);
}

/** Subnet of a control plane, one in a zone: that in which it is or will be made, and that of one made now. */
interface Place {
  readonly name: string;
  readonly subnet: number;
  readonly wanted: number;
}

/**
 * What it means that control planes share a zone; undefined where they are spread as well as over three.
 * @param zones number of zones of new machines
 */
export function sharedZones(places: readonly Place[], zones: number): string | undefined {
  const count = places.length;
  const subnets = places.map(({ subnet }) => subnet);
  const most = Math.max(...subnets.map((one) => subnets.filter((other) => other === one).length));
  if (most <= Math.ceil(count / 3)) return undefined;
  const used = new Set(subnets).size;
  const outcome =
    count - most > count / 2
      ? "the cluster outlives the loss of any one zone"
      : `the loss of the zone with ${most} of them takes the API away until they are back or restored`;
  const elsewhere = places.filter(({ subnet, wanted }) => subnet !== wanted).map(({ name }) => name);
  const way =
    zones < Math.min(count, 3)
      ? `Set availabilityZones to ${Math.min(count, 3)} for a zone each`
      : `Replace ${elsewhere.join(", ")}, one after the other, for a zone each (docs/runbook.md, Add and remove control planes)`;
  return (
    `perigee-infra:controlPlane.count = ${count} in ${used} ${used === 1 ? "zone" : "zones"}: etcd needs more than half ` +
    `of them, so ${outcome}. ${way}`
  );
}
