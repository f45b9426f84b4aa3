/**
 * Network load balancers and their listeners (Elastic Load Balancing v2). What a change replaces is the provider's:
 * terraform-provider-aws, internal/service/elbv2/load_balancer.go, customizeDiffLoadBalancerNLB.
 */
import { createHash, randomBytes } from "node:crypto";
import type { CheckFailure } from "../../rpc/provider";
import { isList, isMap, numeric, type Properties, text, texts } from "../../rpc/values";
import { type Account, AwsError, type CloudResource } from "../account";
import type { AwsType } from "../awsType";
import { partitionOf } from "../partitions";
import { checkOneOf, checkRange, refuseSameName } from "./rules";
import {
  gatewayToken,
  instanceToken,
  listenerToken,
  loadBalancerToken,
  securityGroupToken,
  subnetToken,
  targetGroupToken,
} from "./vpc";

/** A load balancer's interface in one zone, as the account keeps it. */
export interface BalancerInterface {
  readonly subnetId: string;
  readonly privateIp: string;
  /** Empty for an internal one. */
  readonly publicIp: string;
}

/** Names of load balancers and target groups: ELBv2 API reference, CreateLoadBalancer and CreateTargetGroup. */
export function checkBalancerName(inputs: Properties): CheckFailure[] {
  const name = text(inputs, "name");
  if (name === undefined) return [];
  if (/^(?!-)(?!internal-)[A-Za-z0-9-]{1,32}(?<!-)$/.test(name)) return [];
  return [
    {
      property: "name",
      reason: `"name" must be 1 to 32 of a-z, A-Z, 0-9 and -, neither begin nor end with - nor begin with internal-, not "${name}"`,
    },
  ];
}

export const hexadecimal = (): string => randomBytes(8).toString("hex");

/** The last part of a load balancer's ARN. */
export const balancerId = (arn: string): string => arn.split("/").at(-1) ?? "";

