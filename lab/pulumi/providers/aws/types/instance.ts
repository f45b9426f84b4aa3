/** EC2 instances. */
import { type Architecture, architectureOf } from "../../../../../infra/machines/image";
import type { CheckFailure } from "../../rpc/provider";
import { map, numeric, type Properties, text, texts } from "../../rpc/values";
import { type Account, AwsError, type CloudResource, ec2Id } from "../account";
import type { AwsType, ResourceView } from "../awsType";
import { refuseNotOffered } from "../offerings";
import { instanceProfile } from "./iam";
import { elasticIpOf } from "./publicAddresses";
import { checkOneOf, checkRange } from "./rules";
import { instanceToken, notFound, securityGroupToken, subnetToken, vpcToken } from "./vpc";

/** EC2's size limit of user data, before base64 (EC2 user guide, "Run commands when you launch an EC2 instance"). */
const userDataLimit = 16 * 1024;

/** State of an instance that is gone and still listed. */
export const terminated = "terminated";

export const instance: AwsType = {
  token: instanceToken,
  inputs: {
    ami: "string",
    instanceType: "string",
    subnetId: "string",
    vpcSecurityGroupIds: "string[]",
    associatePublicIpAddress: "boolean",
    sourceDestCheck: "boolean",
    iamInstanceProfile: "string",
    disableApiTermination: "boolean",
    forceDestroy: "boolean",
    userData: "string",
    userDataReplaceOnChange: "boolean",
    instanceMarketOptions: {
      fields: {
        marketType: "string",
        spotOptions: { fields: { spotInstanceType: "string" } },
      },
    },
    metadataOptions: {
      fields: {
        httpEndpoint: "string",
        httpPutResponseHopLimit: "number",
        httpTokens: "string",
      },
    },
    rootBlockDevice: {
      fields: {
        deleteOnTermination: "boolean",
        encrypted: "boolean",
        tags: "map",
        volumeSize: "number",
        volumeType: "string",
      },
    },
    tags: "map",
  },
  required: ["ami", "instanceType", "subnetId"],
  replaces: [
    "ami",
    "subnetId",
    "associatePublicIpAddress",
    "instanceMarketOptions",
    "rootBlockDevice.encrypted",
  ],
  alsoReplaces: (inputs, before) => [
    ...(inputs["userDataReplaceOnChange"] === true ? ["userData"] : []),
    ...(architecture(inputs) === architecture(before) ? [] : ["instanceType"]),
  ],
  defaults: {
    sourceDestCheck: true,
    userDataReplaceOnChange: false,
    disableApiTermination: false,
    forceDestroy: false,
  },
  computed: [
    "arn",
    "instanceState",
    "privateIp",
    "privateDns",
    "publicIp",
    "publicDns",
    "availabilityZone",
    "primaryNetworkInterfaceId",
    "associatePublicIpAddress",
    "instanceLifecycle",
  ],
  // A stop and a start assign another public address, unless it is an elastic one.
  changesWith: { publicIp: ["instanceType"], publicDns: ["instanceType"] },
  hidden: ["userData"],
  internal: ["autoPublicIp", "launchTime"],
  check: checkInstance,
  id: () => ec2Id("i"),
  outputs,
  refuse,
};

/** The AWS provider replaces an instance whose new type has no architecture in common with the old one. */
function architecture(inputs: Properties): Architecture {
  return architectureOf(text(inputs, "instanceType") ?? "");
}

function checkInstance(inputs: Properties): CheckFailure[] {
  const disk = map(inputs, "rootBlockDevice");
  const metadata = map(inputs, "metadataOptions");
  const within = (part: string, failures: CheckFailure[]) =>
    failures.map((failure) => ({ ...failure, property: `${part}.${failure.property}` }));
  return [
    ...checkUserData(inputs),
    ...within("rootBlockDevice", checkRange(disk, "volumeSize", 1, 16384)),
    ...within(
      "rootBlockDevice",
      checkOneOf(disk, "volumeType", ["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"]),
    ),
    ...within("metadataOptions", [
      ...checkOneOf(metadata, "httpEndpoint", ["enabled", "disabled"]),
      ...checkOneOf(metadata, "httpTokens", ["required", "optional"]),
      ...checkRange(metadata, "httpPutResponseHopLimit", 1, 64),
    ]),
    ...checkOneOf(map(inputs, "instanceMarketOptions"), "marketType", ["spot", "capacity-block"]),
    ...checkFormat(inputs, "ami", /^ami-[0-9a-f]{8,17}$/, "an image id such as ami-0123456789abcdef0"),
    ...checkFormat(inputs, "instanceType", /^[a-z0-9-]+\.[a-z0-9-]+$/, "an instance type such as t3.large"),
  ];
}

function checkFormat(inputs: Properties, property: string, format: RegExp, allowed: string): CheckFailure[] {
  const value = text(inputs, property);
  if (value === undefined || format.test(value)) return [];
  return [{ property, reason: `"${property}" must be ${allowed}, not "${value}"` }];
}

