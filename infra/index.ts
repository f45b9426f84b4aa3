/** Stack 1: a Kubernetes cluster on EC2 machines. Read top to bottom. */
import { loadSettings } from "./config";
import { refuseWhileInUse } from "./inUse";
import { KubeadmCluster } from "./kubeadm";
import { LoginKeys } from "./kubeadm/loginKeys";
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
  const running = await refuseLosses(settings); // what would take the running cluster along
  limitStackTraces(settings); // for a large cluster they take most of the program's time

  const network = new Network("network", { ...settings, running });
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
  const machines = [...controlPlane, ...workers.flatMap((pool) => pool.machines)];
  const logins = new LoginKeys("login-keys", { ...shared, machines }); // after every other step
  refuseWhileInUse(cluster.kubeconfig, [
    network,
    identity,
    controlPlanes,
    ...workers.map(({ made }) => made),
    cluster,
    logins,
  ]);

  return infraOutputs(settings, identity, cluster, logins, machines);
};
