/** Elastic IPs. */
import { type Properties, text } from "../../rpc/values";
import { type Account, AwsError, type CloudResource, ec2Id } from "../account";
import type { AwsType } from "../awsType";
import { checkOneOf } from "./rules";
import { EIP, INSTANCE } from "./vpc";

export const eip: AwsType = {
  token: EIP,
  inputs: { domain: "string", instance: "string", tags: "map" },
  replaces: ["domain"],
  defaults: { domain: "vpc" },
  computed: ["allocationId", "associationId", "arn", "publicIp", "publicDns", "privateIp", "privateDns",
    "networkInterface"], // prettier-ignore
  changesWith: { associationId: ["instance"], privateIp: ["instance"], networkInterface: ["instance"] },
  check: (inputs) => checkOneOf(inputs, "domain", ["vpc"]),
  id: () => ec2Id("eipalloc"),
  outputs: ({ id, inputs, account, previous }) => {
    const publicIp = text(previous?.properties ?? {}, "publicIp") ?? account.freePublicAddress();
    const holder = account.find(INSTANCE, text(inputs, "instance"));
    return {
      allocationId: id,
      arn: account.arn("ec2", `elastic-ip/${id}`),
      publicIp,
      publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${account.region}.compute.amazonaws.com`,
      associationId: holder === undefined ? "" : ec2Id("eipassoc"),
      privateIp: text(holder?.properties ?? {}, "privateIp") ?? "",
      privateDns: text(holder?.properties ?? {}, "privateDns") ?? "",
      networkInterface: text(holder?.properties ?? {}, "primaryNetworkInterfaceId") ?? "",
    };
  },
  refuse: (inputs, account) => needsInstance(account, text(inputs, "instance")),
  inUse: ({ id }, account) =>
    account.where(eipAssociation.token, "allocationId", id).length === 0
      ? undefined
      : new AwsError("InvalidIPAddress.InUse", `Address ${id} is in use.`),
};

export const eipAssociation: AwsType = {
  token: "aws:ec2/eipAssociation:EipAssociation",
  inputs: { allocationId: "string", instanceId: "string", allowReassociation: "boolean" },
  required: ["allocationId", "instanceId"],
  replaces: ["allocationId", "instanceId", "allowReassociation"],
  computed: ["networkInterfaceId", "privateIpAddress", "publicIp"],
  id: () => ec2Id("eipassoc"),
  outputs: ({ inputs, account }) => {
    const holder = account.find(INSTANCE, text(inputs, "instanceId"));
    return {
      networkInterfaceId: text(holder?.properties ?? {}, "primaryNetworkInterfaceId") ?? "",
      privateIpAddress: text(holder?.properties ?? {}, "privateIp") ?? "",
      publicIp: text(account.find(EIP, text(inputs, "allocationId"))?.properties ?? {}, "publicIp") ?? "",
    };
  },
  refuse: refuseAssociation,
};

function needsInstance(account: Account, id: string | undefined): void {
  if (id !== undefined && !account.find(INSTANCE, id)) {
    throw new AwsError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
  }
}

function refuseAssociation(inputs: Properties, account: Account, previous?: CloudResource): void {
  const allocation = text(inputs, "allocationId");
  needsInstance(account, text(inputs, "instanceId"));
  if (!account.find(EIP, allocation)) {
    throw new AwsError("InvalidAllocationID.NotFound", `The allocation ID '${allocation}' does not exist`);
  }
  // By default EC2 moves a VPC address, unless the program forbids it.
  if (inputs["allowReassociation"] !== false) return;
  const taken = account.where(eipAssociation.token, "allocationId", allocation);
  if (taken.some(({ id }) => id !== previous?.id)) {
    throw new AwsError("Resource.AlreadyAssociated", `resource ${allocation} is already associated`);
  }
}

/** The elastic IP of an instance, by either kind of association; the latest wins. */
export function elasticIpOf(account: Account, instanceId: string): string | undefined {
  const latest = new Map<string, string | undefined>();
  for (const address of account.all(EIP)) latest.set(address.id, text(address.properties, "instance"));
  for (const { properties } of account.all(eipAssociation.token)) {
    latest.set(text(properties, "allocationId") ?? "", text(properties, "instanceId"));
  }
  const allocation = [...latest].find(([, holder]) => holder === instanceId)?.[0];
  return text(account.find(EIP, allocation)?.properties ?? {}, "publicIp");
}
