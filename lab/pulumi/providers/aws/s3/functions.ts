/** The provider's functions about buckets and their objects, with the errors that AWS' provider gives. */
import { map, numeric, type Properties, text } from "../../rpc/values";
import { type Account, bucketToken } from "../account";
import { bucketFacts } from "../types/s3";
import { bucketPolicyToken } from "./bucketPolicy";
import { bucketExists, currentObject, currentObjects } from "./objects";

type Answer = (args: Properties, account: Account) => Properties;

/** The error of a request that found nothing. */
function failed(what: string, operation: string, error: string): Error {
  return new Error(
    `${what}: operation error S3: ${operation}, https response error StatusCode: 404, ${error}`,
  );
}

function regionOf(account: Account, bucket: string): string {
  return text(account.find(bucketToken, bucket)?.properties ?? {}, "region") ?? account.region;
}

export const s3Functions: Readonly<Record<string, Answer>> = {
  "aws:s3/getBucket:getBucket": (args, account) => {
    const bucket = text(args, "bucket") ?? "";
    if (!bucketExists(account, bucket)) {
      throw new Error(`reading S3 Bucket (${bucket}): couldn't find resource`);
    }
    const region = regionOf(account, bucket);
    const none = { hostedZoneId: "", websiteDomain: "", websiteEndpoint: "" };
    return { ...args, id: bucket, region, ...none, ...bucketFacts(bucket, region, account) };
  },

  "aws:s3/getBucketPolicy:getBucketPolicy": (args, account) => {
    const bucket = text(args, "bucket") ?? "";
    const policy = text(account.find(bucketPolicyToken, bucket)?.properties ?? {}, "policy");
    if (policy === undefined) throw new Error(`reading S3 Bucket (${bucket}) Policy: couldn't find resource`);
    return { ...args, id: bucket, region: regionOf(account, bucket), policy };
  },

  "aws:s3/getObjects:getObjects": (args, account) => {
    const bucket = text(args, "bucket") ?? "";
    if (args["delimiter"] !== undefined) throw new Error("the lab's getObjects does not know delimiter");
    if (!bucketExists(account, bucket)) {
      throw failed(
        `listing S3 Bucket (${bucket}) Objects`,
        "ListObjectsV2",
        "NoSuchBucket: The specified bucket does not exist",
      );
    }
    const found = currentObjects(account, bucket, text(args, "prefix"), text(args, "startAfter"));
    return {
      maxKeys: 1000,
      ...args,
      id: bucket,
      region: regionOf(account, bucket),
      keys: found.slice(0, numeric(args, "maxKeys") ?? 1000).map(({ key }) => key),
      commonPrefixes: [],
      // As without fetchOwner, which nobody asks for.
      owners: [],
      requestCharged: "",
    };
  },

  /** HEAD of the object. The lab's answer has no body, also where AWS' provider downloads one: of text and JSON. */
  "aws:s3/getObject:getObject": (args, account) => {
    const [bucket, key] = [text(args, "bucket") ?? "", text(args, "key") ?? ""];
    const found = bucketExists(account, bucket) ? currentObject(account, bucket, key) : undefined;
    const wrongVersion = args["versionId"] !== undefined && args["versionId"] !== found?.versionId;
    if (found?.content === undefined || wrongVersion) {
      throw new Error(`reading S3 Bucket (${bucket}) Object (${key}): couldn't find resource`);
    }
    const { etag, metadata, size, type } = found.content;
    return {
      ...args,
      id: `${bucket}/${key}`,
      region: regionOf(account, bucket),
      arn: account.arn("s3", `${bucket}/${key}`),
      contentLength: size,
      contentType: type,
      etag,
      lastModified: new Date(found.lastModified).toUTCString().replace("GMT", "UTC"),
      metadata,
      serverSideEncryption: "AES256",
      storageClass: "STANDARD",
      tags: map(args, "tags"),
      versionId: found.versionId === "null" ? "" : found.versionId,
    };
  },
};
