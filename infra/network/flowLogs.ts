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
  readonly permissionsBoundary?: string | undefined;
}

const retentionDays = 14;

export class FlowLogs extends pulumi.ComponentResource {
  constructor(
    name: string,
    { clusterName, vpcId, permissionsBoundary }: FlowLogsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
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
      { assumeRolePolicy: trustFlowLogsOf(group.arn), permissionsBoundary, tags },
      child,
    );
    new aws.iam.RolePolicy(
      `${name}-flow-logs`,
      { role: role.id, policy: { Version: "2012-10-17", Statement: writeTo(group.arn) } },
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

/**
 * Trust in the flow logs of the group's own account and region: the service acts for every account of AWS, and would
 * otherwise do so here for another's flow log.
 */
function trustFlowLogsOf(groupArn: pulumi.Output<string>): pulumi.Output<aws.iam.PolicyDocument> {
  return groupArn.apply((arn): aws.iam.PolicyDocument => {
    const [, partition = "", , region = "", account = ""] = arn.split(":");
    return {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "vpc-flow-logs.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": account },
            ArnLike: { "aws:SourceArn": `arn:${partition}:ec2:${region}:${account}:vpc-flow-log/*` },
          },
        },
      ],
    };
  });
}

/** The five actions that AWS names as the least; only DescribeLogGroups knows no single group. */
const writeTo = (groupArn: pulumi.Output<string>): aws.iam.PolicyStatement[] => [
  {
    Effect: "Allow",
    Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    Resource: [groupArn, pulumi.interpolate`${groupArn}:*`],
  },
  { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
];
