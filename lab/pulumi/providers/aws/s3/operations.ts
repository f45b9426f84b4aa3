/** The operations of S3 that the lab has: put, get, head, delete and list of objects, of their newest versions. */
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { map, text } from "../../rpc/values";
import { type Account, accountId, type ObjectVersion } from "../account";
import { inSeconds } from "../metadata/roleCredentials";
import { ownershipToken } from "../types/s3";
import { authorize } from "./authorization";
import { bucketArn } from "./bucketPolicy";
import { receive } from "./content";
import { notImplemented, S3Error } from "./errors";
import { listObjects } from "./listing";
import {
  bucketExists,
  contentFolder,
  currentObject,
  deleteObject,
  newestVersion,
  removeContents,
  writeObject,
} from "./objects";
import type { S3Answer, S3Request, S3Sources } from "./request";
import { header } from "./signature";

interface Operation {
  readonly action: string;
  /** Parameters of the query and headers `x-amz-…` that it knows. */
  readonly parameters?: readonly string[];
  readonly headers?: readonly string[];
  run(request: S3Request, account: Account, sources: S3Sources): Promise<S3Answer>;
}

const operations: Readonly<Record<string, Operation>> = {
  "PUT key": {
    action: "s3:PutObject",
    headers: [
      "x-amz-acl",
      "x-amz-checksum-sha256",
      "x-amz-server-side-encryption",
      "x-amz-sdk-checksum-algorithm",
    ],
    run: putObject,
  },
  "GET key": { action: "s3:GetObject", run: getObject },
  "HEAD key": { action: "s3:GetObject", run: getObject },
  "DELETE key": { action: "s3:DeleteObject", run: removeObject },
  "GET bucket": {
    action: "s3:ListBucket",
    parameters: ["list-type", "prefix", "max-keys", "continuation-token", "start-after"],
    run: listObjects,
  },
};

/** Headers of every request, beside those of its operation; `x-amz-meta-…` are the object's own. */
const commonHeaders = [
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-expected-bucket-owner",
  "x-amz-security-token",
  "x-amz-user-agent",
];

/** Headers of HTTP that ask for what the lab does not have. */
const refusedHeaders = ["range", "if-match", "if-modified-since", "if-unmodified-since", "transfer-encoding"];

/** @throws S3Error as S3 refuses the request */
export async function perform(request: S3Request, sources: S3Sources): Promise<S3Answer> {
  const account = await sources.cloud.look((found) => found);
  const operation = operations[`${request.method} ${request.key === "" ? "bucket" : "key"}`];
  if (operation === undefined) {
    throw notImplemented(`${request.method} of a ${request.key === "" ? "bucket" : "key"}`);
  }
  refuseStrange(request, operation);
  if (!bucketExists(account, request.bucket)) {
    throw new S3Error("NoSuchBucket", "The specified bucket does not exist");
  }
  refuseOwner(request);
  ask(account, request, operation.action);
  return operation.run(request, account, sources);
}

/** What would be passed over is refused: nothing counts as done that was not. */
function refuseStrange({ headers, key, method, parameters }: S3Request, operation: Operation): void {
  const known = ["x-id", ...(operation.parameters ?? [])];
  const query = [...parameters.keys()].find((name) => !known.includes(name));
  if (query !== undefined) throw notImplemented(`the parameter ${query}`);
  const allowed = [...commonHeaders, ...(operation.headers ?? [])];
  const strange = [...headers.keys()].find(
    (name) =>
      refusedHeaders.includes(name) ||
      (name === "if-none-match" && method !== "PUT") ||
      (name.startsWith("x-amz-") &&
        !allowed.includes(name) &&
        !(name.startsWith("x-amz-meta-") && method === "PUT")),
  );
  if (strange !== undefined) throw notImplemented(`the header ${strange}`);
  if (Buffer.byteLength(key) > 1024) throw new S3Error("KeyTooLongError", "Your key is too long");
}

function refuseOwner(request: S3Request): void {
  const expected = header(request, "x-amz-expected-bucket-owner");
  if (expected === undefined || expected === accountId) return;
  if (/^\d{12}$/.test(expected)) throw new S3Error("AccessDenied", "Access Denied");
  throw new S3Error(
    "InvalidBucketOwnerAWSAccountID",
    "The value of the expected bucket owner parameter must be an AWS Account ID: [0-9]{12}",
  );
}

/** @throws S3Error unless the request's caller may do this */
function ask(account: Account, request: S3Request, action: string): void {
  const { bucket, caller, key, parameters, secure } = request;
  const isList = action === "s3:ListBucket";
  const optional = {
    "s3:prefix": isList ? parameters.get("prefix") : undefined,
    "s3:max-keys": isList ? parameters.get("max-keys") : undefined,
    "s3:x-amz-server-side-encryption": header(request, "x-amz-server-side-encryption"),
    "s3:x-amz-acl": header(request, "x-amz-acl"),
    "s3:x-amz-content-sha256": header(request, "x-amz-content-sha256"),
    "aws:PrincipalArn": caller?.roleArn,
    "aws:PrincipalAccount": caller?.account,
    "aws:PrincipalType": caller === undefined ? "Anonymous" : "AssumedRole",
    "s3:TlsVersion": secure ? "1.2" : undefined,
  };
  const given = Object.entries(optional).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const own = bucketArn(account, bucket);
  authorize(account, {
    bucket,
    caller,
    action,
    arn: isList ? own : `${own}/${key}`,
    context: {
      "aws:SecureTransport": String(secure),
      "aws:ResourceAccount": accountId,
      "s3:ResourceAccount": accountId,
      ...Object.fromEntries(given),
    },
  });
}

