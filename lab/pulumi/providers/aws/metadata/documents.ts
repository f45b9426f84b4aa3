/** What an instance can read about itself, as a tree of paths. */
import { architectureOf } from "../../../../../infra/machines/image";
import { text, texts } from "../../rpc/values";
import { type Account, accountId, type CloudResource } from "../account";
import { instanceProfile, roleToken } from "../types/iam";
import { publicDns } from "../types/instance";
import { elasticIpOf } from "../types/publicAddresses";
import { instanceToken, securityGroupToken, zoneId } from "../types/vpc";
import { inSeconds, type RoleCredentials } from "./roleCredentials";

/** A document, one that is made when it is asked for, or a folder. */
export type Entry = string | (() => Promise<string | undefined>) | Folder;
export interface Folder {
  readonly [name: string]: Entry;
}

/** Facts that are not in the account. */
export interface Surroundings {
  /** The instance's user data; undefined without any. */
  userData(instanceId: string): Promise<string | undefined>;
  credentials(instanceId: string, role: string): Promise<RoleCredentials>;
  /** Hardware address of the machine that asks. */
  mac(address: string): Promise<string | undefined>;
}

/** The instance that has this private address. */
export function instanceAt(account: Account, address: string): CloudResource | undefined {
  return account.where(instanceToken, "privateIp", address)[0];
}

/** Everything below `/latest/`. */
export function documentsOf(account: Account, instance: CloudResource, around: Surroundings): Folder {
  return {
    dynamic: { "instance-identity": { document: identityDocument(instance) } },
    "meta-data": metaData(account, instance, around),
    "user-data": () => around.userData(instance.id),
  };
}

function metaData(account: Account, instance: CloudResource, around: Surroundings): Folder {
  const { id, properties } = instance;
  const own = (name: string): string => text(properties, name) ?? "";
  const publicIp = elasticIpOf(account, id) ?? own("autoPublicIp");
  const region = own("region");
  return {
    "ami-id": own("ami"),
    "ami-launch-index": "0",
    hostname: own("privateDns"),
    ...iam(account, instance, around),
    "instance-action": "none",
    "instance-id": id,
    "instance-life-cycle": own("instanceLifecycle") === "spot" ? "spot" : "on-demand",
    "instance-type": own("instanceType"),
    "local-hostname": own("privateDns"),
    "local-ipv4": own("privateIp"),
    mac: () => around.mac(own("privateIp")),
    placement: {
      "availability-zone": own("availabilityZone"),
      "availability-zone-id": zoneId(own("availabilityZone")),
      region,
    },
    ...(publicIp === "" ? {} : { "public-hostname": publicDns(publicIp, region), "public-ipv4": publicIp }),
    "security-groups": texts(properties, "vpcSecurityGroupIds")
      .map((group) => text(account.find(securityGroupToken, group)?.properties ?? {}, "name") ?? "default")
      .join("\n"),
    services: { domain: "amazonaws.com", partition: "aws" },
    ...spot(account, id),
  };
}

/** Present only while a notice stands. */
function spot(account: Account, id: string): Folder {
  const notice = account.data.notices[id];
  if (notice === undefined) return {};
  return { spot: { "instance-action": JSON.stringify(notice), "termination-time": notice.time } };
}

function iam(account: Account, { id, properties }: CloudResource, around: Surroundings): Folder {
  const profile = account.find(instanceProfile.token, text(properties, "iamInstanceProfile"));
  if (profile === undefined) return {};
  const info = {
    Code: "Success",
    LastUpdated: text(profile.properties, "createDate")?.replace(/\.\d+Z$/, "Z"),
    InstanceProfileArn: text(profile.properties, "arn"),
    InstanceProfileId: text(profile.properties, "uniqueId"),
  };
  const role = text(profile.properties, "role");
  const credentials = role === undefined ? {} : { [role]: () => credentialsOf(account, id, role, around) };
  return { iam: { info: json(info), "security-credentials": credentials } };
}

async function credentialsOf(
  account: Account,
  id: string,
  role: string,
  around: Surroundings,
): Promise<string> {
  const trust = text(account.find(roleToken, role)?.properties ?? {}, "assumeRolePolicy") ?? "";
  if (!trust.includes('"ec2.amazonaws.com"')) {
    return json({
      Code: "AssumeRoleUnauthorizedAccess",
      Message: `EC2 cannot assume the role ${role}. Its trust policy does not name ec2.amazonaws.com.`,
      LastUpdated: inSeconds(new Date()),
    });
  }
  const issued = await around.credentials(id, role);
  return json({
    Code: "Success",
    LastUpdated: issued.lastUpdated,
    Type: "AWS-HMAC",
    AccessKeyId: issued.accessKeyId,
    SecretAccessKey: issued.secretAccessKey,
    Token: issued.token,
    Expiration: issued.expiration,
  });
}

function identityDocument({ id, properties }: CloudResource): string {
  const own = (name: string): string => text(properties, name) ?? "";
  return json({
    accountId,
    architecture: architectureOf(own("instanceType")) === "arm64" ? "arm64" : "x86_64",
    availabilityZone: own("availabilityZone"),
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: own("ami"),
    instanceId: id,
    instanceType: own("instanceType"),
    kernelId: null,
    pendingTime: own("launchTime").replace(/\.\d+Z$/, "Z"),
    privateIp: own("privateIp"),
    ramdiskId: null,
    region: own("region"),
    version: "2017-09-30",
  });
}

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}
