/** Elastic IPs. */
import { type Properties, text } from "../../rpc/values";
import { type Account, AwsError, ec2Id } from "../account";
import type { AwsType } from "../awsType";
import { checkOneOf } from "./rules";
import { eipToken, instanceToken } from "./vpc";

export const eip: AwsType = {
  token: eipToken,
  inputs: { domain: "string", tags: "map" },
  replaces: ["domain"],
  defaults: { domain: "vpc" },
  computed: [
    "allocationId",
    "associationId",
    "arn",
    "publicIp",
    "publicDns",
    "privateIp",
    "privateDns",
    "networkInterface",
  ],
  check: (inputs) => checkOneOf(inputs, "domain", ["vpc"]),
  id: () => ec2Id("eipalloc"),
  outputs: ({ id, account, previous }) => {
    const publicIp = text(previous?.properties ?? {}, "publicIp") ?? account.newPublicAddress();
    return {
      allocationId: id,
      arn: account.arn("ec2", `elastic-ip/${id}`),
      publicIp,
      publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${account.region}.compute.amazonaws.com`,
      // Of an address that was allocated alone: its association is a resource.
      ...{ associationId: "", privateIp: "", privateDns: "", networkInterface: "" },
    };
  },
  inUse: ({ id }, account) =>
    account.where(eipAssociation.token, "allocationId", id).length === 0
      ? undefined
      : new AwsError("InvalidIPAddress.InUse", `Address ${id} is in use.`),
};

export const eipAssociation: AwsType = {
  token: "aws:ec2/eipAssociation:EipAssociation",
  inputs: { allocationId: "string", instanceId: "string" },
  required: ["allocationId", "instanceId"],
  replaces: ["allocationId", "instanceId"],
  computed: ["networkInterfaceId", "privateIpAddress", "publicIp"],
  id: () => ec2Id("eipassoc"),
  outputs: ({ inputs, account }) => {
    const holder = account.find(instanceToken, text(inputs, "instanceId"));
    return {
      networkInterfaceId: text(holder?.properties ?? {}, "primaryNetworkInterfaceId") ?? "",
      privateIpAddress: text(holder?.properties ?? {}, "privateIp") ?? "",
      publicIp:
        text(account.find(eipToken, text(inputs, "allocationId"))?.properties ?? {}, "publicIp") ?? "",
    };
  },
  refuse: refuseAssociation,
};

/** EC2 moves an address that another instance holds: its default for addresses of a VPC. */
function refuseAssociation(inputs: Properties, account: Account): void {
  const [allocation, holder] = [text(inputs, "allocationId"), text(inputs, "instanceId")];
  if (!account.find(instanceToken, holder)) {
    throw new AwsError("InvalidInstanceID.NotFound", `The instance ID '${holder}' does not exist`);
  }
  if (!account.find(eipToken, allocation)) {
    throw new AwsError("InvalidAllocationID.NotFound", `The allocation ID '${allocation}' does not exist`);
  }
}

/** Elastic IP of an instance; the latest association of an address wins. */
export function elasticIpOf(account: Account, instanceId: string): string | undefined {
  const latest = new Map<string, string | undefined>();
  for (const { properties } of account.all(eipAssociation.token)) {
    latest.set(text(properties, "allocationId") ?? "", text(properties, "instanceId"));
  }
  const allocation = [...latest].find(([, holder]) => holder === instanceId)?.[0];
  return text(account.find(eipToken, allocation)?.properties ?? {}, "publicIp");
}
