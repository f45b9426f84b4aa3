/** Joiner of segmented packets (CCSDS 133.0-B-2, 4.1.3.4.2), with a bound on what it keeps. */
import {
  primaryHeaderBytes,
  readApid,
  readSequenceCount,
  readSequenceFlags,
  sequenceModulus,
  unsegmented,
} from "../decoder/primaryHeader";
import type { LinkCounts } from "./linkCounts";
import { longestPacketBytes } from "./packetStream";

/** APIDs whose segments are kept at the same time; one more drops the one that began first. */
export const mostOpenPackets = 16;

const continuation = 0b00;
const first = 0b01;

interface OpenPacket {
  readonly parts: Buffer[];
  bytes: number;
  nextCount: number;
}

/**
 * Joiner of the segments of an APID, which come one behind the other with consecutive sequence counts. The joined packet
 * has the header of the first segment, unsegmented, and the data of all; later segments have no secondary header. It is
 * at most as long as a packet can be. A segment that does not fit drops what was open of its APID.
 */
export class SegmentJoiner {
  private readonly open = new Map<number, OpenPacket>();

  /** @param onPacket receives a packet and the number of segments it came in */
  constructor(
    private readonly counts: Pick<LinkCounts, "joinedPackets" | "droppedSegments">,
    private readonly onPacket: (packet: Buffer, segments: number) => void,
  ) {}

  /** @param packet whole, at least a header */
  add(packet: Buffer): void {
    const flags = readSequenceFlags(packet, 0);
    const apid = readApid(packet, 0);
    if (flags === unsegmented) {
      this.drop(apid);
      this.onPacket(packet, 1);
    } else if (flags === first) this.begin(apid, packet);
    else this.goOn(apid, packet, flags !== continuation);
  }

  /** Drops what is open: its rest will not come, as after a connection. */
  reset(): void {
    for (const apid of [...this.open.keys()]) this.drop(apid);
  }

  private begin(apid: number, packet: Buffer): void {
    this.drop(apid);
    const [oldest] = this.open.keys();
    if (oldest !== undefined && this.open.size >= mostOpenPackets) this.drop(oldest);
    this.open.set(apid, { parts: [Buffer.from(packet)], bytes: packet.length, nextCount: following(packet) });
  }

  private goOn(apid: number, packet: Buffer, isLast: boolean): void {
    const open = this.open.get(apid);
    const bytes = (open?.bytes ?? 0) + packet.length - primaryHeaderBytes;
    if (!open || readSequenceCount(packet, 0) !== open.nextCount || bytes > longestPacketBytes) {
      this.drop(apid);
      this.counts.droppedSegments++;
      return;
    }
    open.parts.push(Buffer.from(packet.subarray(primaryHeaderBytes)));
    open.bytes = bytes;
    open.nextCount = following(packet);
    if (!isLast) return;
    this.open.delete(apid);
    const joined = Buffer.concat(open.parts);
    joined[2] = (joined[2] ?? 0) | (unsegmented << 6);
    joined.writeUInt16BE(joined.length - primaryHeaderBytes - 1, 4);
    this.counts.joinedPackets++;
    this.onPacket(joined, open.parts.length);
  }

  private drop(apid: number): void {
    this.counts.droppedSegments += this.open.get(apid)?.parts.length ?? 0;
    this.open.delete(apid);
  }
}

function following(packet: Buffer): number {
  return (readSequenceCount(packet, 0) + 1) % sequenceModulus;
}
