/**
 * VPC flow logs: source, destination and verdict (accepted or rejected) of traffic. Off by default.
 * Costs: about 0.50 USD per GB ingested by CloudWatch (us-east-1, November 2026), 0.03 USD per GB and month stored.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { clusterTags, named } from "../tags";

export interface FlowLogsArgs {
  readonly clusterName: string;
  readonly vpcId: pulumi.Input<string>;
}

const retentionDays = 14;

export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, { clusterName, vpcId }: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("perigee:network:FlowLogs", name, {}, opts);
    const tags = named(clusterTags(clusterName), `${clusterName}-flow-logs`);
    const child = { parent: this };
    const group = new aws.cloudwatch.LogGroup(
      `${name}-flow-logs`,
      { name: `/perigee/${clusterName}/flow-logs`, retentionInDays: retentionDays, tags },
      child,
    );
    const role = new aws.iam.Role(
      `${name}-flow-logs`,
      {
        assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "vpc-flow-logs.amazonaws.com" }),
        tags,
      },
      child,
    );
    new aws.iam.RolePolicy(
      `${name}-flow-logs`,
      { role: role.id, policy: { Version: "2012-10-17", Statement: [writeTo(group.arn)] } },
      child,
    );
    new aws.ec2.FlowLog(
      `${name}-flow-logs`,
      { vpcId, trafficType: "ALL", iamRoleArn: role.arn, logDestination: group.arn, tags },
      child,
    );
    this.registerOutputs();
  }
}

const writeTo = (groupArn: pulumi.Output<string>): aws.iam.PolicyStatement => ({
  Effect: "Allow",
  Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
  Resource: pulumi.interpolate`${groupArn}:*`,
});
