/** What packets a dictionary expects, for the reader of streams. */
import type { PacketLayout } from "../decoder";
import type { ExpectedPackets } from "./packetStream";

export function expectedPackets(layouts: readonly PacketLayout[]): ExpectedPackets {
  const lengths = new Map<number, Set<number>>();
  for (const { packet, totalBytes } of layouts) {
    lengths.set(packet.apid, (lengths.get(packet.apid) ?? new Set()).add(totalBytes));
  }
  return {
    has: (apid) => lengths.has(apid),
    hasLength: (apid, totalBytes) => lengths.get(apid)?.has(totalBytes) ?? false,
  };
}
