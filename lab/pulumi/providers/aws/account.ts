/** The simulated account: every resource in it, and queries that AWS would answer from it. */
import { randomBytes, randomInt } from "node:crypto";
import { isList, isMap, type Properties, text } from "../rpc/values";
import { type Address, cidrContains, firstAddress, lastAddress, nextAddress } from "./addresses";
import { partitionOf } from "./partitions";

export interface CloudResource {
  readonly id: string;
  /** Type token, such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  /** Inputs and outputs together, without the type's hidden inputs. */
  readonly properties: Properties;
}

export const accountId = "123456789012";

/** Buckets, by name. */
export const bucketToken = "aws:s3/bucket:Bucket";

/** AWS's announcement that it takes a Spot instance back. */
export interface SpotNotice {
  readonly action: "terminate";
  /** UTC, in whole seconds: `2026-11-26T12:02:00Z`. */
  readonly time: string;
}

/** One version of an object in a bucket. */
export interface ObjectVersion {
  readonly key: string;
  /** `null` of one that was written while its bucket had no versions. */
  readonly versionId: string;
  /** UTC, in whole seconds. */
  readonly lastModified: string;
  /** The content, which is a file of its own; a delete marker has none. */
  readonly content?: {
    readonly file: string;
    readonly size: number;
    readonly etag: string;
    readonly type: string;
    readonly metadata: Readonly<Record<string, string>>;
  };
}

/** Content of `cloud.json`. */
export interface AccountData {
  resources: Record<string, CloudResource>;
  /** Spot instances that are being taken back, by ID. */
  notices: Record<string, SpotNotice>;
  /** Values of SSM parameters that override the built-in ones, by name: a test's newer image. */
  parameters: Record<string, string>;
  /** Every version of every object, oldest first, by bucket. */
  objects: Record<string, ObjectVersion[]>;
  /** The public address that was given out last. */
  lastPublicAddress?: string;
  /** Zone -> instance types that it does not offer, instead of the built-in ones. */
  notOffered?: Record<string, string[]>;
}

export class Account {
  constructor(
    readonly data: AccountData,
    readonly region: string,
  ) {}

  put(resource: CloudResource): void {
    this.data.resources[key(resource.type, resource.id)] = resource;
  }

  remove(type: string, id: string): void {
    delete this.data.resources[key(type, id)];
    delete this.data.notices[id];
    if (type === bucketToken) delete this.data.objects[id];
  }

  find(type: string, id: string | undefined): CloudResource | undefined {
    return id === undefined ? undefined : this.data.resources[key(type, id)];
  }

  all(type: string): CloudResource[] {
    return Object.values(this.data.resources).filter((resource) => resource.type === type);
  }

  where(type: string, property: string, value: string | undefined): CloudResource[] {
    return this.all(type).filter(({ properties }) => text(properties, property) === value);
  }

  arn(service: string, resource: string): string {
    const global = ["iam", "route53", "s3"].includes(service);
    const owner = service === "route53" || service === "s3" ? "" : accountId;
    const region = global ? "" : this.region;
    return `arn:${partitionOf(this.region).name}:${service}:${region}:${owner}:${resource}`;
  }

  /** The lowest free address of a subnet; AWS reserves the first four and the last. */
  freePrivateAddress(cidr: string, alsoTaken: readonly string[] = []): Address {
    const taken = new Set([
      ...this.all("aws:ec2/instance:Instance").map((i) => text(i.properties, "privateIp")),
      ...this.balancerAddresses("privateIp"),
      ...alsoTaken,
    ]);
    const last = lastAddress(cidr);
    for (let address = nextAddress(firstAddress(cidr), 4); address < last; address = nextAddress(address)) {
      if (!taken.has(address.text)) return address;
    }
    throw new AwsError("InsufficientFreeAddressesInSubnet", `There is no free address left in ${cidr}.`);
  }

  /**
   * A public address for a new holder: from the documentation range, then the benchmarking range, in turn. One that was
   * let go of does not come back to who asks next, as on AWS.
   */
  newPublicAddress(alsoTaken: readonly string[] = []): string {
    const taken = new Set([
      ...this.all("aws:ec2/instance:Instance").map((i) => text(i.properties, "autoPublicIp")),
      ...this.all("aws:ec2/eip:Eip").map((eip) => text(eip.properties, "publicIp")),
      ...this.balancerAddresses("publicIp"),
      ...alsoTaken,
    ]);
    const { lastPublicAddress: last } = this.data;
    let isAfterLast = last === undefined;
    let earlier: string | undefined;
    for (const { text: address } of publicAddresses()) {
      const isFree = !taken.has(address);
      if (isFree && isAfterLast) return this.giveOut(address);
      if (isFree) earlier ??= address;
      if (address === last) isAfterLast = true;
    }
    if (earlier !== undefined) return this.giveOut(earlier);
    throw new AwsError("AddressLimitExceeded", "There is no free public address left.");
  }

  private balancerAddresses(kind: "privateIp" | "publicIp"): (string | undefined)[] {
    return this.all("aws:lb/loadBalancer:LoadBalancer").flatMap(({ properties: { interfaces } }) =>
      isList(interfaces) ? interfaces.filter(isMap).map((one) => text(one, kind)) : [],
    );
  }

  private giveOut(address: string): string {
    this.data.lastPublicAddress = address;
    return address;
  }

  /** The subnet that contains this address, for messages. */
  subnetOf(address: string): CloudResource | undefined {
    return this.all("aws:ec2/subnet:Subnet").find(({ properties }) =>
      cidrContains(text(properties, "cidrBlock") ?? "", address),
    );
  }
}

function* publicAddresses(): Generator<Address> {
  for (const cidr of ["203.0.113.0/24", "198.18.0.0/15"]) {
    const last = lastAddress(cidr);
    for (let at = nextAddress(firstAddress(cidr), 10); at < last; at = nextAddress(at)) yield at;
  }
}

function key(type: string, id: string): string {
  return `${type} ${id}`;
}

/** An error with AWS's error code, so that a reader can look it up. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

/** ID in EC2's current format: the prefix, a zero, and 16 hexadecimal digits. */
export function ec2Id(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString("hex")}`;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** ID in the format of IAM and Route 53: capitals and digits after a fixed prefix. */
export function capitalId(prefix: string, length: number): string {
  return prefix + Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}
