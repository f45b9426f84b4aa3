/** Texts in packets: strings and binary fields, as characters that may be shown anywhere. */
import type { Parameter } from "../dictionary";
import type { PacketLayout } from "./packetLayout";
import { primaryHeaderBytes, readDataBytes } from "./primaryHeader";

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
  const start = at + layout.userDataAt + parameter.bitOffset / 8;
  const end = start + parameter.bitSize / 8;
  if (end > at + primaryHeaderBytes + readDataBytes(bytes, at) - layout.checksumBytes) return undefined;
  const field = bytes.subarray(start, end);
  if (parameter.type === "binary") return field.toString("hex");
  const nul = field.indexOf(0);
  const text = field.toString(
    parameter.encoding === "latin-1" ? "latin1" : "utf8",
    0,
    nul < 0 ? undefined : nul,
  );
  return text.replaceAll(/\p{Cc}/gu, "\uFFFD").trimEnd();
}

export const isText = ({ type }: Parameter): boolean => type === "string" || type === "binary";
