/** Policies for machines: protected metadata, encrypted disks, user data within the limit of EC2. */
import type { ReportViolation, ResourceValidationPolicy } from "@pulumi/policy";
import { object, objects, type Properties, text } from "./properties";

const machineTypes = ["aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"];

/** Size limit of EC2 in bytes, before base64 encoding. */
const userDataLimitBytes = 16_384;

export const imdsV2: ResourceValidationPolicy = {
  name: "imds-v2",
  description: "A machine's metadata is for the machine: session tokens required, one hop.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (!machineTypes.includes(type)) return;
    const { httpTokens, httpPutResponseHopLimit: hops } = object(props, "metadataOptions");
    if (httpTokens !== "required") {
      report(`metadataOptions.httpTokens is ${shown(httpTokens)}; it must be required`);
    }
    if (hops !== 1) {
      report(
        `metadataOptions.httpPutResponseHopLimit is ${shown(hops)}; it must be 1, or pods reach the metadata`,
      );
    }
  },
};

export const encryptedDisks: ResourceValidationPolicy = {
  name: "encrypted-disks",
  description: "Every disk is encrypted.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    for (const [name, disk] of disksOf(type, props)) {
      if (disk.encrypted !== true && disk.encrypted !== "true") {
        report(`${name} is not encrypted: set encrypted to true`);
      }
    }
  },
};

export const smallUserData: ResourceValidationPolicy = {
  name: "small-user-data",
  description: `User data has at most ${userDataLimitBytes} bytes, which is all that EC2 takes.`,
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (!machineTypes.includes(type)) return;
    const plain = type === "aws:ec2/instance:Instance" ? text(props, "userData") : undefined;
    const encoded =
      type === "aws:ec2/instance:Instance" ? text(props, "userDataBase64") : text(props, "userData");
    if (plain !== undefined) judge(Buffer.byteLength(plain), report);
    if (encoded !== undefined) judge(Buffer.from(encoded, "base64").length, report);
  },
};

function judge(bytes: number, report: ReportViolation): void {
  if (bytes > userDataLimitBytes) report(`user data has ${bytes} bytes; EC2 takes ${userDataLimitBytes}`);
}

/** Disks by name. A machine always has a root disk, even if not specified; without arguments it is not encrypted. */
function disksOf(type: string, props: Properties): [string, Properties][] {
  const numbered = (name: string, disks: readonly Properties[]): [string, Properties][] =>
    disks.map((disk, index) => [`${name}[${index}]`, disk]);
  switch (type) {
    case "aws:ec2/instance:Instance":
      return [
        ["rootBlockDevice", object(props, "rootBlockDevice")],
        ...numbered("ebsBlockDevices", objects(props, "ebsBlockDevices")),
      ];
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return numbered(
        "blockDeviceMappings",
        objects(props, "blockDeviceMappings").map((mapping) => object(mapping, "ebs")),
      );
    case "aws:ebs/volume:Volume":
      return [["the volume", props]];
    default:
      return [];
  }
}

const shown = (value: unknown): string => (value === undefined ? "not set" : JSON.stringify(value));
