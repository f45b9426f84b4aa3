/** The VPC, its subnets, and the resources that route its traffic. */
import { type Properties, text, texts } from "../../rpc/values";
import { accountId, AwsError, ec2Id } from "../account";
import { cidrContains, cidrsOverlap, firstAddress } from "../addresses";
import type { AwsType } from "../awsType";
import { checkNetwork, dependents } from "./rules";

export const vpcToken = "aws:ec2/vpc:Vpc";
export const subnetToken = "aws:ec2/subnet:Subnet";
export const gatewayToken = "aws:ec2/internetGateway:InternetGateway";
const routeTableToken = "aws:ec2/routeTable:RouteTable";
export const securityGroupToken = "aws:ec2/securityGroup:SecurityGroup";
export const instanceToken = "aws:ec2/instance:Instance";
export const eipToken = "aws:ec2/eip:Eip";
export const loadBalancerToken = "aws:lb/loadBalancer:LoadBalancer";
export const listenerToken = "aws:lb/listener:Listener";
export const targetGroupToken = "aws:lb/targetGroup:TargetGroup";
export const attachmentToken = "aws:lb/targetGroupAttachment:TargetGroupAttachment";

export const vpc: AwsType = {
  token: vpcToken,
  inputs: {
    cidrBlock: "string",
    enableDnsHostnames: "boolean",
    enableDnsSupport: "boolean",
    instanceTenancy: "string",
    tags: "map",
  },
  required: ["cidrBlock"],
  replaces: ["cidrBlock"],
  defaults: { enableDnsSupport: true, instanceTenancy: "default" },
  computed: [
    "defaultSecurityGroupId",
    "defaultRouteTableId",
    "mainRouteTableId",
    "defaultNetworkAclId",
    "ownerId",
  ],
  check: (inputs) => checkNetwork(inputs, "cidrBlock"),
  id: () => ec2Id("vpc"),
  outputs: ({ id, inputs, account, previous }) => {
    const mainRouteTableId = text(previous?.properties ?? {}, "mainRouteTableId") ?? ec2Id("rtb");
    return {
      defaultSecurityGroupId: text(previous?.properties ?? {}, "defaultSecurityGroupId") ?? ec2Id("sg"),
      defaultNetworkAclId: text(previous?.properties ?? {}, "defaultNetworkAclId") ?? ec2Id("acl"),
      defaultRouteTableId: mainRouteTableId,
      mainRouteTableId,
      enableDnsHostnames: inputs["enableDnsHostnames"] ?? false,
      arn: account.arn("ec2", `vpc/${id}`),
      ownerId: accountId,
    };
  },
  inUse: ({ id }, account) =>
    dependents(account, `vpc '${id}'`, [
      ...[subnetToken, gatewayToken, routeTableToken, securityGroupToken].flatMap((type) =>
        account.where(type, "vpcId", id),
      ),
    ]),
};

export const subnet: AwsType = {
  token: subnetToken,
  inputs: {
    vpcId: "string",
    cidrBlock: "string",
    availabilityZone: "string",
    mapPublicIpOnLaunch: "boolean",
    tags: "map",
  },
  required: ["vpcId", "cidrBlock"],
  replaces: ["vpcId", "cidrBlock", "availabilityZone"],
  defaults: { mapPublicIpOnLaunch: false },
  computed: ["arn", "availabilityZoneId", "ownerId"],
  check: (inputs) => checkNetwork(inputs, "cidrBlock"),
  id: () => ec2Id("subnet"),
  outputs: ({ id, inputs, account }) => {
    const zone = text(inputs, "availabilityZone") ?? `${account.region}a`;
    return {
      arn: account.arn("ec2", `subnet/${id}`),
      availabilityZone: zone,
      availabilityZoneId: zoneId(zone),
      ownerId: accountId,
      ipv6CidrBlock: "",
    };
  },
  refuse: (inputs, account, previous) => {
    const cidr = text(inputs, "cidrBlock") ?? "";
    const owner = account.find(vpcToken, text(inputs, "vpcId"));
    if (owner === undefined) throw notFound("InvalidVpcID.NotFound", "vpc", inputs, "vpcId");
    if (!cidrContains(text(owner.properties, "cidrBlock") ?? "", firstAddress(cidr).text)) {
      throw new AwsError("InvalidSubnet.Range", `The CIDR '${cidr}' is invalid.`);
    }
    const rival = account
      .where(subnetToken, "vpcId", owner.id)
      .find(
        (other) => other.id !== previous?.id && cidrsOverlap(text(other.properties, "cidrBlock") ?? "", cidr),
      );
    if (rival !== undefined) {
      throw new AwsError("InvalidSubnet.Conflict", `The CIDR '${cidr}' conflicts with another subnet`);
    }
  },
  inUse: ({ id }, account) =>
    dependents(account, `subnet '${id}'`, [
      ...account.where(instanceToken, "subnetId", id),
      ...account
        .all(loadBalancerToken)
        .filter((balancer) => texts(balancer.properties, "subnets").includes(id)),
    ]),
};

