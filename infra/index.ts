/** Stack 1: EC2 machines become a Kubernetes cluster. Read top to bottom. */
import { loadSettings } from "./config";
import { refuseWhileInUse } from "./inUse";
import { KubeadmCluster } from "./kubeadm";
import { Machines } from "./machines";
import { ClusterIdentity } from "./machines/identity";
import { Network } from "./network";
import { refuseDeadSshAgent } from "./settings/environment";
import { limitStackTraces } from "./settings/stackTraces";
import { infraOutputs } from "./stackOutputs";

const settings = loadSettings(); // every setting checked, every problem told at once
refuseDeadSshAgent(); // with one, every step on every machine fails
limitStackTraces(settings); // they are most of the time that a large cluster takes

const network = new Network("network", settings);
const identity = new ClusterIdentity("identity", settings); // SSH keys, host keys, instance profile
const shared = { ...settings, network, identity };

const controlPlanes = new Machines("control-plane", {
  ...shared,
  ...settings.controlPlane,
  role: "control-plane",
  pool: "control-plane",
});
const { machines: controlPlane } = controlPlanes;
const workers = settings.workers.map((pool) => {
  const made = new Machines(pool.name, { ...shared, ...pool, role: "worker", pool: pool.name });
  return { made, machines: made.machines, labels: pool.labels, taints: pool.taints };
});

const cluster = new KubeadmCluster("cluster", { ...shared, controlPlane, workers });
refuseWhileInUse(cluster.kubeconfig, [
  network,
  identity,
  controlPlanes,
  ...workers.map(({ made }) => made),
  cluster,
]);

export const {
  contractVersion,
  clusterName,
  kubernetesVersion,
  apiServerUrl,
  kubeconfig,
  sshPrivateKey,
  nodes,
  publishedHost,
} = infraOutputs(settings, identity, cluster, [...controlPlane, ...workers.flatMap((pool) => pool.machines)]);
