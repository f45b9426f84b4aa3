/**
 * Cluster made from machines: init, then the pod network, while every worker is admitted and joins.
 * When this component is complete, every node is Ready and cluster DNS responds.
 */
import * as pulumi from "@pulumi/pulumi";
import type { KeyNumbers } from "../../contract/outputs";
import type { Machine } from "../machines";
import type { ClusterIdentity } from "../machines/identity";
import type { Network } from "../network";
import type { Cidr } from "../network/cidr";
import { releaseOf } from "../versions";
import {
  auditPolicy,
  controlPlaneDocuments,
  kubeletArgs,
  kubeletDocument,
  workerDocument,
} from "./documents";
import { flannelManifest } from "./flannel";
import { operatorKubeconfig } from "./kubeconfig";
import { labelTexts, type Taint, taintTexts } from "./labels";
import { type Labels, placeLabels, topologyLabels } from "./placeLabels";
import { RemoteSteps } from "./remoteSteps";

/** A pool of workers, and the labels and taints of its nodes. */
export interface WorkerMembership {
  readonly machines: readonly Machine[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

export interface KubeadmClusterArgs {
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  readonly podCidr: Cidr;
  readonly serviceCidr: Cidr;
  readonly keys: KeyNumbers;
  readonly drainTimeoutSeconds: number;
  readonly readyTimeoutSeconds: number;
  readonly network: Network;
  readonly identity: ClusterIdentity;
  readonly controlPlane: readonly Machine[];
  readonly workers: readonly WorkerMembership[];
}

/** A control plane after a step, and the CA certificate that init printed. */
interface Initialised {
  readonly machine: Machine;
  /** The step to wait for before the cluster is used. */
  readonly done: pulumi.Resource;
  readonly caCertificate: pulumi.Output<string>;
}

export class KubeadmCluster extends pulumi.ComponentResource {
  /** Secret: cluster-admin, with the public address of the API server. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly apiServerUrl: pulumi.Output<string>;

  private readonly steps: RemoteSteps;

  constructor(
    private readonly name: string,
    private readonly args: KubeadmClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:kubeadm:Cluster", name, {}, opts);
    this.steps = new RemoteSteps(this, args.identity);
    const [first] = args.controlPlane;
    if (first === undefined) throw new Error("a cluster without a control plane");

    const initialised = this.initialise(first);
    const network = this.installPodNetwork(initialised);
    // Workers join while the pod network starts, and become Ready once it is up.
    for (const pool of args.workers) {
      for (const machine of pool.machines) this.join(machine, pool, initialised);
    }
    this.apiServerUrl = pulumi.interpolate`https://${first.publicIp}:6443`;
    this.kubeconfig = this.adminKubeconfig({ ...initialised, done: network });
    this.registerOutputs({ kubeconfig: this.kubeconfig, apiServerUrl: this.apiServerUrl });
  }

  private initialise(machine: Machine): Initialised {
    const { network, clusterName, kubernetesVersion, podCidr, serviceCidr } = this.args;
    const record = network.publishApi(this.args.controlPlane.map((one) => one.instance.privateIp));
    const { privateIp, availabilityZone } = machine.instance;
    const documents = pulumi
      .all([privateIp, machine.publicIp, availabilityZone])
      .apply(([privateAddress, publicAddress, zone]) =>
        controlPlaneDocuments({
          nodeName: machine.name,
          privateIp: privateAddress,
          publicIp: publicAddress,
          clusterName,
          apiName: network.apiName,
          kubernetesVersion,
          podCidr: podCidr.text,
          serviceCidr: serviceCidr.text,
          labels: topologyLabels(zone),
        }),
      );
    const init = this.steps.run(`${this.name}-init`, {
      machine,
      script: "init",
      limitSeconds: 3600,
      output: "value",
      inputs: {
        KUBERNETES_VERSION: kubernetesVersion,
        API_NAME: network.apiName,
        PRIVATE_IP: privateIp,
        PROVIDER_ID: providerId(machine),
        LABELS: placeOf(machine).apply(labelTexts).apply(lines),
        AUDIT_POLICY: auditPolicy,
        KUBEADM_CONFIG: documents,
        SECRETS_KEY: String(this.args.keys.secrets),
        DISK_GIB: diskGiB(machine),
      },
      after: [record],
    });
    return { machine, done: init, caCertificate: init.stdout };
  }

  private installPodNetwork({ machine, done }: Initialised): pulumi.Resource {
    const { kubernetesVersion, podCidr, readyTimeoutSeconds } = this.args;
    return this.steps.run(`${this.name}-network`, {
      machine,
      script: "network",
      // Worst case: three consecutive waits, each up to the limit.
      limitSeconds: 3 * readyTimeoutSeconds + 180,
      inputs: {
        FLANNEL_MANIFEST: flannelManifest(releaseOf(kubernetesVersion), podCidr.text),
        READY_TIMEOUT: String(readyTimeoutSeconds),
      },
      after: [done],
    });
  }

  /**
   * request (worker) -> admit (control plane) -> join (worker). No join token: see docs/adr/0002.
   * Removing the worker runs in reverse order: `leave` drains and deletes the node, then the machine is deleted.
   */
  private join(machine: Machine, pool: WorkerMembership, cluster: Initialised): void {
    const { network, drainTimeoutSeconds, readyTimeoutSeconds } = this.args;
    const { taints } = pool;
    const labels = placeOf(machine).apply((place) => ({ ...pool.labels, ...place }));
    const node = pulumi
      .all([machine.instance.privateIp, labels])
      .apply(([privateIp, all]) => ({ nodeName: machine.name, privateIp, labels: all, taints }));
    const request = this.steps.run(`${machine.name}-request`, {
      machine,
      script: "request",
      limitSeconds: 3000,
    });
    const admit = this.steps.run(`${machine.name}-admit`, {
      machine: cluster.machine,
      for: machine,
      script: "member",
      verbs: { create: "admit", delete: "leave" },
      limitSeconds: drainTimeoutSeconds + 300,
      output: "value",
      inputs: {
        PROVIDER_ID: providerId(machine),
        REQUEST: request.stdout,
        LABELS: labels.apply(labelTexts).apply(lines),
        TAINTS: lines(taintTexts(taints)),
        DRAIN_TIMEOUT: String(drainTimeoutSeconds),
      },
      after: [cluster.done, machine.instance],
    });
    this.steps.run(`${machine.name}-join`, {
      machine,
      script: "join",
      limitSeconds: 3000 + readyTimeoutSeconds,
      inputs: {
        PROVIDER_ID: providerId(machine),
        API_NAME: network.apiName,
        CA_CERTIFICATE: cluster.caCertificate,
        CERTIFICATE: admit.stdout,
        KUBEADM_CONFIG: node.apply(workerDocument),
        KUBELET_ARGS: node.apply(kubeletArgs),
        KUBELET_CONFIG: kubeletDocument,
        DISK_GIB: diskGiB(machine),
        READY_TIMEOUT: String(readyTimeoutSeconds),
      },
      after: [admit],
    });
  }

  private adminKubeconfig({ machine, done }: Initialised): pulumi.Output<string> {
    const step = this.steps.run(`${this.name}-kubeconfig`, {
      machine,
      script: "kubeconfig",
      limitSeconds: 60,
      output: "secret",
      after: [done],
    });
    return pulumi.secret(
      pulumi
        .all([step.stdout, this.apiServerUrl])
        .apply(([adminConf, url]) => operatorKubeconfig(adminConf, url, this.args.clusterName)),
    );
  }
}

function placeOf({ instance }: Machine): pulumi.Output<Labels> {
  return pulumi
    .all([instance.availabilityZone, instance.instanceType])
    .apply(([zone, instanceType]) => placeLabels(zone, instanceType));
}

/** A list as the scripts take it: one a line. */
const lines = (texts: readonly string[]): string => texts.join("\n");

/** Provider id: links a Kubernetes Node to its EC2 instance. */
function providerId({ instance }: Machine): pulumi.Output<string> {
  return pulumi.interpolate`aws:///${instance.availabilityZone}/${instance.id}`;
}

/** Size of the root disk, which the step waits for: AWS changes it under a machine that runs. */
function diskGiB({ instance }: Machine): pulumi.Output<string> {
  return instance.rootBlockDevice.volumeSize.apply(String);
}