async function putObject(request: S3Request, account: Account, sources: S3Sources): Promise<S3Answer> {
  const { bucket, key } = request;
  refuseEncryption(request);
  refuseAcl(request, account);
  const onlyNew = header(request, "if-none-match");
  if (onlyNew !== undefined && onlyNew !== "*") throw notImplemented("if-none-match but for *");
  const folder = contentFolder(sources.stateFolder, bucket);
  const file = randomBytes(16).toString("hex");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const { size, md5 } = await receive(request, join(folder, file));
    const object = {
      key,
      lastModified: inSeconds(sources.now()),
      content: {
        file,
        size,
        etag: md5,
        type: header(request, "content-type") ?? "binary/octet-stream",
        metadata: metadataOf(request),
      },
    };
    const { version, left } = await sources.cloud.change((now) => {
      if (!bucketExists(now, bucket)) {
        throw new S3Error("NoSuchBucket", "The specified bucket does not exist");
      }
      if (onlyNew !== undefined && currentObject(now, bucket, key) !== undefined) {
        throw new S3Error(
          "PreconditionFailed",
          "At least one of the pre-conditions you specified did not hold",
        );
      }
      return writeObject(now, bucket, object);
    });
    await removeContents(sources.stateFolder, bucket, left);
    return { status: 200, headers: { etag: `"${md5}"`, ...encryption, ...versionHeader(version) } };
  } catch (error) {
    await rm(join(folder, file), { force: true });
    throw error;
  }
}

/** The lab does not encrypt what it keeps; S3 does, and says so of every object. */
const encryption = { "x-amz-server-side-encryption": "AES256" };

function refuseEncryption(request: S3Request): void {
  const wanted = header(request, "x-amz-server-side-encryption") ?? "AES256";
  if (wanted.startsWith("aws:")) throw notImplemented("keys of KMS");
  if (wanted !== "AES256") {
    throw new S3Error("InvalidArgument", "The encryption method specified is not supported");
  }
}

function refuseAcl(request: S3Request, account: Account): void {
  const acl = header(request, "x-amz-acl");
  if (acl === undefined || acl === "bucket-owner-full-control") return;
  const { properties = {} } = account.find(ownershipToken, request.bucket) ?? {};
  // So it is in a new bucket to which nobody has said otherwise.
  const ownership = text(map(properties, "rule"), "objectOwnership") ?? "BucketOwnerEnforced";
  if (ownership !== "BucketOwnerEnforced") throw notImplemented("access control lists");
  throw new S3Error("AccessControlListNotSupported", "The bucket does not allow ACLs");
}

function metadataOf({ headers }: S3Request): Record<string, string> {
  const own = [...headers].filter(([name]) => name.startsWith("x-amz-meta-"));
  return Object.fromEntries(
    own.map(([name, values]) => [name.slice("x-amz-meta-".length), values.join(",")]),
  );
}

function getObject(request: S3Request, account: Account, sources: S3Sources): Promise<S3Answer> {
  const { bucket, key } = request;
  const found = newestVersion(account, bucket, key);
  if (found?.content === undefined) {
    // Only who may list the bucket learns what is not in it.
    ask(account, request, "s3:ListBucket");
    const marker = found === undefined ? {} : { "x-amz-delete-marker": "true", ...versionHeader(found) };
    throw new S3Error("NoSuchKey", "The specified key does not exist.", marker);
  }
  const { etag, file, metadata, size, type } = found.content;
  const own = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return Promise.resolve({
    status: 200,
    headers: {
      "content-type": type,
      "content-length": String(size),
      "last-modified": new Date(found.lastModified).toUTCString(),
      "accept-ranges": "bytes",
      etag: `"${etag}"`,
      ...encryption,
      ...versionHeader(found),
      ...(Object.fromEntries(own) as Record<string, string>),
    },
    file: join(contentFolder(sources.stateFolder, bucket), file),
  });
}

async function removeObject({ bucket, key }: S3Request, _: Account, sources: S3Sources): Promise<S3Answer> {
  const now = inSeconds(sources.now());
  const { marker, left } = await sources.cloud.change((account) => deleteObject(account, bucket, key, now));
  await removeContents(sources.stateFolder, bucket, left);
  const headers = marker === undefined ? {} : { "x-amz-delete-marker": "true", ...versionHeader(marker) };
  return { status: 204, headers };
}

/** A bucket without versions names none. */
function versionHeader({ versionId }: ObjectVersion): Record<string, string> {
  return versionId === "null" ? {} : { "x-amz-version-id": versionId };
}
