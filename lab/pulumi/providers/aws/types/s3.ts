/** Buckets of S3, and what is set on them. */
import type { CheckFailure } from "../../rpc/provider";
import { isMap, isUnknown, map, numeric, type Properties, type PropertyValue, text } from "../../rpc/values";
import { type Account, AwsError, bucketToken } from "../account";
import type { AwsType } from "../awsType";
import { partitionOf } from "../partitions";
import { bucketPolicyToken, publicAccessBlockToken, refusePolicy } from "../s3/bucketPolicy";
import { bucketExists, versioningToken, versionsOf } from "../s3/objects";
import { documentText } from "./iam";
import { checkOneOf, checkRange } from "./rules";

export const bucket: AwsType = {
  token: bucketToken,
  inputs: { bucket: "string", forceDestroy: "boolean", tags: "map" },
  replaces: ["bucket"],
  defaults: { forceDestroy: false },
  autoName: "bucket",
  lowerCase: true,
  computed: ["arn", "bucket", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName"],
  check: (inputs) => nameFailures(inputs["bucket"]),
  id: (inputs) => text(inputs, "bucket") ?? "",
  outputs: ({ id, inputs, account }) => {
    const region = text(inputs, "region") ?? account.region;
    return { bucket: id, ...bucketFacts(id, region, account) };
  },
  refuse: (inputs, account, previous) => {
    const name = text(inputs, "bucket");
    if (previous !== undefined || name === undefined || !bucketExists(account, name)) return;
    throw new AwsError(
      "BucketAlreadyOwnedByYou",
      `Your previous request to create the named bucket succeeded and you already own it. (${name})`,
    );
  },
  inUse: ({ id, properties }, account) => {
    const count = versionsOf(account, id).length;
    if (count === 0 || properties["forceDestroy"] === true) return undefined;
    return new AwsError(
      "BucketNotEmpty",
      `The bucket you tried to delete is not empty. You must delete all versions in the bucket. (${id}: ${count})`,
    );
  },
};

/** Names and addresses of a bucket, which its resource and the function `getBucket` give. */
export function bucketFacts(name: string, region: string, account: Account): Properties {
  const { dnsSuffix } = partitionOf(region);
  return {
    arn: account.arn("s3", name),
    bucketDomainName: `${name}.s3.${dnsSuffix}`,
    bucketRegion: region,
    bucketRegionalDomainName: `${name}.s3.${region}.${dnsSuffix}`,
  };
}

/** Failure for a name that S3 would not take. */
function nameFailures(name: PropertyValue | undefined): CheckFailure[] {
  if (typeof name !== "string" || isUnknown(name)) return [];
  const good =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/\.\.|^(\d+\.){3}\d+$|^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(
      name,
    );
  if (good) return [];
  return [
    {
      property: "bucket",
      reason:
        `"bucket" is "${name}": a bucket's name has 3 to 63 lowercase letters, digits, hyphens and dots, begins with a ` +
        "letter or digit, and is neither an IP address nor reserved by AWS",
    },
  ];
}

/** What every setting of a bucket has in common: the bucket names it, and must be there. */
function settingOf(
  token: string,
  type: Pick<AwsType, "inputs"> &
    Partial<Pick<AwsType, "required" | "defaults" | "check" | "outputs">> & {
      refuse?(inputs: Properties, account: Account, bucket: string): void;
    },
): AwsType {
  return {
    outputs: () => ({}),
    ...type,
    token,
    inputs: { bucket: "string", ...type.inputs },
    required: ["bucket", ...(type.required ?? [])],
    replaces: ["bucket"],
    computed: [],
    id: (inputs) => text(inputs, "bucket") ?? "",
    refuse: (inputs, account) => {
      const name = text(inputs, "bucket") ?? "";
      if (!bucketExists(account, name)) {
        throw new AwsError("NoSuchBucket", `The specified bucket does not exist (${name})`);
      }
      type.refuse?.(inputs, account, name);
    },
  };
}

export const bucketVersioning = settingOf(versioningToken, {
  inputs: { versioningConfiguration: { fields: { status: "string" }, required: ["status"] } },
  required: ["versioningConfiguration"],
  check: (inputs) =>
    checkOneOf(map(inputs, "versioningConfiguration"), "status", ["Enabled", "Suspended", "Disabled"]),
});

export const bucketEncryption = settingOf(
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  {
    inputs: {
      rules: {
        list: true,
        fields: {
          applyServerSideEncryptionByDefault: {
            fields: { sseAlgorithm: "string" },
            required: ["sseAlgorithm"],
          },
        },
        required: ["applyServerSideEncryptionByDefault"],
      },
    },
    required: ["rules"],
    // The lab's AWS has no keys of KMS.
    check: (inputs) =>
      items(inputs, "rules").flatMap((rule) =>
        checkOneOf(map(rule, "applyServerSideEncryptionByDefault"), "sseAlgorithm", ["AES256"]),
      ),
  },
);

export const bucketPublicAccessBlock = settingOf(publicAccessBlockToken, {
  inputs: {
    blockPublicAcls: "boolean",
    blockPublicPolicy: "boolean",
    ignorePublicAcls: "boolean",
    restrictPublicBuckets: "boolean",
  },
  defaults: {
    blockPublicAcls: false,
    blockPublicPolicy: false,
    ignorePublicAcls: false,
    restrictPublicBuckets: false,
  },
});

export const ownershipToken = "aws:s3/bucketOwnershipControls:BucketOwnershipControls";

export const bucketOwnershipControls = settingOf(ownershipToken, {
  inputs: { rule: { fields: { objectOwnership: "string" }, required: ["objectOwnership"] } },
  required: ["rule"],
  check: (inputs) =>
    checkOneOf(map(inputs, "rule"), "objectOwnership", [
      "BucketOwnerEnforced",
      "BucketOwnerPreferred",
      "ObjectWriter",
    ]),
});

export const bucketPolicy = settingOf(bucketPolicyToken, {
  inputs: { policy: "document" },
  required: ["policy"],
  outputs: ({ inputs }) => ({ policy: documentText(inputs["policy"]) }),
  refuse: (inputs, account, name) => refusePolicy(account, name, documentText(inputs["policy"])),
});

export const bucketLifecycle = settingOf("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", {
  inputs: {
    rules: {
      list: true,
      fields: {
        id: "string",
        status: "string",
        filter: { fields: { prefix: "string" } },
        expiration: { fields: { days: "number", expiredObjectDeleteMarker: "boolean" } },
        noncurrentVersionExpiration: { fields: { noncurrentDays: "number" }, required: ["noncurrentDays"] },
        abortIncompleteMultipartUpload: { fields: { daysAfterInitiation: "number" } },
      },
      required: ["id", "status"],
    },
  },
  required: ["rules"],
  check: (inputs) => {
    const rules = items(inputs, "rules");
    const ids = rules.map((rule) => text(rule, "id"));
    const repeated = ids.some((id, index) => id !== undefined && ids.indexOf(id) !== index);
    return [
      ...(repeated
        ? [{ property: "rules", reason: "Rule ID must be unique. Found same ID for more than one rule" }]
        : []),
      ...rules.flatMap(ruleFailures),
    ];
  },
});

const longestDays = 2147483647;

function ruleFailures(rule: Properties): CheckFailure[] {
  const { expiration, noncurrentVersionExpiration, abortIncompleteMultipartUpload } = rule;
  const actions = [expiration, noncurrentVersionExpiration, abortIncompleteMultipartUpload];
  const both =
    numeric(map(rule, "expiration"), "days") !== undefined &&
    map(rule, "expiration")["expiredObjectDeleteMarker"] === true;
  const reasons = [
    ...(actions.some((one) => one !== undefined)
      ? []
      : ["At least one action needs to be specified in a rule"]),
    ...(both ? ["expiration takes days or expiredObjectDeleteMarker, not both"] : []),
    ...((text(rule, "id") ?? "").length > 255 ? ["ID length should not exceed allowed limit of 255"] : []),
  ];
  return [
    ...checkOneOf(rule, "status", ["Enabled", "Disabled"]),
    ...reasons.map((reason) => ({ property: "rules", reason })),
    ...checkRange(map(rule, "expiration"), "days", 1, longestDays),
    ...checkRange(map(rule, "noncurrentVersionExpiration"), "noncurrentDays", 1, longestDays),
    ...checkRange(map(rule, "abortIncompleteMultipartUpload"), "daysAfterInitiation", 1, longestDays),
  ];
}

/** The objects of a list; others are left out. */
function items(inputs: Properties, name: string): Properties[] {
  const value = inputs[name];
  return Array.isArray(value) ? (value as PropertyValue[]).filter(isMap) : [];
}
