/** Stack 1: a Kubernetes cluster on EC2 machines. Read top to bottom. */
import type { InfraOutputs } from "../contract/outputs";
import { ownOutputs } from "../contract/stackOutputs";
import { Backups } from "./backup";
import { BackupBucket } from "./backup/bucket";
import { plannedRestore } from "./backup/restore";
import { loadSettings } from "./config";
import { refuseWhileInUse } from "./inUse";
import { KubeadmCluster } from "./kubeadm";
import {
  actingControlPlane,
  controlPlaneNames,
  irreplaceable,
  tellSharedZones,
} from "./kubeadm/controlPlanes/acting";
import { kubeconfigRead } from "./kubeadm/kubeconfigRead";
import { LoginKeys } from "./kubeadm/loginKeys";
import { plannedRollout } from "./kubeadm/upgrade";
import { Machines } from "./machines";
import { ClusterIdentity } from "./machines/identity";
import { Network } from "./network";
import { refuseLosses } from "./runningCluster";
import { refuseDeadSshAgent } from "./settings/environment";
import { limitStackTraces } from "./settings/stackTraces";
import { infraOutputs, type Outputs } from "./stackOutputs";

/** Program of stack 1, an async function: what runs already must be known before the first resource is registered. */
export = async (): Promise<Outputs> => {
  const settings = loadSettings(); // checks every setting, reports all problems at once
  refuseDeadSshAgent(); // a dead agent fails every step on every machine
  const former = (await ownOutputs()) as Partial<InfraOutputs>; // of the last up
  const running = await refuseLosses(settings, former); // what would take the running cluster along
  const restore = await plannedRestore(settings, former, running); // what a control plane without data begins with
  const acting = actingControlPlane(controlPlaneNames(settings), running, former.actingControlPlane);
  const restoring = restore.from !== undefined;
  const rollout = plannedRollout(settings, former, running, { acting, restoring }); // an upgrade, in turn
  tellSharedZones(settings, running);
  limitStackTraces(settings); // for a large cluster they take most of the program's time

  const network = new Network("network", { ...settings, running });
  const identity = new ClusterIdentity("identity", settings); // SSH keys, host keys, instance profile
  const shared = { ...settings, network, identity };

  const bucket =
    settings.backup.enabled ||
    restore.from !== undefined ||
    (former.backup?.kept !== undefined && settings.backup.bucket === undefined) // its backups stay
      ? new BackupBucket("backup", { ...settings, identity, restoreFrom: restore.from })
      : undefined;

  const controlPlanes = new Machines("control-plane", {
    ...shared,
    ...settings.controlPlane,
    irreplaceable: irreplaceable(running),
    role: "control-plane",
    pool: "control-plane",
  });
  const { machines: controlPlane } = controlPlanes;
  const workers = settings.workers.map((pool) => {
    const made = new Machines(pool.name, { ...shared, ...pool, role: "worker", pool: pool.name });
    return { made, machines: made.machines, labels: pool.labels, taints: pool.taints };
  });

  const cluster = new KubeadmCluster("cluster", {
    ...{ ...shared, controlPlane, workers, bucket, restore, acting, rollout },
    kubeconfigRead: kubeconfigRead(former, new Date()), // follows its certificate
  });
  const backups =
    settings.backup.enabled && bucket !== undefined
      ? [new Backups("backups", { ...shared, bucket, controlPlane, after: cluster.ready })]
      : [];
  const machines = [...controlPlane, ...workers.flatMap((pool) => pool.machines)];
  const logins = new LoginKeys("login-keys", { ...shared, machines }); // after every other step
  refuseWhileInUse({ ...settings, kubeconfig: cluster.kubeconfig, bucket }, [
    network,
    identity,
    controlPlanes,
    ...workers.map(({ made }) => made),
    cluster,
    ...backups,
    logins,
  ]);

  return infraOutputs(settings, identity, cluster, logins, { bucket, last: restore.last }, machines);
};
