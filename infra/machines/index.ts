/** Machines of one role and pool: EC2 instances that boot ready for kubeadm. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NodeOutput, Role } from "../../contract/outputs";
import type { Network } from "../network";
import { clusterTags, named } from "../tags";
import { type ClusterIdentity } from "./identity";
import { machineImage } from "./image";
import type { Mirrors } from "./mirrors";
import { renderUserData } from "./userData";

export interface MachinesArgs {
  readonly clusterName: string;
  readonly role: Role;
  /** `control-plane`, or the worker pool's name. */
  readonly pool: string;
  readonly count: number;
  readonly instanceType: string;
  readonly diskGiB: number;
  readonly spot?: boolean;
  readonly kubernetesVersion: string;
  readonly mirrors: Mirrors;
  readonly machineImage?: string | undefined;
  readonly network: Network;
  readonly identity: ClusterIdentity;
}

export interface Machine {
  /** The Kubernetes node's name, which is the host name too. */
  readonly name: string;
  readonly role: Role;
  readonly instance: aws.ec2.Instance;
  /** Elastic for a control plane, so that it survives a stop and a start. */
  readonly publicIp: pulumi.Output<string>;
  /** authorized_keys form, for connections to pin. */
  readonly hostKey: pulumi.Output<string>;
  /** What a connection to the machine has to wait for. */
  readonly reachable: pulumi.Resource;
}

export class Machines extends pulumi.ComponentResource {
  readonly machines: readonly Machine[];

  constructor(
    name: string,
    private readonly args: MachinesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:machines:Machines", name, {}, opts);
    const ami = machineImage(args.instanceType, args.machineImage, { parent: this });
    this.machines = Array.from({ length: args.count }, (_, index) => this.makeMachine(index, ami));
    this.registerOutputs();
  }

  private makeMachine(index: number, ami: pulumi.Output<string>): Machine {
    const { clusterName, role, pool, network, identity } = this.args;
    const name = `${clusterName}-${pool}-${index + 1}`;
    const subnetId = network.subnets[index % network.subnets.length];
    if (subnetId === undefined) throw new Error("a network without a subnet");
    const hostKey = identity.hostKey(name);
    const instance = new aws.ec2.Instance(
      name,
      {
        ami,
        subnetId,
        userData: this.userData(name),
        ...this.shape(name),
      },
      {
        parent: this,
        // A newer image, another boot script or another spread over zones is for new machines; a running one is rolled
        // on purpose (docs/runbook.md: pulumi up --replace). One that is stopped has no public address, for AWS.
        ignoreChanges: ["ami", "userData", "subnetId", "associatePublicIpAddress"],
        // AWS changes the type by a stop and a start, without a drain, and of a spot machine not at all. A control
        // plane holds etcd, and comes back.
        replaceOnChanges: role === "worker" ? ["instanceType"] : [],
        // A name and its address cannot be had twice, so the old one goes first.
        deleteBeforeReplace: true,
        customTimeouts: { create: "15m", delete: "15m" },
      },
    );
    const elastic = role === "control-plane" ? this.elasticAddress(name, instance) : undefined;
    return {
      name,
      role,
      instance,
      publicIp: elastic?.address ?? instance.publicIp,
      hostKey: pulumi.unsecret(hostKey.apply((pair) => pair.public)),
      reachable: elastic?.association ?? instance,
    };
  }

  private shape(name: string): Omit<aws.ec2.InstanceArgs, "ami" | "userData"> {
    const { clusterName, role, instanceType, diskGiB, spot, network, identity } = this.args;
    const tags = named(clusterTags(clusterName), name);
    const { node, controlPlane } = network.securityGroups;
    return {
      instanceType,
      vpcSecurityGroupIds: role === "control-plane" ? [node.id, controlPlane.id] : [node.id],
      iamInstanceProfile: identity.instanceProfile.name,
      associatePublicIpAddress: true,
      // Session tokens only, and one hop: a pod cannot ask for the machine's credentials.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: diskGiB,
        deleteOnTermination: true,
        tags,
      },
      ...(spot === true
        ? { instanceMarketOptions: { marketType: "spot", spotOptions: { spotInstanceType: "one-time" } } }
        : {}),
      tags,
    };
  }

  /** Secret because the host's private key is in it; what opens the cluster is not (docs/adr/0004). */
  private userData(name: string): pulumi.Output<string> {
    const { role, kubernetesVersion, mirrors, identity } = this.args;
    return pulumi.all([identity.hostKey(name), identity.login]).apply(([hostKey, login]) =>
      renderUserData({
        role,
        hostName: name,
        kubernetesVersion,
        mirrors,
        hostKey,
        authorizedKey: login.public,
      }),
    );
  }

  private elasticAddress(
    name: string,
    instance: aws.ec2.Instance,
  ): { address: pulumi.Output<string>; association: aws.ec2.EipAssociation } {
    const address = new aws.ec2.Eip(
      name,
      { domain: "vpc", tags: named(clusterTags(this.args.clusterName), name) },
      { parent: this },
    );
    const association = new aws.ec2.EipAssociation(
      name,
      { allocationId: address.allocationId, instanceId: instance.id },
      { parent: this },
    );
    return { address: address.publicIp, association };
  }
}

/** What stack 1 tells the world about a machine. */
export function nodeOutput(machine: Machine): pulumi.Output<NodeOutput> {
  const { name, role, instance, publicIp } = machine;
  return pulumi
    .all([instance.id, instance.privateIp, publicIp])
    .apply(([instanceId, privateIp, publicAddress]) => ({
      name,
      role,
      instanceId,
      privateIp,
      publicIp: publicAddress,
    }));
}
