/** What packets a dictionary expects, for the reader of streams. */
import type { PacketLayout } from "../decoder";

export interface ExpectedPackets {
  /** True for an APID of the dictionary. */
  has(apid: number): boolean;
  /** @param totalBytes of an unsegmented packet with its header */
  hasLength(apid: number, totalBytes: number): boolean;
}

export function expectedPackets(layouts: readonly PacketLayout[]): ExpectedPackets {
  const made = layouts.filter(({ packet }) => !packet.isAbstract);
  const byApid = Map.groupBy(made, ({ packet }) => packet.apid);
  return {
    has: (apid) => byApid.has(apid),
    hasLength: (apid, totalBytes) =>
      byApid
        .get(apid)
        ?.some(({ leastTotal, mostTotal }) => leastTotal <= totalBytes && totalBytes <= mostTotal) ?? false,
  };
}