export const loadBalancer: AwsType = {
  token: loadBalancerToken,
  inputs: {
    name: "string",
    internal: "boolean",
    loadBalancerType: "string",
    subnets: "string[]",
    securityGroups: "string[]",
    enableCrossZoneLoadBalancing: "boolean",
    enableDeletionProtection: "boolean",
    tags: "map",
  },
  replaces: ["name", "internal", "loadBalancerType"],
  alsoReplaces: (inputs, before) => [
    ...(texts(inputs, "subnets").length <= texts(before, "subnets").length ? ["subnets"] : []),
    ...((texts(inputs, "securityGroups").length === 0) !== (texts(before, "securityGroups").length === 0)
      ? ["securityGroups"]
      : []),
  ],
  defaults: { internal: false, enableCrossZoneLoadBalancing: false, enableDeletionProtection: false },
  autoName: "name",
  computed: ["arn", "arnSuffix", "dnsName", "vpcId", "zoneId"],
  internal: ["interfaces"],
  check: (inputs) => [
    ...checkBalancerName(inputs),
    ...(text(inputs, "loadBalancerType") === "network"
      ? []
      : [
          {
            property: "loadBalancerType",
            reason: `the lab's AWS has load balancers of the type network, not "${text(inputs, "loadBalancerType") ?? "application"}"`,
          },
        ]),
    ...(inputs["subnets"] === undefined || (isList(inputs["subnets"]) && inputs["subnets"].length === 0)
      ? [{ property: "subnets", reason: `one of "subnets,subnetMappings" must be specified` }]
      : []),
  ],
  id: (inputs, account) =>
    account.arn("elasticloadbalancing", `loadbalancer/net/${text(inputs, "name") ?? ""}/${hexadecimal()}`),
  outputs: ({ id, inputs, account, previous }) => {
    const { region } = account;
    const name = text(inputs, "name") ?? "";
    return {
      arn: id,
      arnSuffix: id.replace(/^.*:loadbalancer\//, ""),
      dnsName: `${name}-${balancerId(id)}.elb.${region}.${partitionOf(region).dnsSuffix}`,
      zoneId: `Z${createHash("sha256").update(`nlb ${region}`).digest("hex").slice(0, 13).toUpperCase()}`,
      vpcId: text(account.find(subnetToken, texts(inputs, "subnets")[0])?.properties ?? {}, "vpcId") ?? "",
      interfaces: interfaces(inputs, account, previous),
    };
  },
  refuse: refuseBalancer,
  inUse: ({ id, properties }) =>
    properties["enableDeletionProtection"] === true
      ? new AwsError(
          "OperationNotPermitted",
          `Load balancer '${id}' cannot be deleted because deletion protection is enabled`,
        )
      : undefined,
};

/** An interface in each subnet; those that are there keep their addresses. */
function interfaces(inputs: Properties, account: Account, previous: CloudResource | undefined): Properties[] {
  const before = interfacesOf(previous?.properties ?? {});
  const taken: string[] = [];
  return texts(inputs, "subnets").map((subnetId) => {
    const known = before.find((one) => one.subnetId === subnetId);
    if (known !== undefined) return { ...known };
    const subnet = account.find(subnetToken, subnetId);
    const privateIp = account.freePrivateAddress(
      text(subnet?.properties ?? {}, "cidrBlock") ?? "",
      taken,
    ).text;
    taken.push(privateIp);
    const publicIp = inputs["internal"] === true ? "" : account.newPublicAddress(taken);
    taken.push(publicIp);
    return { subnetId, privateIp, publicIp };
  });
}

export function interfacesOf(balancer: Properties): BalancerInterface[] {
  const list = balancer["interfaces"];
  return (isList(list) ? list.filter(isMap) : []).map((one) => ({
    subnetId: text(one, "subnetId") ?? "",
    privateIp: text(one, "privateIp") ?? "",
    publicIp: text(one, "publicIp") ?? "",
  }));
}

function refuseBalancer(inputs: Properties, account: Account, previous?: CloudResource): void {
  refuseSameName(account, loadBalancerToken, "name", inputs, previous, (name) =>
    Error(`ELBv2 Load Balancer (${name}) already exists`),
  );
  const subnets = texts(inputs, "subnets").map((id) => {
    const found = account.find(subnetToken, id);
    if (found === undefined) throw new AwsError("SubnetNotFound", `The subnet ID '${id}' does not exist`);
    return found.properties;
  });
  const zones = subnets.map((subnet) => text(subnet, "availabilityZone"));
  if (new Set(zones).size < zones.length) {
    throw new AwsError(
      "InvalidConfigurationRequest",
      "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    );
  }
  const vpcs = [...new Set(subnets.map((subnet) => text(subnet, "vpcId")))];
  if (vpcs.length > 1) {
    throw new AwsError("InvalidConfigurationRequest", "All subnets must belong to the same VPC");
  }
  if (inputs["internal"] !== true && account.where(gatewayToken, "vpcId", vpcs[0]).length === 0) {
    throw new AwsError("InvalidSubnet", `VPC ${vpcs[0] ?? ""} has no internet gateway`);
  }
  for (const id of texts(inputs, "securityGroups")) {
    const group = account.find(securityGroupToken, id);
    if (group === undefined || text(group.properties, "vpcId") !== vpcs[0]) {
      throw new AwsError("InvalidSecurityGroup", `The security group '${id}' does not exist in this VPC`);
    }
  }
}

export const listener: AwsType = {
  token: listenerToken,
  inputs: {
    loadBalancerArn: "string",
    port: "number",
    protocol: "string",
    defaultActions: {
      fields: { type: "string", targetGroupArn: "string" },
      list: true,
      required: ["type"],
    },
    tags: "map",
  },
  required: ["loadBalancerArn", "defaultActions"],
  replaces: ["loadBalancerArn"],
  computed: ["arn"],
  check: (inputs) => [
    ...checkRange(inputs, "port", 1, 65535),
    ...checkOneOf(inputs, "protocol", ["TCP"]),
    ...(["port", "protocol"] as const)
      .filter((property) => inputs[property] === undefined)
      .map((property) => ({ property, reason: `a listener of a network load balancer needs "${property}"` })),
    ...actions(inputs)
      .filter((action) => text(action, "type") !== undefined)
      .flatMap((action) => checkOneOf(action, "type", ["forward"])),
  ],
  id: (inputs, account) => {
    const balancer = (text(inputs, "loadBalancerArn") ?? "").replace(/^.*:loadbalancer\//, "");
    return account.arn("elasticloadbalancing", `listener/${balancer}/${hexadecimal()}`);
  },
  outputs: ({ id }) => ({ arn: id }),
  refuse: (inputs, account, previous) => {
    const arn = text(inputs, "loadBalancerArn");
    const balancer = account.find(loadBalancerToken, arn);
    if (balancer === undefined) {
      throw new AwsError("LoadBalancerNotFound", `Load balancer '${arn ?? ""}' not found`);
    }
    for (const action of actions(inputs)) {
      const group = account.find(targetGroupToken, text(action, "targetGroupArn"));
      if (group === undefined) {
        throw new AwsError(
          "TargetGroupNotFound",
          `Target groups '${text(action, "targetGroupArn") ?? ""}' not found`,
        );
      }
      if (text(group.properties, "vpcId") !== text(balancer.properties, "vpcId")) {
        throw new AwsError("InvalidConfigurationRequest", `The target group '${group.id}' is in another VPC`);
      }
    }
    const rivals = account.where(listenerToken, "loadBalancerArn", arn);
    if (rivals.some((r) => r.id !== previous?.id && numeric(r.properties, "port") === inputs["port"])) {
      throw new AwsError(
        "DuplicateListener",
        `A listener already exists on this port for this load balancer '${arn ?? ""}'`,
      );
    }
  },
};

function actions(inputs: Properties): Properties[] {
  const list = inputs["defaultActions"];
  return isList(list) ? list.filter(isMap) : [];
}

/** ARN of the group that a listener sends to. */
export const forwardsTo = (properties: Properties): string | undefined =>
  actions(properties)
    .map((action) => text(action, "targetGroupArn"))
    .find((arn) => arn !== undefined);

/** Whether an instance is one of this VPC. */
export function isInVpc(account: Account, instanceId: string, vpcId: string | undefined): boolean {
  const instance = account.find(instanceToken, instanceId);
  const subnet = account.find(subnetToken, text(instance?.properties ?? {}, "subnetId"));
  return subnet !== undefined && text(subnet.properties, "vpcId") === vpcId;
}
