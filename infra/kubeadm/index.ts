/**
 * Cluster made from machines: init, what keeps its certificates, and the pod network, while every worker is admitted and
 * joins.
 * When this component is complete, every node is Ready and cluster DNS responds.
 */
import * as pulumi from "@pulumi/pulumi";
import type { KeyNumbers } from "../../contract/outputs";
import type { BackupBucket } from "../backup/bucket";
import type { Restore } from "../backup/restore";
import type { Settings } from "../config";
import type { Machine } from "../machines";
import type { ClusterIdentity } from "../machines/identity";
import type { Network } from "../network";
import { deregistrationSeconds } from "../network/apiBalancer";
import type { Cidr } from "../network/cidr";
import { releaseOf } from "../versions";
import { certificatesUpkeep } from "./certificates";
import { chainOfControlPlanes, type StepInputs } from "./controlPlanes";
import { untilReachable } from "./controlPlanes/reachable";
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
import { diskGiB, filesOf, lines, placeOf, providerId } from "./machineInputs";
import { topologyLabels } from "./placeLabels";
import { RemoteSteps } from "./remoteSteps";
import type { Rollout } from "./upgrade";
import { predecessors } from "./upgrade/plan";
import { upkeepStep } from "./upkeep";

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
  /** Name of the control plane that begins the cluster, or that others join: see controlPlanes/acting.ts. */
  readonly acting: string;
  readonly workers: readonly WorkerMembership[];
  /** Bucket that a control plane without data begins from. */
  readonly bucket?: BackupBucket | undefined;
  readonly restore: Restore;
  readonly rollout: Rollout;
  readonly updates: Settings["updates"];
  readonly backup: Settings["backup"];
  /** Another value reads the kubeconfig anew: see kubeconfigRead.ts. */
  readonly kubeconfigRead: string;
}

/** A control plane after a step, and the CA certificate that init printed. */
interface Initialised {
  readonly machine: Machine;
  /** The step to wait for before the cluster is used. */
  readonly done: pulumi.Resource;
  /** The step after which a control plane serves. */
  readonly serves: ReadonlyMap<Machine, pulumi.Resource>;
  /** After these every control plane is a member, and the API is reachable. */
  readonly all: readonly pulumi.Resource[];
  readonly caCertificate: pulumi.Output<string>;
}

export class KubeadmCluster extends pulumi.ComponentResource {
  /** Secret: cluster-admin, with the public address of the API server, or of the balancer before several. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly apiServerUrl: pulumi.Output<string>;
  /**
   * Version of every node, known once it is so: stack outputs are written as soon as all are known, and an upgrade that
   * stopped at a worker has to be one at the next run too.
   */
  readonly kubernetesVersion: pulumi.Output<string>;
  /** The step after which the first control plane serves. */
  readonly ready: pulumi.Resource;
  /** Name of the control plane that others joined last. */
  readonly acting: string;
  /** Reason for which the kubeconfig was read last, see contract/outputs.ts. */
  readonly kubeconfigRead: string;

  private readonly steps: RemoteSteps;

  constructor(
    private readonly name: string,
    private readonly args: KubeadmClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:kubeadm:Cluster", name, {}, opts);
    this.steps = new RemoteSteps(this, args.identity);
    this.kubeconfigRead = args.kubeconfigRead;
    this.acting = args.acting;
    const acting = args.controlPlane.find((machine) => machine.name === args.acting);
    const [first] = args.controlPlane;
    if (acting === undefined || first === undefined) throw new Error("a cluster without a control plane");

    const initialised = this.controlPlanes(first, acting);
    const certificates = new Map(
      args.controlPlane.map((machine) => [machine, this.keepCertificates(machine, initialised)] as const),
    );
    // Nodes become Ready with it, and get their certificates by what the first one keeps: none waits for the others.
    const network = this.installPodNetwork(initialised, certificates.get(first));
    this.ready = network;
    // Workers join while the pod network starts, and become Ready once it is up.
    const joined = this.joinAll(initialised, network);
    const upgraded = args.rollout.upgrade === undefined ? [] : joined.map(({ urn }) => urn);
    this.kubernetesVersion = pulumi.all(upgraded).apply(() => args.kubernetesVersion);
    this.apiServerUrl = pulumi.interpolate`https://${args.network.balancer?.dnsName ?? acting.publicIp}:6443`;
    this.kubeconfig = this.adminKubeconfig({ ...initialised, done: network });
    this.registerOutputs({ kubeconfig: this.kubeconfig, apiServerUrl: this.apiServerUrl });
  }

