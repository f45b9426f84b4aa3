/** Texts in packets: strings and binary fields, as characters that may be shown anywhere. */
import type { Parameter } from "../dictionary";
import type { PacketLayout } from "./packetLayout";
import { primaryHeaderBytes, readDataBytes } from "./primaryHeader";
import { bytesBehind, lengthReader } from "./segments";
import { readBits } from "./unsigned";

/** Form of a text and its place. */
export type TextField = Pick<
  Parameter,
  "type" | "encoding" | "bitOffset" | "bitSize" | "segment" | "textLength"
>;

/** Bytes of a text; undefined where the packet ends before it does. */
export function textBytes(
  layout: PacketLayout,
  bytes: Buffer,
  at: number,
  field: TextField,
): Buffer | undefined {
  const firstBit = field.bitOffset & 7;
  const base = at + layout.userDataAt;
  const there = primaryHeaderBytes + readDataBytes(bytes, at) - layout.userDataAt - layout.checksumBytes;
  const starts = layout.starts(bytes, base, there);
  const start = base + (starts[field.segment] ?? 0) + (field.bitOffset >>> 3);
  const size = sizeOf(layout, bytes, base, starts, base + there - start, field);
  const end = start + size + (firstBit > 0 ? 1 : 0);
  if (size < 0 || end > base + there) return undefined;
  return firstBit > 0 ? shifted(bytes, start * 8 + firstBit, size) : bytes.subarray(start, end);
}

/** Characters of a string, up to its first NUL. */
export function charactersOf(field: Buffer, encoding: TextField["encoding"]): string {
  const nul = field.indexOf(0);
  return field.toString(encoding === "latin-1" ? "latin1" : "utf8", 0, nul < 0 ? undefined : nul);
}

/**
 * Text of a string, up to its first NUL and without blanks at its end, or of a binary field in hex digits. Control
 * characters become the replacement character.
 * @returns undefined where the packet ends before the field
 */
export function decodeText(
  layout: PacketLayout,
  bytes: Buffer,
  at: number,
  parameter: TextField,
): string | undefined {
  const field = textBytes(layout, bytes, at, parameter);
  if (field === undefined) return undefined;
  if (parameter.type === "binary") return field.toString("hex");
  return charactersOf(field, parameter.encoding)
    .replaceAll(/\p{Cc}/gu, "\uFFFD")
    .trimEnd();
}

/** Bytes of a text; negative: it is not in the packet. @param left bytes from its start on */
function sizeOf(
  layout: PacketLayout,
  bytes: Buffer,
  base: number,
  starts: Int32Array,
  left: number,
  { textLength, bitSize, bitOffset, segment }: TextField,
): number {
  const most = bitSize / 8;
  if (textLength === undefined) return most;
  if (textLength !== "rest") {
    const size = lengthReader(textLength)(bytes, base, starts);
    return size > left ? -1 : Math.min(size, most);
  }
  const spare = (bitOffset & 7) > 0 ? 1 : 0;
  return Math.min(left - spare - bytesBehind(layout.packet, segment), most);
}

/** Bytes that begin within a byte. */
const shifted = (bytes: Buffer, firstBit: number, size: number): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, i) => readBits(bytes, firstBit + 8 * i, 8)));

export const isText = ({ type }: Pick<Parameter, "type">): boolean => type === "string" || type === "binary";
