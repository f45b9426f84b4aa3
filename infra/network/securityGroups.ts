/** The security groups, and one rule resource per row and peer of trafficRules.ts. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PublishedNodePort } from "../../contract/outputs";
import { clusterTags, named } from "../tags";
import type { Cidr } from "./cidr";
import { type Peer, portRange, portText, type TrafficRule, trafficRules } from "./trafficRules";

export interface SecurityGroupsArgs {
  readonly clusterName: string;
  readonly vpcId: pulumi.Input<string>;
  readonly adminCidrs: readonly Cidr[];
  readonly controlPlane: { readonly count: number };
  readonly publishedNodePorts: readonly PublishedNodePort[];
}

/** Source of traffic, as arguments of a rule resource. */
interface Source {
  readonly name: string;
  readonly cidrIpv4?: string;
  readonly referencedSecurityGroupId?: pulumi.Output<string>;
}

export class SecurityGroups extends pulumi.ComponentResource {
  /** Security group of every machine. */
  readonly node: aws.ec2.SecurityGroup;
  /** Additional security group of control planes. */
  readonly controlPlane: aws.ec2.SecurityGroup;
  /** Security group of the API's balancer, where there is one. */
  readonly balancer: aws.ec2.SecurityGroup | undefined;

  constructor(
    private readonly name: string,
    private readonly args: SecurityGroupsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:network:SecurityGroups", name, {}, opts);
    this.node = this.makeGroup("node", "Every machine of the cluster");
    this.controlPlane = this.makeGroup("control-plane", "The control planes of the cluster");
    this.balancer =
      args.controlPlane.count === 1
        ? undefined
        : this.makeGroup("balancer", "The load balancer before the API of the cluster");
    for (const rule of trafficRules(args.publishedNodePorts, args.controlPlane.count)) {
      for (const source of rule.from.flatMap((peer) => this.sources(peer))) this.admit(rule, source);
    }
    this.allowOutgoing();
    this.registerOutputs();
  }

  private makeGroup(suffix: string, description: string): aws.ec2.SecurityGroup {
    const { clusterName, vpcId } = this.args;
    return new aws.ec2.SecurityGroup(
      `${this.name}-${suffix}`,
      { vpcId, description, tags: named(clusterTags(clusterName), `${clusterName}-${suffix}`) },
      { parent: this },
    );
  }

  private sources(peer: Peer): Source[] {
    switch (peer) {
      case "admin":
        return this.args.adminCidrs.map(({ text }) => ({ name: `admin-${text}`, cidrIpv4: text }));
      case "node":
        return [{ name: "node", referencedSecurityGroupId: this.node.id }];
      case "control-plane":
        return [{ name: "control-plane", referencedSecurityGroupId: this.controlPlane.id }];
      case "balancer":
        return [{ name: "balancer", referencedSecurityGroupId: this.groupOf("balancer").id }];
    }
  }

  private admit(rule: TrafficRule, { name, ...source }: Source): void {
    const group = this.groupOf(rule.to);
    const [fromPort, toPort] = portRange(rule);
    new aws.vpc.SecurityGroupIngressRule(
      `${this.name}-${rule.to}-${portText(rule)}-${rule.protocol}-from-${name}`,
      {
        securityGroupId: group.id,
        ipProtocol: rule.protocol,
        fromPort,
        toPort,
        ...source,
        description: rule.why,
        tags: clusterTags(this.args.clusterName),
      },
      { parent: this },
    );
  }

  private groupOf(peer: TrafficRule["to"]): aws.ec2.SecurityGroup {
    if (peer === "node") return this.node;
    if (peer === "control-plane") return this.controlPlane;
    if (this.balancer === undefined) throw new Error("a rule for a balancer that is not there");
    return this.balancer;
  }

  /** Allows all egress (packages, images, time, AWS APIs). Ingress needs a rule of its own. */
  private allowOutgoing(): void {
    new aws.vpc.SecurityGroupEgressRule(
      `${this.name}-node-out`,
      {
        securityGroupId: this.node.id,
        ipProtocol: "-1",
        cidrIpv4: "0.0.0.0/0",
        description: "Everything outgoing",
        tags: clusterTags(this.args.clusterName),
      },
      { parent: this },
    );
    if (this.balancer === undefined) return;
    new aws.vpc.SecurityGroupEgressRule(
      `${this.name}-balancer-out`,
      {
        securityGroupId: this.balancer.id,
        ipProtocol: "tcp",
        fromPort: 6443,
        toPort: 6443,
        referencedSecurityGroupId: this.controlPlane.id,
        description: "Kubernetes API and its health",
        tags: clusterTags(this.args.clusterName),
      },
      { parent: this },
    );
  }
}
