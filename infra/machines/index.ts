/** Machines of one role and pool: EC2 instances that boot ready for kubeadm. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NodeOutput, Role } from "../../contract/outputs";
import type { Network } from "../network";
import { subnetOf } from "../network/cidr";
import { clusterTags, named } from "../tags";
import { type ClusterIdentity } from "./identity";
import { architectureOf, defaultImageUser, imageParameter } from "./image";
import type { Mirrors } from "./mirrors";
import { machineName } from "./names";
import { type CloudFile, machineFiles, renderUserData } from "./userData";

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
  readonly machineImageUser: string;
  readonly network: Network;
  readonly identity: ClusterIdentity;
  /** Names of machines that hold what no other machine has: none of them is replaced. */
  readonly irreplaceable?: readonly string[];
}

/** Tag of an instance with its image's login user, where that is not the default. */
const userTag = "perigee:image-user";

export interface Machine {
  /** Name of the Kubernetes node, also the host name. */
  readonly name: string;
  readonly role: Role;
  readonly instance: aws.ec2.Instance;
  /** Number of the subnet that it was made in, from 1; 0 for one that the settings no longer want. */
  readonly subnet: pulumi.Output<number>;
  /** Public IP address: an Elastic IP for a control plane, so that it survives a stop and a start. */
  readonly publicIp: pulumi.Output<string>;
  /** Login user of the image that the machine was made with. */
  readonly user: pulumi.Output<string>;
  /** Public host key in authorized_keys format, pinned by connections. */
  readonly hostKey: pulumi.Output<string>;
  /** Files that it has as the settings are now, whatever it booted with. */
  readonly files: readonly CloudFile[];
  /** Resource that a connection to the machine has to wait for. */
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
    const ami = this.image();
    this.machines = Array.from({ length: args.count }, (_, index) => this.makeMachine(index, ami));
    this.registerOutputs();
  }

  /** AMI id from the settings, or else Canonical's current one. */
  private image(): pulumi.Output<string> {
    const { instanceType, machineImage } = this.args;
    if (machineImage !== undefined) return pulumi.output(machineImage);
    const name = imageParameter(architectureOf(instanceType));
    return aws.ssm.getParameterOutput({ name }, { parent: this }).value;
  }

  private makeMachine(index: number, ami: pulumi.Output<string>): Machine {
    const { clusterName, role, pool, network, identity } = this.args;
    const name = machineName(clusterName, pool, index + 1);
    const subnetId = network.subnets[subnetOf(index, network.subnets.length)];
    if (subnetId === undefined) throw new Error("a network without a subnet");
    const hostKey = identity.hostKey(name);
    const held = this.args.irreplaceable?.includes(name) === true;
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
        // A changed image, boot script or zone applies to new machines only; replace a running machine explicitly
        // (docs/runbook.md: pulumi up --replace). AWS reports no public address for a stopped machine.
        // The tag with the image's user changes only when the image does.
        ignoreChanges: ["ami", "userData", "subnetId", "associatePublicIpAddress", `tags["${userTag}"]`],
        // AWS changes the type with a stop and a start, without a drain, and not at all for a Spot instance, so a
        // worker is replaced. A control plane holds etcd and is restarted.
        replaceOnChanges: role === "worker" ? ["instanceType"] : [],
        // Name and address are unique, so the old machine is deleted first. That of a control plane that lives is not:
        // its successor is refused instead.
        deleteBeforeReplace: !held,
        ...(held ? { hooks: { beforeCreate: [refuseReplacement(name)] } } : {}),
        customTimeouts: { create: "15m", delete: "15m" },
      },
    );
    const elastic = role === "control-plane" ? this.elasticAddress(name, instance) : undefined;
    return {
      name,
      role,
      instance,
      subnet: pulumi
        .all([instance.subnetId, pulumi.all([...network.subnets])])
        .apply(([own, all]) => all.indexOf(own) + 1),
      publicIp: elastic?.address ?? instance.publicIp,
      user: instance.tags.apply((tags) => tags?.[userTag] ?? defaultImageUser),
      hostKey: pulumi.unsecret(hostKey.apply((pair) => pair.public)),
      files: machineFiles({ spot: false, ...this.args }),
      reachable: elastic?.association ?? instance,
    };
  }

  private shape(name: string): Omit<aws.ec2.InstanceArgs, "ami" | "userData"> {
    const { clusterName, role, instanceType, diskGiB, spot, network, identity } = this.args;
    const tags = named(clusterTags(clusterName), name);
    const { machineImageUser: user } = this.args;
    const { node, controlPlane } = network.securityGroups;
    return {
      instanceType,
      vpcSecurityGroupIds: role === "control-plane" ? [node.id, controlPlane.id] : [node.id],
      iamInstanceProfile: (role === "control-plane" ? identity.controlPlaneProfile : identity.instanceProfile)
        .name,
      associatePublicIpAddress: true,
      // Nobody terminates the machine that holds etcd by mistake, in the console or with another tool. A destroy of
      // this stack lifts the protection itself.
      ...(role === "control-plane" ? { disableApiTermination: true, forceDestroy: true } : {}),
      // Session tokens only, and one hop: a pod cannot read the machine's credentials.
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
      tags: user === defaultImageUser ? tags : { ...tags, [userTag]: user },
    };
  }

  /** User data; a secret because it contains the private host key. It has no cluster credentials (docs/adr/0004). */
  private userData(name: string): pulumi.Output<string> {
    const { role, spot = false, kubernetesVersion, mirrors, identity } = this.args;
    return pulumi.all([identity.hostKey(name), identity.publicLogins]).apply(([hostKey, { authorised }]) =>
      renderUserData({
        role,
        spot,
        hostName: name,
        kubernetesVersion,
        mirrors,
        hostKey,
        authorizedKeys: authorised,
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

/** A machine that lives is created once more only to replace it: by `--replace`, a taint, or a change that AWS cannot make. */
function refuseReplacement(name: string): () => never {
  return () => {
    throw new pulumi.RunError(
      `${name} holds etcd, and a replacement would begin without it; nothing was replaced. A machine that is dead goes out of ` +
        "the state by `pulumi refresh`; one that EC2 has and the state has not was left by a run that was killed, or is of another " +
        "stack with the same clusterName. docs/runbook.md says how the cluster comes back",
    );
  };
}

/** Entry of a machine in stack 1's output `nodes`. */
export function nodeOutput(machine: Machine): pulumi.Output<NodeOutput> {
  const { name, role, instance, publicIp, user, subnet } = machine;
  const { id, privateIp, instanceType, availabilityZone, rootBlockDevice } = instance;
  return pulumi.output({
    ...{ name, role, instanceId: id, privateIp, publicIp, loginUser: user },
    ...{ instanceType, diskGiB: rootBlockDevice.volumeSize, availabilityZone, subnet },
  });
}