export const internetGateway: AwsType = {
  token: gatewayToken,
  inputs: { vpcId: "string", tags: "map" },
  computed: ["arn", "ownerId"],
  id: () => ec2Id("igw"),
  outputs: ({ id, account }) => ({
    arn: account.arn("ec2", `internet-gateway/${id}`),
    ownerId: accountId,
  }),
  refuse: (inputs, account, previous) => {
    const taken = account.where(gatewayToken, "vpcId", text(inputs, "vpcId") ?? "-");
    if (taken.some(({ id }) => id !== previous?.id)) {
      throw new AwsError("Resource.AlreadyAssociated", "The VPC already has an internet gateway attached");
    }
  },
  inUse: ({ id, properties }, account) => {
    const subnets = account.where(subnetToken, "vpcId", text(properties, "vpcId"));
    const users = subnets
      .flatMap((home) => account.where(instanceToken, "subnetId", home.id))
      .filter((instance) => text(instance.properties, "publicIp") !== "");
    const facing = account
      .where(loadBalancerToken, "vpcId", text(properties, "vpcId"))
      .filter((balancer) => balancer.properties["internal"] !== true);
    return users.length + facing.length === 0
      ? undefined
      : new AwsError(
          "DependencyViolation",
          `Network ${text(properties, "vpcId") ?? id} has some mapped public address(es). ` +
            "Please unmap those public address(es) before detaching the gateway.",
        );
  },
};

export const routeTable: AwsType = {
  token: routeTableToken,
  inputs: { vpcId: "string", tags: "map" },
  required: ["vpcId"],
  replaces: ["vpcId"],
  computed: ["arn", "ownerId"],
  id: () => ec2Id("rtb"),
  outputs: ({ id, account }) => ({
    arn: account.arn("ec2", `route-table/${id}`),
    ownerId: accountId,
  }),
  refuse: (inputs, account) => {
    if (!account.find(vpcToken, text(inputs, "vpcId"))) {
      throw notFound("InvalidVpcID.NotFound", "vpc", inputs, "vpcId");
    }
  },
  inUse: ({ id }, account) =>
    dependents(account, `routeTable '${id}'`, account.where(routeTableAssociation.token, "routeTableId", id)),
};

export const route: AwsType = {
  token: "aws:ec2/route:Route",
  inputs: { routeTableId: "string", destinationCidrBlock: "string", gatewayId: "string" },
  required: ["routeTableId", "destinationCidrBlock", "gatewayId"],
  replaces: ["routeTableId", "destinationCidrBlock"],
  computed: ["origin", "state"],
  check: (inputs) => checkNetwork(inputs, "destinationCidrBlock"),
  id: (inputs) =>
    `r-${text(inputs, "routeTableId") ?? ""}${hash(text(inputs, "destinationCidrBlock") ?? "")}`,
  outputs: () => ({ origin: "CreateRoute", state: "active" }),
  refuse: (inputs, account, previous) => {
    const [table, destination] = [text(inputs, "routeTableId"), text(inputs, "destinationCidrBlock")];
    if (!account.find(routeTableToken, table)) {
      throw notFound("InvalidRouteTableID.NotFound", "routeTable", inputs, "routeTableId");
    }
    if (!account.find(gatewayToken, text(inputs, "gatewayId"))) {
      throw notFound("InvalidInternetGatewayID.NotFound", "internetGateway", inputs, "gatewayId");
    }
    const rivals = account.where(route.token, "routeTableId", table);
    if (
      rivals.some((r) => r.id !== previous?.id && text(r.properties, "destinationCidrBlock") === destination)
    ) {
      throw new AwsError("RouteAlreadyExists", `The route identified by ${destination} already exists.`);
    }
  },
};

export const routeTableAssociation: AwsType = {
  token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  inputs: { routeTableId: "string", subnetId: "string" },
  required: ["routeTableId", "subnetId"],
  replaces: ["subnetId"],
  computed: [],
  id: () => ec2Id("rtbassoc"),
  outputs: () => ({}),
  refuse: (inputs, account, previous) => {
    const rivals = account.where(routeTableAssociation.token, "subnetId", text(inputs, "subnetId"));
    if (rivals.some(({ id }) => id !== previous?.id)) {
      throw new AwsError(
        "Resource.AlreadyAssociated",
        "the specified association for the subnet already exists",
      );
    }
  },
};

export function notFound(code: string, what: string, inputs: Properties, name: string): AwsError {
  return new AwsError(code, `The ${what} ID '${text(inputs, name) ?? ""}' does not exist`);
}

/** Zone ID, such as `us-east-1b` -> `use1-az2`. */
export function zoneId(zone: string): string {
  const [, first = "", second = "", number = "", letter = "a"] = /^(\w+)-(\w+)-(\d)(\w)$/.exec(zone) ?? [];
  return `${first}${second.charAt(0)}${number}-az${letter.charCodeAt(0) - 96}`;
}

/** Stable number for a route's ID. Terraform uses a CRC of the destination; any stable number will do here. */
function hash(value: string): number {
  return [...value].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
}