  /** One control plane, or several behind a balancer: controlPlanes/index.ts. */
  private controlPlanes(machine: Machine, acting: Machine): Initialised {
    const { network, controlPlane: machines, drainTimeoutSeconds } = this.args;
    const { balancer } = network;
    const record = network.publishApi(machines.map((one) => one.instance.privateIp));
    if (balancer === undefined) {
      const init = this.initialise(acting, acting, {}, [record]);
      const serves = new Map([[acting, init]]);
      return { machine, done: init, serves, all: [], caCertificate: init.stdout };
    }
    const { serves, done, caCertificate } = chainOfControlPlanes({
      steps: this.steps,
      machines,
      acting,
      drainTimeoutSeconds,
      deregistrationSeconds,
      documents: (one) => this.documents(one),
      init: (one, inputs, after) => this.initialise(one, acting, inputs, [record, ...after]),
      register: (one, after) => balancer.register(one, [after]),
      reachable: (after) =>
        untilReachable(`${this.name}-reachable`, balancer.dnsName, network.apiName, { parent: this, after }),
      settle: (one, inputs, after) => this.initialise(one, acting, inputs, after, `${one.name}-settle`),
    });
    // What is done for other machines is done on the first, which is the last to go: it has joined by then, if it is new.
    return { machine, done: serves.get(machine) ?? record, serves, all: done, caCertificate };
  }

