/** Segmented packets, joined: the data behind the first segment's header, as one packet. */
import {
  primaryHeaderBytes,
  readApid,
  readSequenceCount,
  readSequenceFlags,
  sequenceModulus,
  unsegmented,
} from "../decoder";
import type { LinkCounters } from "./counters";

const first = 0b01;
const last = 0b10;
/** APIDs whose packets are joined at the same time; the one that began first gives way. */
const mostApids = 32;
/** Bytes behind the primary header that its length field can say (CCSDS 133.0-B-2, 4.1.3.5.3). */
const mostDataBytes = 65_536;

interface Begun {
  readonly segments: Buffer[];
  dataBytes: number;
  count: number;
}

export class SegmentJoiner {
  private readonly begun = new Map<number, Begun>();

  constructor(
    private readonly counters: LinkCounters,
    private readonly emit: (packet: Buffer) => void,
  ) {}

  /** Takes a whole packet, segment or not. Its bytes are copied where they are needed later. */
  take(packet: Buffer): void {
    const flags = readSequenceFlags(packet, 0);
    if (flags === unsegmented) return this.emit(packet);
    const apid = readApid(packet, 0);
    const count = readSequenceCount(packet, 0);
    if (flags === first) return this.begin(apid, count, packet);
    const begun = this.begun.get(apid);
    const dataBytes = packet.length - primaryHeaderBytes;
    const isNext = begun !== undefined && count === (begun.count + 1) % sequenceModulus;
    if (!begun || !isNext || begun.dataBytes + dataBytes > mostDataBytes) {
      this.drop(apid);
      this.counters.droppedSegments++;
      return;
    }
    begun.segments.push(Buffer.from(packet.subarray(primaryHeaderBytes)));
    begun.dataBytes += dataBytes;
    begun.count = count;
    if (flags !== last) return;
    this.begun.delete(apid);
    this.emit(joined(begun));
  }

  private begin(apid: number, count: number, packet: Buffer): void {
    this.drop(apid);
    const [oldest] = this.begun.keys();
    if (oldest !== undefined && this.begun.size >= mostApids) this.drop(oldest);
    const dataBytes = packet.length - primaryHeaderBytes;
    this.begun.set(apid, { segments: [Buffer.from(packet)], dataBytes, count });
  }

  private drop(apid: number): void {
    this.counters.droppedSegments += this.begun.get(apid)?.segments.length ?? 0;
    this.begun.delete(apid);
  }
}

/** One packet: the first segment's header, marked as unsegmented, with the last segment's count. */
function joined({ segments, dataBytes, count }: Begun): Buffer {
  const packet = Buffer.concat(segments);
  packet.writeUInt16BE((unsegmented << 14) | count, 2);
  packet.writeUInt16BE(dataBytes - 1, 4);
  return packet;
}
