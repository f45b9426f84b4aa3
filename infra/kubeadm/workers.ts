/** The workers of a cluster: each is admitted by a control plane and joins; those that run take what is new in turn. */
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machines";
import type { KubeadmClusterArgs, WorkerMembership } from "./clusterArgs";
import { kubeletArgs, kubeletDocument, workerDocument } from "./documents";
import { labelTexts, taintTexts } from "./labels";
import { diskGiB, filesOf, lines, placeOf, providerId } from "./machineInputs";
import type { RemoteSteps } from "./remoteSteps";
import { predecessors } from "./upgrade/plan";

/** What workers need of the control planes. */
export interface WorkersHost {
  /** The control plane that admits them. */
  readonly machine: Machine;
  readonly caCertificate: pulumi.Output<string>;
  /** Before any worker is admitted. */
  readonly admits: readonly pulumi.Resource[];
  /** In an upgrade, before one that runs is drained for it. */
  readonly upgrades: readonly pulumi.Resource[];
}

/**
 * Those that run already take what is new in turn; a new one waits for none of them.
 * @returns the last step of each
 */
export function joinWorkers(
  steps: RemoteSteps,
  args: KubeadmClusterArgs,
  host: WorkersHost,
): readonly pulumi.Resource[] {
  const { workers, rollout, updates } = args;
  const members = workers.flatMap((pool) => pool.machines.map((machine) => ({ machine, pool })));
  const inTurn = members.filter(({ machine }) => rollout.inTurn.includes(machine.name));
  const predecessor = predecessors(inTurn.length, updates.maxUnavailable);
  const joined = new Map<Machine, pulumi.Resource>();
  for (const member of members) {
    const former = inTurn[predecessor[inTurn.indexOf(member)] ?? -1];
    const turn = former && joined.get(former.machine);
    const before = [...(inTurn.includes(member) ? host.upgrades : []), ...(turn === undefined ? [] : [turn])];
    joined.set(member.machine, join(steps, args, host, member.machine, member.pool, before));
  }
  return [...joined.values()];
}

/**
 * request (worker) -> admit (control plane) -> join (worker). No join token: see docs/adr/0002.
 * Removing the worker runs in reverse order: `leave` drains and deletes the node, then the machine is deleted.
 * In an upgrade `admit` drains the node, and `join` upgrades it and takes it back.
 * @param before steps that have to be done before this worker takes anything new
 */
function join(
  steps: RemoteSteps,
  args: KubeadmClusterArgs,
  host: WorkersHost,
  machine: Machine,
  pool: WorkerMembership,
  before: readonly pulumi.Resource[],
): pulumi.Resource {
  const { network, kubernetesVersion, drainTimeoutSeconds, readyTimeoutSeconds, rollout } = args;
  const { taints } = pool;
  const labels = placeOf(machine).apply((place) => ({ ...pool.labels, ...place }));
  const node = pulumi
    .all([machine.instance.privateIp, labels])
    .apply(([privateIp, all]) => ({ nodeName: machine.name, privateIp, labels: all, taints }));
  const request = steps.run(`${machine.name}-request`, { machine, script: "request", limitSeconds: 3000 });
  const admit = steps.run(`${machine.name}-admit`, {
    machine: host.machine,
    for: machine,
    script: "member",
    verbs: { create: "admit", delete: "leave" },
    // A gate before the drain, and what is waited for otherwise.
    limitSeconds: drainTimeoutSeconds + 600,
    output: "value",
    inputs: {
      PROVIDER_ID: providerId(machine),
      PRIVATE_IP: machine.instance.privateIp,
      CONTROL_PLANE: host.machine.instance.id,
      REQUEST: request.stdout,
      LABELS: labels.apply(labelTexts).apply(lines),
      TAINTS: lines(taintTexts(taints)),
      DRAIN_TIMEOUT: String(drainTimeoutSeconds),
      KUBERNETES_VERSION: kubernetesVersion,
    },
    // Only in an upgrade: in the state of any other run, removed workers would be drained one after the other.
    after: [...host.admits, machine.instance, ...(rollout.upgrade === undefined ? [] : before)],
  });
  return steps.run(`${machine.name}-join`, {
    machine,
    script: "join",
    // Packages and images up to twice, and at most five waits for the node.
    limitSeconds: 3600 + 5 * readyTimeoutSeconds,
    inputs: {
      PROVIDER_ID: providerId(machine),
      API_NAME: network.apiName,
      CA_CERTIFICATE: host.caCertificate,
      CERTIFICATE: admit.stdout,
      KUBEADM_CONFIG: node.apply(workerDocument),
      KUBELET_ARGS: node.apply(kubeletArgs),
      KUBELET_CONFIG: kubeletDocument,
      DISK_GIB: diskGiB(machine),
      READY_TIMEOUT: String(readyTimeoutSeconds),
      KUBERNETES_VERSION: kubernetesVersion,
      MACHINE_FILES: filesOf(machine),
    },
    after: [admit, ...before],
  });
}
