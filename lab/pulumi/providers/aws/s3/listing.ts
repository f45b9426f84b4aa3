/** Lists of a bucket's objects (ListObjectsV2), in pages. */
import type { Account, ObjectVersion } from "../account";
import { elements, notImplemented, S3Error, xml } from "./errors";
import { currentObjects } from "./objects";
import type { S3Answer, S3Request } from "./request";

const mostKeys = 1000;

export function listObjects({ bucket, parameters }: S3Request, account: Account): Promise<S3Answer> {
  if (parameters.get("list-type") !== "2") throw notImplemented("lists but of list-type=2");
  const prefix = parameters.get("prefix");
  const asked = parameters.get("max-keys") ?? String(mostKeys);
  if (!/^\d{1,9}$/.test(asked)) {
    throw new S3Error("InvalidArgument", "Provided max-keys not an integer or within integer range");
  }
  const limit = Math.min(Number(asked), mostKeys);
  const token = parameters.get("continuation-token");
  const after = token === undefined ? parameters.get("start-after") : keyOf(token);
  const found = currentObjects(account, bucket, prefix, after);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const isTruncated = last !== undefined && found.length > limit;
  const content =
    elements({
      Name: bucket,
      Prefix: prefix ?? "",
      StartAfter: parameters.get("start-after"),
      ContinuationToken: token,
      NextContinuationToken: isTruncated ? tokenOf(last.key) : undefined,
      KeyCount: page.length,
      MaxKeys: asked,
      IsTruncated: isTruncated,
    }) + page.map((object) => `<Contents>${elements(entryOf(object))}</Contents>`).join("");
  const body = xml("ListBucketResult", content, "http://s3.amazonaws.com/doc/2006-03-01/");
  return Promise.resolve({ status: 200, headers: { "content-type": "application/xml" }, body });
}

function entryOf({ key, lastModified, content }: ObjectVersion) {
  return {
    Key: key,
    LastModified: lastModified.replace("Z", ".000Z"),
    ETag: `"${content?.etag}"`,
    Size: content?.size,
    StorageClass: "STANDARD",
  };
}

/** A continuation token: opaque to whoever has it. */
function tokenOf(key: string): string {
  return `1${Buffer.from(key).toString("base64")}`;
}

function keyOf(token: string): string {
  const key = Buffer.from(token.slice(1), "base64").toString();
  if (key !== "" && tokenOf(key) === token) return key;
  throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
}
