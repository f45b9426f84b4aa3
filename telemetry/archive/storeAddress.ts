/** Addresses of places in an object store. */

export const bucketMissing =
  "a bucket is missing: https://BUCKET.s3.REGION.amazonaws.com, or https://s3.REGION.amazonaws.com/BUCKET";

/** True for S3's own address, without a bucket in its name or path. */
export function lacksBucket(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { hostname, pathname } = new URL(address);
  return /^s3[.-]([a-z0-9.-]+\.)?amazonaws\.com(\.cn)?$/.test(hostname) && /^\/*$/.test(pathname);
}

/** True for an address to which a file's name can be added. */
export function isPlace(address: string): boolean {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return false;
  const { username, password, search, hash } = new URL(address);
  return `${username}${password}${search}${hash}` === "" && !/[?#]$/.test(address);
}