function checkUserData(inputs: Properties): CheckFailure[] {
  const size = Buffer.byteLength(text(inputs, "userData") ?? "");
  if (size <= userDataLimit) return [];
  return [
    { property: "userData", reason: `User data is limited to ${userDataLimit} bytes; this is ${size}` },
  ];
}

function outputs({ id, inputs, account, previous }: ResourceView): Properties {
  const before = previous?.properties ?? {};
  const home = account.find(subnetToken, text(inputs, "subnetId"));
  const region = account.region;
  const privateIp =
    text(before, "privateIp") ??
    account.freePrivateAddress(text(home?.properties ?? {}, "cidrBlock") ?? "").text;
  const wantsPublic = inputs["associatePublicIpAddress"] ?? home?.properties["mapPublicIpOnLaunch"] ?? false;
  const restarted = previous !== undefined && before["instanceType"] !== inputs["instanceType"];
  const kept = restarted ? undefined : text(before, "autoPublicIp");
  const autoPublicIp = wantsPublic === true ? (kept ?? account.newPublicAddress()) : "";
  const publicIp = elasticIpOf(account, id) ?? autoPublicIp;
  return {
    arn: account.arn("ec2", `instance/${id}`),
    instanceState: "running",
    availabilityZone: home?.properties["availabilityZone"] ?? `${region}a`,
    privateIp,
    privateDns: `ip-${privateIp.replaceAll(".", "-")}.${region === "us-east-1" ? "ec2" : `${region}.compute`}.internal`,
    associatePublicIpAddress: wantsPublic,
    autoPublicIp,
    launchTime: text(before, "launchTime") ?? new Date().toISOString(),
    publicIp,
    publicDns: publicDns(publicIp, region),
    primaryNetworkInterfaceId: text(before, "primaryNetworkInterfaceId") ?? ec2Id("eni"),
    instanceLifecycle: text(map(inputs, "instanceMarketOptions"), "marketType") ?? "",
    rootBlockDevice: rootDisk(map(inputs, "rootBlockDevice"), map(before, "rootBlockDevice")),
    metadataOptions: {
      httpEndpoint: "enabled",
      httpProtocolIpv6: "disabled",
      httpPutResponseHopLimit: 1,
      httpTokens: "optional",
      instanceMetadataTags: "disabled",
      ...map(inputs, "metadataOptions"),
    },
  };
}

export function publicDns(publicIp: string, region: string): string {
  if (publicIp === "") return "";
  const zone = region === "us-east-1" ? "compute-1" : `${region}.compute`;
  return `ec2-${publicIp.replaceAll(".", "-")}.${zone}.amazonaws.com`;
}

function rootDisk(given: Properties, before: Properties): Properties {
  return {
    deleteOnTermination: true,
    deviceName: "/dev/sda1",
    encrypted: false,
    volumeId: text(before, "volumeId") ?? ec2Id("vol"),
    volumeSize: 8,
    volumeType: "gp3",
    ...given,
  };
}

function refuse(inputs: Properties, account: Account, previous?: CloudResource): void {
  if (previous !== undefined && text(previous.properties, "instanceState") === terminated) {
    throw new AwsError(
      "IncorrectInstanceState",
      `The instance '${previous.id}' is terminated; run \`pulumi refresh\``,
    );
  }
  const home = account.find(subnetToken, text(inputs, "subnetId"));
  if (home === undefined) throw notFound("InvalidSubnetID.NotFound", "subnet", inputs, "subnetId");
  const type = text(inputs, "instanceType") ?? "";
  const zone = text(home.properties, "availabilityZone") ?? "";
  if (type !== text(previous?.properties ?? {}, "instanceType")) refuseNotOffered(type, zone, account);
  for (const group of texts(inputs, "vpcSecurityGroupIds")) {
    const isDefault = account.where(vpcToken, "defaultSecurityGroupId", group).length > 0;
    if (!isDefault && !account.find(securityGroupToken, group)) {
      throw new AwsError("InvalidGroup.NotFound", `The security group '${group}' does not exist`);
    }
  }
  needs(
    account,
    instanceProfile.token,
    text(inputs, "iamInstanceProfile"),
    "InvalidParameterValue",
    "instance profile",
  );
  refuseSmallerDisk(inputs, previous);
}

function needs(account: Account, type: string, id: string | undefined, code: string, what: string): void {
  if (id !== undefined && !account.find(type, id)) {
    throw new AwsError(code, `The ${what} '${id}' does not exist`);
  }
}

function refuseSmallerDisk(inputs: Properties, previous?: CloudResource): void {
  const now = numeric(map(inputs, "rootBlockDevice"), "volumeSize");
  const before = numeric(map(previous?.properties ?? {}, "rootBlockDevice"), "volumeSize");
  if (now !== undefined && before !== undefined && now < before) {
    throw new AwsError(
      "InvalidParameterValue",
      `New size cannot be smaller than existing size (rootBlockDevice.volumeSize: ${before} to ${now})`,
    );
  }
}
