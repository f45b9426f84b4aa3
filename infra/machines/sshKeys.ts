/**
 * Ed25519 SSH keys derived from the cluster's single secret seed (HKDF-SHA256, RFC 5869).
 * The login key and every machine's host key come from this one secret in the state, so that a
 * machine needs no extra resource and its host key is known before it boots (docs/adr/0004).
 */
import { createPrivateKey, createPublicKey, hkdfSync } from "node:crypto";

export interface SshKeyPair {
  /** OpenSSH private key file. */
  readonly private: string;
  /** `ssh-ed25519 AAAA… comment`, as in authorized_keys. */
  readonly public: string;
}

/** The login keys of a cluster, of which one is in use. */
export interface LoginKeys {
  readonly current: SshKeyPair;
  /**
   * Public keys that a machine lets in: the current one and the next. A connection has one key only, so a machine must
   * know a key before it becomes the current one.
   */
  readonly authorised: readonly string[];
  /** Public keys of lower numbers, which a machine lets in no longer. */
  readonly former: readonly string[];
}

/** DER header of a raw 32-byte Ed25519 private key (RFC 8410, section 7). */
const pkcs8Header = Buffer.from("302e020100300506032b657004220420", "hex");
const keyType = "ssh-ed25519";

/**
 * Key pair of one purpose, e.g. `login` or `host/perigee-dev-default-1`.
 * The same seed and purpose always return the same pair.
 * @param seed base64 of at least 32 random bytes
 * @throws Error when the seed is shorter
 */
export function deriveSshKeyPair(seed: string, purpose: string, comment: string): SshKeyPair {
  const secret = Buffer.from(seed, "base64");
  if (secret.length < 32) throw new Error(`the seed has ${secret.length} bytes, 32 are needed`);
  const raw = Buffer.from(hkdfSync("sha256", secret, "", `perigee/ssh/${purpose}`, 32));
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Header, raw]), format: "der", type: "pkcs8" });
  const point = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  const blob = Buffer.concat([field(keyType), field(point)]);
  return {
    private: openSshPrivateKey(raw, point, blob, comment),
    public: `${keyType} ${blob.toString("base64")} ${comment}`,
  };
}

/** Login keys when the one of this number, from 1, is in use. Every number's key comes from the same seed. */
export function deriveLoginKeys(seed: string, number: number, comment: string): LoginKeys {
  const pair = (one: number): SshKeyPair =>
    deriveSshKeyPair(seed, one === 1 ? "login" : `login/${one}`, comment);
  const former = Array.from({ length: number - 1 }, (_, index) => pair(index + 1).public);
  const current = pair(number);
  return { current, authorised: [current.public, pair(number + 1).public], former };
}

/** Unencrypted `openssh-key-v1` container (OpenSSH's PROTOCOL.key). sshd before 9.6 reads no PKCS #8 Ed25519 key. */
function openSshPrivateKey(raw: Buffer, point: Buffer, blob: Buffer, comment: string): string {
  // Two equal numbers: a reader compares them to verify the passphrase. Nothing is encrypted here.
  const check = point.subarray(0, 4);
  const entry = Buffer.concat([
    check,
    check,
    field(keyType),
    field(point),
    field(Buffer.concat([raw, point])),
    field(comment),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (entry.length % 8)) % 8 }, (_, index) => index + 1));
  const container = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    uint32(1),
    field(blob),
    field(Buffer.concat([entry, padding])),
  ]);
  const lines = container.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
    "\n",
  );
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
