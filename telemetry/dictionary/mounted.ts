/** Text of a dictionary file as it is mounted in pods, and read: as it is, or compressed where a ConfigMap is too small. */
import { gunzipSync, gzipSync } from "node:zlib";
import { readWhole } from "../wholeFile";

/** Bytes that a ConfigMap holds (Kubernetes: MaxSecretSize). */
export const mostConfigMapBytes = 1024 ** 2;

/** Bytes of the longest dictionary, also unpacked: ten times one of 16,000 parameters. */
const mostBytes = 64 * 1024 ** 2;

/** Text of a dictionary, or its gzip where the text is too big for a ConfigMap. The reader tells by the first bytes. */
export function mountedDictionary(text: string): Buffer {
  const plain = Buffer.from(text);
  return plain.length <= mostConfigMapBytes ? plain : gzipSync(plain, { level: 9 });
}

/** True for a gzip: its first two bytes say so. */
export const isCompressed = (content: Buffer): boolean => content[0] === 0x1f && content[1] === 0x8b;

/**
 * Text of a dictionary file, compressed or not, in UTF-8 or UTF-16.
 * @throws Error where it is longer than 64 MiB, or the file system's or zlib's, which has a `code`
 */
export function readDictionaryText(path: string): string {
  const content = readWhole(path, mostBytes);
  const plain = isCompressed(content) ? gunzipSync(content, { maxOutputLength: mostBytes }) : content;
  return new TextDecoder(encodingOf(plain)).decode(plain);
}

/** Encoding by the first two bytes: a byte order mark, or an ASCII character of two bytes, with which YAML begins (5.2). */
function encodingOf([first, second]: Uint8Array): string {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return "utf-16le";
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return "utf-16be";
  return "utf-8";
}
