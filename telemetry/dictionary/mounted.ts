/** Text of a dictionary file as it is mounted in pods, and read: as it is, or compressed where a ConfigMap is too small. */
import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";

/** Bytes that a ConfigMap holds (Kubernetes: MaxSecretSize). */
export const mostConfigMapBytes = 1024 ** 2;

/** Text of a dictionary, or its gzip where the text is too big for a ConfigMap. The reader tells by the first bytes. */
export function mountedDictionary(text: string): Buffer {
  const plain = Buffer.from(text);
  return plain.length <= mostConfigMapBytes ? plain : gzipSync(plain, { level: 9 });
}

/** True for a gzip: its first two bytes say so. */
export const isCompressed = (content: Buffer): boolean => content[0] === 0x1f && content[1] === 0x8b;

/**
 * Text of a dictionary file, compressed or not.
 * @throws the file system's or zlib's error, which has a `code`
 */
export function readDictionaryText(path: string): string {
  const content = readFileSync(path);
  return (isCompressed(content) ? gunzipSync(content) : content).toString("utf8");
}
