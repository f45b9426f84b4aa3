/** Layout of each kind of packet: time code, offset of the data and total size, from the dictionary. */
import type { Dictionary, Packet } from "../dictionary";
import { primaryHeaderBytes } from "./primaryHeader";
import { type TimeReader, timeReader } from "./timeCode";

/** What decoding one kind of packet needs, worked out once. */
export interface PacketLayout {
  /** Position among the dictionary's packets. */
  readonly index: number;
  readonly packet: Packet;
  readonly time: TimeReader;
  /** Bytes of the whole packet. */
  readonly totalBytes: number;
  /** From the packet's first byte to the data after the secondary header. */
  readonly userDataAt: number;
}

export function packetLayouts(dictionary: Dictionary): PacketLayout[] {
  return dictionary.packets.map((packet, index) => {
    const time = timeReader(packet.time);
    const userDataAt = primaryHeaderBytes + time.bytes;
    return { index, packet, time, userDataAt, totalBytes: userDataAt + packet.userDataBytes };
  });
}
