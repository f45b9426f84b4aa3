/**
 * Network load balancer before several control planes: the one address of the API from outside, which sends to those that
 * are ready alone. Machines ask the control planes by `api.<clusterName>.internal`, not through it: docs/adr/0010.
 * Costs: about 17 USD a month, its public addresses (3.65 each), 0.006 USD for a GB and hour of traffic.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Machine } from "../machines";
import { clusterTags, named } from "../tags";

export interface ApiBalancerArgs {
  readonly clusterName: string;
  readonly vpcId: pulumi.Output<string>;
  /** Subnets of the control planes, one in a zone. */
  readonly subnets: readonly pulumi.Output<string>[];
  readonly securityGroup: aws.ec2.SecurityGroup;
}

const port = 6443;

/** Seconds that a control plane keeps its connections after it was let go of; `leave` waits for them (member.sh). */
export const deregistrationSeconds = 20;

export class ApiBalancer extends pulumi.ComponentResource {
  /** `<name>.elb.<region>.amazonaws.com` */
  readonly dnsName: pulumi.Output<string>;
  private readonly group: aws.lb.TargetGroup;
  private readonly listener: aws.lb.Listener;

  constructor(name: string, args: ApiBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:network:ApiBalancer", name, {}, opts);
    const { clusterName, vpcId, subnets, securityGroup } = args;
    const tags = named(clusterTags(clusterName), `${clusterName}-api`);
    const balancer = new aws.lb.LoadBalancer(
      name,
      {
        loadBalancerType: "network",
        internal: false,
        subnets: [...subnets],
        securityGroups: [securityGroup.id],
        // Else an address of the balancer answers only while the control plane of its own zone does.
        enableCrossZoneLoadBalancing: true,
        tags,
      },
      { parent: this },
    );
    this.group = new aws.lb.TargetGroup(
      name,
      {
        port,
        protocol: "TCP",
        vpcId,
        targetType: "instance",
        // With it, a machine that asks through the balancer and is the target itself would get no answer; and the machines
        // would have to admit every client.
        preserveClientIp: "false",
        deregistrationDelay: deregistrationSeconds,
        connectionTermination: true,
        // AWS' shortest: a dead control plane is left alone after ten seconds. Anybody may ask for /readyz.
        healthCheck: {
          protocol: "HTTPS",
          path: "/readyz",
          interval: 5,
          timeout: 3,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        tags,
      },
      { parent: this },
    );
    this.listener = new aws.lb.Listener(
      name,
      {
        loadBalancerArn: balancer.arn,
        port,
        protocol: "TCP",
        defaultActions: [{ type: "forward", targetGroupArn: this.group.arn }],
        tags,
      },
      { parent: this },
    );
    this.dnsName = balancer.dnsName;
    this.registerOutputs();
  }

  /**
   * Sends to this control plane from when it serves, and no more before it leaves. To the one that is the last to go it sends
   * until the balancer itself goes: clients that still ask by its address are answered while the others leave.
   */
  register(
    machine: Machine,
    after: readonly pulumi.Resource[],
    { last }: { readonly last: boolean },
  ): aws.lb.TargetGroupAttachment {
    return new aws.lb.TargetGroupAttachment(
      machine.name,
      { targetGroupArn: this.group.arn, targetId: machine.instance.id },
      {
        parent: this,
        dependsOn: [this.listener, ...after],
        ...(last ? { deletedWith: this.group } : {}),
      },
    );
  }
}
