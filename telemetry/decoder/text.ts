/** Texts in packets: strings and binary fields, as characters that may be shown anywhere. */
import type { Parameter } from "../dictionary";
import type { PacketLayout } from "./packetLayout";
import { primaryHeaderBytes, readDataBytes } from "./primaryHeader";
import { readBits } from "./unsigned";

/**
 * Text of a string, up to its first NUL and without blanks at its end, or of a binary field in hex digits. Control
 * characters become the replacement character.
 * @returns undefined where the packet ends before the field
 */
export function decodeText(
  layout: PacketLayout,
  bytes: Buffer,
  at: number,
  parameter: Parameter,
): string | undefined {
  const firstBit = parameter.bitOffset & 7;
  const start = at + layout.userDataAt + (parameter.bitOffset >>> 3);
  const size = parameter.bitSize / 8;
  const end = start + size + (firstBit > 0 ? 1 : 0);
  if (end > at + primaryHeaderBytes + readDataBytes(bytes, at) - layout.checksumBytes) return undefined;
  const field = firstBit > 0 ? shifted(bytes, start * 8 + firstBit, size) : bytes.subarray(start, end);
  if (parameter.type === "binary") return field.toString("hex");
  const nul = field.indexOf(0);
  const text = field.toString(
    parameter.encoding === "latin-1" ? "latin1" : "utf8",
    0,
    nul < 0 ? undefined : nul,
  );
  return text.replaceAll(/\p{Cc}/gu, "\uFFFD").trimEnd();
}

/** Bytes that begin within a byte. */
const shifted = (bytes: Buffer, firstBit: number, size: number): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, i) => readBits(bytes, firstBit + 8 * i, 8)));

export const isText = ({ type }: Parameter): boolean => type === "string" || type === "binary";