  private documents(machine: Machine): pulumi.Output<string> {
    const { network, clusterName, kubernetesVersion, podCidr, serviceCidr } = this.args;
    const { privateIp, availabilityZone } = machine.instance;
    return pulumi
      .all([privateIp, machine.publicIp, availabilityZone, network.balancer?.dnsName])
      .apply(([privateAddress, publicAddress, zone, balancerName]) =>
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
          balancerName,
        }),
      );
  }

  private initialise(
    machine: Machine,
    acting: Machine,
    inputs: StepInputs,
    after: readonly pulumi.Resource[],
    name = machine === this.args.controlPlane[0] ? `${this.name}-init` : `${machine.name}-init`,
  ) {
    const { network, kubernetesVersion, bucket } = this.args;
    const { privateIp } = machine.instance;
    return this.steps.run(name, {
      machine,
      script: "init",
      limitSeconds: 3600 + this.args.drainTimeoutSeconds,
      output: "value",
      inputs: {
        KUBERNETES_VERSION: kubernetesVersion,
        API_NAME: network.apiName,
        PRIVATE_IP: privateIp,
        PROVIDER_ID: providerId(machine),
        LABELS: placeOf(machine).apply(labelTexts).apply(lines),
        AUDIT_POLICY: auditPolicy,
        KUBEADM_CONFIG: this.documents(machine),
        SECRETS_KEY: String(this.args.keys.secrets),
        DISK_GIB: diskGiB(machine),
        MACHINE_FILES: filesOf(machine),
        REMOVED_APIS: this.args.updates.removedApis,
        BACKUPS: this.args.backup.enabled ? "yes" : "",
        DRAIN_TIMEOUT: String(this.args.drainTimeoutSeconds),
        ...(machine === acting ? this.restoreInputs() : {}), // the others join it
        ...inputs,
      },
      after: [...(bucket?.permission ?? []), ...after],
    });
  }

  /** Where the data comes from; nothing where no restore is asked for: without a need no machine gets the identity. */
  private restoreInputs(): Record<string, pulumi.Input<string>> {
    const { clusterName, bucket, restore } = this.args;
    const wanted = restore.from === undefined ? undefined : bucket;
    return {
      CLUSTER_NAME: clusterName,
      // `nothing`: an `up` that did not end may have left a machine without the data that it was to begin with.
      RESTORE_FROM:
        wanted === undefined ? (restore.unfinished === true ? "nothing" : "") : (restore.from ?? ""),
      BUCKET_HOST: wanted?.host ?? "",
      BUCKET_REGION: wanted?.region ?? "",
      BUCKET_OWNER: wanted?.owner ?? "",
      BACKUP_IDENTITY: wanted?.age.apply(({ identity }) => identity) ?? "",
    };
  }

  /** Before all that waits for a kubelet's serving certificate, which is approved by what this step starts. */
  private keepCertificates(machine: Machine, { serves }: Initialised): pulumi.Resource {
    return this.steps.run(`${machine.name}-certificates`, {
      machine,
      ...upkeepStep(certificatesUpkeep(this.args.controlPlane)),
      limitSeconds: 1500,
      after: [serves.get(machine)].filter((step) => step !== undefined),
    });
  }

  private installPodNetwork({ machine }: Initialised, after: pulumi.Resource | undefined): pulumi.Resource {
    const { kubernetesVersion, podCidr, readyTimeoutSeconds } = this.args;
    return this.steps.run(`${this.name}-network`, {
      machine,
      script: "network",
      // Worst case: four consecutive waits, each up to the limit.
      limitSeconds: 4 * readyTimeoutSeconds + 180,
      inputs: {
        FLANNEL_MANIFEST: flannelManifest(releaseOf(kubernetesVersion), podCidr.text),
        READY_TIMEOUT: String(readyTimeoutSeconds),
      },
      after: after === undefined ? [] : [after],
    });
  }

  /** Those that run already take what is new in turn, an upgrade after the pod network; a new one waits for none of them. */
  private joinAll(cluster: Initialised, network: pulumi.Resource): readonly pulumi.Resource[] {
    const { workers, rollout, updates } = this.args;
    const upgrades = rollout.upgrade === undefined ? [] : [network];
    const members = workers.flatMap((pool) => pool.machines.map((machine) => ({ machine, pool })));
    const inTurn = members.filter(({ machine }) => rollout.inTurn.includes(machine.name));
    const predecessor = predecessors(inTurn.length, updates.maxUnavailable);
    const joined = new Map<Machine, pulumi.Resource>();
    for (const member of members) {
      const former = inTurn[predecessor[inTurn.indexOf(member)] ?? -1];
      const turn = former && joined.get(former.machine);
      const before = [...(inTurn.includes(member) ? upgrades : []), ...(turn === undefined ? [] : [turn])];
      joined.set(member.machine, this.join(member.machine, member.pool, cluster, before));
    }
    return [...joined.values()];
  }

  /**
   * request (worker) -> admit (control plane) -> join (worker). No join token: see docs/adr/0002.
   * Removing the worker runs in reverse order: `leave` drains and deletes the node, then the machine is deleted.
   * In an upgrade `admit` drains the node, and `join` upgrades it and takes it back.
   * @param before steps that have to be done before this worker takes anything new
   */
  private join(
    machine: Machine,
    pool: WorkerMembership,
    cluster: Initialised,
    before: readonly pulumi.Resource[],
  ): pulumi.Resource {
    const { network, kubernetesVersion, drainTimeoutSeconds, readyTimeoutSeconds, rollout } = this.args;
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
      // A gate before the drain, and what is waited for otherwise.
      limitSeconds: drainTimeoutSeconds + 600,
      output: "value",
      inputs: {
        PROVIDER_ID: providerId(machine),
        PRIVATE_IP: machine.instance.privateIp,
        CONTROL_PLANE: cluster.machine.instance.id,
        REQUEST: request.stdout,
        LABELS: labels.apply(labelTexts).apply(lines),
        TAINTS: lines(taintTexts(taints)),
        DRAIN_TIMEOUT: String(drainTimeoutSeconds),
        KUBERNETES_VERSION: kubernetesVersion,
      },
      // Only in an upgrade: in the state of any other run, removed workers would be drained one after the other.
      after: [cluster.done, machine.instance, ...(rollout.upgrade === undefined ? [] : before)],
    });
    return this.steps.run(`${machine.name}-join`, {
      machine,
      script: "join",
      // Packages and images up to twice, and at most five waits for the node.
      limitSeconds: 3600 + 5 * readyTimeoutSeconds,
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
        KUBERNETES_VERSION: kubernetesVersion,
        MACHINE_FILES: filesOf(machine),
      },
      after: [admit, ...before],
    });
  }

  private adminKubeconfig({ machine, done, all }: Initialised): pulumi.Output<string> {
    const step = this.steps.run(`${this.name}-kubeconfig`, {
      machine,
      script: "kubeconfig",
      // The timer of certificates.sh may be at work.
      limitSeconds: 900,
      output: "secret",
      triggers: this.kubeconfigRead === "" ? [] : [this.kubeconfigRead],
      after: [done, ...all],
    });
    return pulumi.secret(
      pulumi
        .all([step.stdout, this.apiServerUrl])
        .apply(([adminConf, url]) =>
          operatorKubeconfig(
            adminConf,
            url,
            this.args.clusterName,
            this.args.network.balancer && this.args.network.apiName,
          ),
        ),
    );
  }
}
