/**
 * Age identity of a cluster's backups, derived from the cluster's seed (HKDF-SHA256, RFC 5869): machines encrypt for
 * its recipient, and only who has the identity can read a backup. Forms: age-encryption.org/v1, "The X25519 recipient".
 */
import { createPrivateKey, createPublicKey, hkdfSync } from "node:crypto";
import { bech32 } from "@scure/base";

export interface AgeIdentity {
  /** Secret: `AGE-SECRET-KEY-1…`, as `age --decrypt --identity` takes it. */
  readonly identity: string;
  /** `age1…`, for whom backups are encrypted. */
  readonly recipient: string;
}

/** DER header of a raw 32-byte X25519 private key (RFC 8410, section 7). */
const pkcs8Header = Buffer.from("302e020100300506032b656e04220420", "hex");
const identityPrefix = "age-secret-key-";

/**
 * Identity derived from a seed; the same seed always returns the same.
 * @param seed base64 of at least 32 random bytes
 * @throws Error when the seed is shorter
 */
export function deriveAgeIdentity(seed: string): AgeIdentity {
  const secret = Buffer.from(seed, "base64");
  if (secret.length < 32) throw new Error(`the seed has ${secret.length} bytes, 32 are needed`);
  return identityOf(Buffer.from(hkdfSync("sha256", secret, "", "perigee/age/backup", 32)));
}

/**
 * Identity given as text.
 * @throws Error when it is not `AGE-SECRET-KEY-1…`
 */
export function parseAgeIdentity(text: string): AgeIdentity {
  const { prefix, bytes } = bech32.decodeToBytes(text);
  if (prefix.toLowerCase() !== identityPrefix || bytes.length !== 32) throw new Error("not an age identity");
  return identityOf(Buffer.from(bytes));
}

function identityOf(raw: Buffer): AgeIdentity {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Header, raw]), format: "der", type: "pkcs8" });
  const point = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return {
    identity: bech32.encodeFromBytes(identityPrefix, raw).toUpperCase(),
    recipient: bech32.encodeFromBytes("age", point),
  };
}
