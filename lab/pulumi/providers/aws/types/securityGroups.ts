/** Security groups and their rules. Ingress is enforced on machines; egress is recorded only. */
import type { CheckFailure } from "../../rpc/provider";
import { type Properties, text, texts } from "../../rpc/values";
import { type Account, accountId, AwsError, ec2Id } from "../account";
import type { AwsType } from "../awsType";
import { checkNetwork, checkRange, dependents } from "./rules";
import { instanceToken, loadBalancerToken, notFound, securityGroupToken, vpcToken } from "./vpc";

export const ingressRuleToken = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressRuleToken = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

/** Rules are resources of their own here: a list within the group may only be empty. */
const noInlineRules = { fields: {}, list: true } as const;

export const securityGroup: AwsType = {
  token: securityGroupToken,
  inputs: {
    vpcId: "string",
    name: "string",
    description: "string",
    revokeRulesOnDelete: "boolean",
    tags: "map",
  },
  required: ["vpcId"],
  replaces: ["vpcId", "name", "description"],
  defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
  autoName: "name",
  computed: ["arn", "ownerId"],
  id: () => ec2Id("sg"),
  outputs: ({ id, account }) => ({
    arn: account.arn("ec2", `security-group/${id}`),
    ownerId: accountId,
  }),
  refuse: (inputs, account, previous) => {
    const vpcId = text(inputs, "vpcId");
    if (!account.find(vpcToken, vpcId)) throw notFound("InvalidVpcID.NotFound", "vpc", inputs, "vpcId");
    const name = text(inputs, "name");
    const rivals = account.where(securityGroupToken, "vpcId", vpcId).filter(({ id }) => id !== previous?.id);
    if (rivals.some((rival) => text(rival.properties, "name") === name)) {
      throw new AwsError(
        "InvalidGroup.Duplicate",
        `The security group '${name}' already exists for VPC '${vpcId}'`,
      );
    }
  },
  inUse: ({ id }, account) => dependents(account, `security group '${id}'`, groupUsers(account, id)),
};

/** Instances and load balancers in the group, and rules of other groups that reference it. */
function groupUsers(account: Account, id: string) {
  const members = [
    ...account.all(instanceToken).filter((i) => texts(i.properties, "vpcSecurityGroupIds").includes(id)),
    ...account.all(loadBalancerToken).filter((b) => texts(b.properties, "securityGroups").includes(id)),
  ];
  const rules = [ingressRuleToken, egressRuleToken].flatMap((type) =>
    account.where(type, "referencedSecurityGroupId", id),
  );
  return [...members, ...rules.filter((rule) => text(rule.properties, "securityGroupId") !== id)];
}

export const defaultSecurityGroup: AwsType = {
  token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  inputs: {
    vpcId: "string",
    ingress: noInlineRules,
    egress: noInlineRules,
    tags: "map",
  },
  required: ["vpcId"],
  replaces: ["vpcId"],
  computed: ["arn", "name", "description", "ownerId"],
  id: (inputs, account) => {
    const home = account.find(vpcToken, text(inputs, "vpcId"));
    if (home === undefined) throw notFound("InvalidVpcID.NotFound", "vpc", inputs, "vpcId");
    return text(home.properties, "defaultSecurityGroupId") ?? ec2Id("sg");
  },
  outputs: ({ id, account }) => ({
    arn: account.arn("ec2", `security-group/${id}`),
    name: "default",
    description: "default VPC security group",
    ownerId: accountId,
  }),
};

const sourceInputs = ["cidrIpv4", "referencedSecurityGroupId"];

function rule(token: string, direction: string): AwsType {
  return {
    token,
    inputs: {
      securityGroupId: "string",
      ipProtocol: "string",
      fromPort: "number",
      toPort: "number",
      cidrIpv4: "string",
      referencedSecurityGroupId: "string",
      description: "string",
      tags: "map",
    },
    required: ["securityGroupId", "ipProtocol"],
    replaces: ["securityGroupId"],
    computed: ["arn", "securityGroupRuleId"],
    check: checkRule,
    id: () => ec2Id("sgr"),
    outputs: ({ id, account }) => ({
      arn: account.arn("ec2", `security-group-rule/${id}`),
      securityGroupRuleId: id,
    }),
    refuse: (inputs, account, previous) => {
      for (const name of ["securityGroupId", "referencedSecurityGroupId"]) {
        const group = text(inputs, name);
        if (group !== undefined && !account.find(securityGroupToken, group)) {
          throw new AwsError("InvalidGroup.NotFound", `The security group '${group}' does not exist`);
        }
      }
      const traffic = trafficOf(inputs);
      const rivals = account.where(token, "securityGroupId", text(inputs, "securityGroupId"));
      if (rivals.some((rival) => rival.id !== previous?.id && trafficOf(rival.properties) === traffic)) {
        throw new AwsError(
          "InvalidPermission.Duplicate",
          `the specified ${direction} rule already exists: ${traffic}`,
        );
      }
    },
  };
}

function trafficOf(inputs: Properties): string {
  return ["ipProtocol", "fromPort", "toPort", ...sourceInputs]
    .map((name) => JSON.stringify(inputs[name] ?? ""))
    .join(" ");
}

function checkRule(inputs: Properties): CheckFailure[] {
  const failures: CheckFailure[] = [
    ...checkNetwork(inputs, "cidrIpv4"),
    ...checkRange(inputs, "fromPort", -1, 65535),
    ...checkRange(inputs, "toPort", -1, 65535),
  ];
  const sources = sourceInputs.filter((name) => inputs[name] !== undefined);
  if (sources.length !== 1) {
    failures.push({
      property: "cidrIpv4",
      reason: `exactly one of ${sourceInputs.join(", ")} must be given`,
    });
  }
  const everything = text(inputs, "ipProtocol") === "-1";
  const ports = ["fromPort", "toPort"].filter((name) => inputs[name] !== undefined);
  if (everything ? ports.length > 0 : ports.length !== 2 && inputs["ipProtocol"] !== undefined) {
    failures.push({
      property: "fromPort",
      reason: "fromPort and toPort must both be given, except for ipProtocol -1, which takes neither",
    });
  }
  return failures;
}

export const ingressRule = rule(ingressRuleToken, "ingress");
export const egressRule = rule(egressRuleToken, "egress");
