/** Layout of each kind of packet: time code, offset of the data and total size, from the dictionary. */
import type { Dictionary, Packet } from "../dictionary";
import { primaryHeaderBytes } from "./primaryHeader";
import { type TimeReader, timeReader } from "./timeCode";

/** Layout of one kind of packet, computed once for the decoder. */
export interface PacketLayout {
  /** Position in `Dictionary.packets`. */
  readonly index: number;
  readonly packet: Packet;
  readonly time: TimeReader;
  /** Size of the whole packet in bytes. */
  readonly totalBytes: number;
  /** Offset in bytes from the start of the packet to the data after the secondary header. */
  readonly userDataAt: number;
}

export function packetLayouts(dictionary: Dictionary): PacketLayout[] {
  return dictionary.packets.map((packet, index) => {
    const time = timeReader(packet.time);
    const userDataAt = primaryHeaderBytes + time.bytes;
    return { index, packet, time, userDataAt, totalBytes: userDataAt + packet.userDataBytes };
  });
}
