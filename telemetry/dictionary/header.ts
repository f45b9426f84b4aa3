/** Headers, times and lengths of packets, from the dictionary file's defaults and the packet's own keys. */
import type { Packet, SecondaryHeader } from "./dictionary";
import type { Extent } from "./layout";
import type { PacketSource, SecondaryHeaderSource } from "./packetSchema";
import { timeBytes, type TimeCode } from "./timeSchema";

/** Versions and sizes of the PUS telemetry headers before the time (ECSS-E-ST-70-41C, 7.4.3.1, and issue A). */
const pusForms = {
  "PUS-C": { version: 2, bytes: 7 },
  // Packet counter and destination are a mission's choice: the time's `at` says where they end.
  "PUS-A": { version: 1, bytes: 3 },
} as const;

/** Secondary header and place of the time. */
export function readHeader(
  source: SecondaryHeaderSource | undefined,
  time: TimeCode | "none",
): Pick<Packet, "secondaryHeader" | "time"> {
  const form = typeof source === "object" ? source.form : source === "none" ? undefined : source;
  const pus = form && pusForms[form];
  const at = time === "none" ? 0 : (time.at ?? pus?.bytes ?? 0);
  const end = Math.max(pus?.bytes ?? 0, time === "none" ? 0 : at + timeBytes(time));
  const isAbsent = source === "none" || (source === undefined && time === "none");
  const secondaryHeader: SecondaryHeader = {
    bytes: isAbsent ? 0 : typeof source === "object" ? source.bytes : end,
    flag: isAbsent ? "clear" : typeof source === "object" ? source.flag : "set",
    ...(pus && { pusVersion: pus.version }),
  };
  return { secondaryHeader, ...(time !== "none" && { time: { code: time, at } }) };
}

/** Most bytes behind the primary header (its length field has 16 bits). */
export const mostDataBytes = 65_536;

/**
 * Lengths of the data after the secondary header.
 * @param fields those of the packet, with the extent of each
 */
export function readLength(
  source: PacketSource["bytes"],
  fields: readonly { extent: Extent; varies: boolean }[],
  overhead: number,
): Pick<Packet, "userDataBytes" | "leastBytes" | "mostBytes"> {
  const end = (bits: readonly number[]): number => Math.max(1, Math.ceil(Math.max(0, ...bits) / 8));
  const all = end(fields.map(({ extent }) => extent.mostStart + extent.bitOffset + extent.bits));
  if (typeof source === "number") return { userDataBytes: source, leastBytes: source, mostBytes: source };
  if (typeof source === "object") {
    const most = source.to ?? mostDataBytes - overhead;
    return {
      userDataBytes: Math.min(Math.max(source.from, all), most),
      leastBytes: source.from,
      mostBytes: most,
    };
  }
  const least = end(
    fields.map(({ extent, varies }) => extent.leastStart + extent.bitOffset + (varies ? 0 : extent.bits)),
  );
  return { userDataBytes: all, leastBytes: Math.min(least, all), mostBytes: all };
}
