/**
 * Objects of the account's buckets: what each is stands in `cloud.json`, its content in a file of the lab's state. A
 * content is complete before its object is there, and goes after it.
 */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { map, text } from "../../rpc/values";
import { type Account, bucketToken, type ObjectVersion } from "../account";

export const versioningToken = "aws:s3/bucketVersioning:BucketVersioning";

/** Folder of the contents of a bucket's objects. */
export function contentFolder(stateFolder: string, bucket: string): string {
  return join(stateFolder, "s3", "contents", bucket);
}

/** Removes contents that no object has any more. */
export async function removeContents(
  stateFolder: string,
  bucket: string,
  files: readonly string[],
): Promise<void> {
  for (const file of files) await rm(join(contentFolder(stateFolder, bucket), file), { force: true });
}

export function bucketExists(account: Account, bucket: string): boolean {
  return account.find(bucketToken, bucket) !== undefined;
}

/** The object as a reader finds it; undefined also when its newest version is a delete marker. */
export function currentObject(account: Account, bucket: string, key: string): ObjectVersion | undefined {
  const newest = newestVersion(account, bucket, key);
  return newest?.content === undefined ? undefined : newest;
}

/** The newest version, which may be a delete marker. */
export function newestVersion(account: Account, bucket: string, key: string): ObjectVersion | undefined {
  return versionsOf(account, bucket).findLast((one) => one.key === key);
}

/** Every object that a reader finds, in the order of a list: by the bytes of their keys. */
export function currentObjects(account: Account, bucket: string, prefix = "", after = ""): ObjectVersion[] {
  const newest = new Map(versionsOf(account, bucket).map((one) => [one.key, one]));
  return [...newest.values()]
    .filter(({ key, content }) => content !== undefined && key.startsWith(prefix) && byBytes(key, after) > 0)
    .sort((a, b) => byBytes(a.key, b.key));
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function versionsOf({ data }: Account, bucket: string): readonly ObjectVersion[] {
  return data.objects[bucket] ?? [];
}

export interface Written {
  readonly version: ObjectVersion;
  /** Contents that are nobody's now. */
  readonly left: string[];
}

/** Writes an object: a new version where the bucket has versions, else in place of the former. */
export function writeObject(
  account: Account,
  bucket: string,
  object: Omit<ObjectVersion, "versionId">,
): Written {
  const version = { ...object, versionId: hasVersions(account, bucket) ? newVersionId() : "null" };
  const left = version.versionId === "null" ? takeNullVersion(account, bucket, object.key) : [];
  (account.data.objects[bucket] ??= []).push(version);
  return { version, left };
}

/** Deletes an object: with a marker as its newest version where it has versions, which all stay. */
export function deleteObject(
  account: Account,
  bucket: string,
  key: string,
  now: string,
): { marker?: ObjectVersion; left: string[] } {
  const versioned =
    hasVersions(account, bucket) ||
    versionsOf(account, bucket).some((one) => one.key === key && one.versionId !== "null");
  if (!versioned) return { left: takeNullVersion(account, bucket, key) };
  const { version, left } = writeObject(account, bucket, { key, lastModified: now });
  return { marker: version, left };
}

/** True while versioning is enabled; a bucket where it was suspended keeps the versions that it has. */
function hasVersions(account: Account, bucket: string): boolean {
  const { properties = {} } = account.find(versioningToken, bucket) ?? {};
  return text(map(properties, "versioningConfiguration"), "status") === "Enabled";
}

function takeNullVersion({ data }: Account, bucket: string, key: string): string[] {
  const isIt = (one: ObjectVersion) => one.key === key && one.versionId === "null";
  const all = data.objects[bucket] ?? [];
  data.objects[bucket] = all.filter((one) => !isIt(one));
  return all.filter(isIt).flatMap(({ content }) => (content === undefined ? [] : [content.file]));
}

function newVersionId(): string {
  return randomBytes(24).toString("base64url");
}
