/**
 * Cluster made from machines: its control planes, what keeps their certificates, and the pod network, while every worker is
 * admitted and joins.
 * When this component is complete, every node is Ready and cluster DNS responds.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machines";
import { releaseOf } from "../versions";
import { certificatesUpkeep } from "./certificates";
import type { KubeadmClusterArgs } from "./clusterArgs";
import { type ControlPlanes, controlPlanesOf } from "./controlPlanes";
import { flannelManifest } from "./flannel";
import { type ClusterAddress, operatorKubeconfig, peopleKubeconfig } from "./kubeconfig";
import { RemoteSteps } from "./remoteSteps";
import { upkeepStep } from "./upkeep";
import { joinWorkers } from "./workers";

export class KubeadmCluster extends pulumi.ComponentResource {
  /** Secret: cluster-admin, with the public address of the API server, or of the balancer before several. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Kubeconfig without a credential, where there is an identity provider. */
  readonly peopleKubeconfig: pulumi.Output<string> | undefined;
  readonly apiServerUrl: pulumi.Output<string>;
  /**
   * Version of every node, known once it is so: stack outputs are written as soon as all are known, and an upgrade that
   * stopped at a node has to be one at the next run too.
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
    const upgrading = args.rollout.upgrade !== undefined;

    const controlPlanes = controlPlanesOf(name, this.steps, args, this);
    const { first, serves, done, caCertificate } = controlPlanes;
    const certificates = new Map(
      args.controlPlane.map((machine) => [machine, this.keepCertificates(machine, controlPlanes)] as const),
    );
    // Nodes become Ready with it, and get their certificates by what the first one keeps: none waits for the others. What an
    // upgrade brings follows when every control plane has it, and no kubelet is newer than any API server.
    const served = [serves.get(first), certificates.get(first)].filter((step) => step !== undefined);
    const network = this.installPodNetwork(first, upgrading ? [...served, ...done] : served.slice(1));
    this.ready = network;
    // Workers join while the pod network starts, and become Ready once it is up.
    const joined = joinWorkers(this.steps, args, {
      machine: first,
      caCertificate,
      admits: upgrading ? done : served.slice(0, 1),
      upgrades: upgrading ? [network] : [],
    });
    const upgraded = upgrading ? [...done, ...joined].map(({ urn }) => urn) : [];
    this.kubernetesVersion = pulumi.all(upgraded).apply(() => args.kubernetesVersion);
    const address = args.network.balancer?.dnsName ?? first.publicIp;
    this.apiServerUrl = pulumi.interpolate`https://${address}:6443`;
    const written = this.kubeconfigs(first, [network, ...done]);
    this.kubeconfig = written.administrator;
    this.peopleKubeconfig = written.people;
    this.registerOutputs({ kubeconfig: this.kubeconfig, apiServerUrl: this.apiServerUrl });
  }

  /** Before all that waits for a kubelet's serving certificate, which is approved by what this step starts. */
  private keepCertificates(machine: Machine, { serves }: ControlPlanes): pulumi.Resource {
    return this.steps.run(`${machine.name}-certificates`, {
      machine,
      ...upkeepStep(certificatesUpkeep),
      limitSeconds: 1500,
      after: [serves.get(machine)].filter((step) => step !== undefined),
    });
  }

  private installPodNetwork(machine: Machine, after: readonly pulumi.Resource[]): pulumi.Resource {
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
      after,
    });
  }

  private kubeconfigs(
    machine: Machine,
    after: readonly pulumi.Resource[],
  ): { administrator: pulumi.Output<string>; people: pulumi.Output<string> | undefined } {
    const { network, clusterName, access } = this.args;
    const step = this.steps.run(`${this.name}-kubeconfig`, {
      machine,
      script: "kubeconfig",
      // The timer of certificates.sh may be at work.
      limitSeconds: 900,
      output: "secret",
      triggers: this.kubeconfigRead === "" ? [] : [this.kubeconfigRead],
      after,
    });
    const written = pulumi.all([step.stdout, this.apiServerUrl]);
    const address = (apiServerUrl: string): ClusterAddress => ({
      ...{ clusterName, apiServerUrl, serverName: network.apiName },
    });
    const { oidc } = access;
    return {
      administrator: pulumi.secret(written.apply(([conf, url]) => operatorKubeconfig(conf, address(url)))),
      // No credential of the administrator's is in it.
      people:
        oidc && pulumi.unsecret(written.apply(([conf, url]) => peopleKubeconfig(conf, address(url), oidc))),
    };
  }
}
