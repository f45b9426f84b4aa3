/** Segmented packets (CCSDS 133.0-B-2, 4.1.3.4.2), joined, with a bound on what is kept. */
import {
  longestPacketBytes,
  primaryHeaderBytes,
  readApid,
  readSequenceCount,
  readSequenceFlags,
  sequenceModulus,
  unsegmented,
} from "../decoder";
import type { LinkCounters } from "./counters";

const continuation = 0b00;
const first = 0b01;
/** APIDs whose segments are kept at the same time; one more drops the one that began first. */
const mostBegun = 16;

/**
 * Receiver of packets.
 * @param segments how many segments the packet was joined of; 1: it came whole
 * @param isStored true when the link says that a recorder played the packet back
 * @param spacecraft whose packet it is; undefined: the link does not say
 */
export type OnPacket = (
  packet: Buffer,
  segments: number,
  isStored: boolean,
  spacecraft: string | undefined,
) => void;

interface Begun {
  readonly segments: Buffer[];
  bytes: number;
  nextCount: number;
}

/**
 * Joiner of the segments of an APID, which come one behind the other with consecutive sequence counts. The joined packet
 * has the first segment's headers, marked as unsegmented, and the data of all. A segment that does not fit drops what
 * was begun of its APID.
 */
export class SegmentJoiner {
  private readonly begun = new Map<number, Begun>();

  constructor(
    private readonly counters: Pick<LinkCounters, "joinedPackets" | "droppedSegments">,
    private readonly emit: (packet: Buffer, segments: number) => void,
  ) {}

  /** Takes a whole packet, segment or not. Its bytes are copied where they are needed later. */
  take(packet: Buffer): void {
    const flags = readSequenceFlags(packet, 0);
    const apid = readApid(packet, 0);
    if (flags === unsegmented) {
      this.drop(apid);
      this.emit(packet, 1);
    } else if (flags === first) this.begin(apid, packet);
    else this.goOn(apid, packet, flags !== continuation);
  }

  /** Drops what is begun: its rest will not come, as behind a connection. */
  end(): void {
    for (const apid of [...this.begun.keys()]) this.drop(apid);
  }

  private begin(apid: number, packet: Buffer): void {
    this.drop(apid);
    const [oldest] = this.begun.keys();
    if (oldest !== undefined && this.begun.size >= mostBegun) this.drop(oldest);
    this.begun.set(apid, {
      segments: [Buffer.from(packet)],
      bytes: packet.length,
      nextCount: following(packet),
    });
  }

  private goOn(apid: number, packet: Buffer, isLast: boolean): void {
    const begun = this.begun.get(apid);
    const bytes = (begun?.bytes ?? 0) + packet.length - primaryHeaderBytes;
    if (!begun || readSequenceCount(packet, 0) !== begun.nextCount || bytes > longestPacketBytes) {
      this.drop(apid);
      this.counters.droppedSegments++;
      return;
    }
    begun.segments.push(Buffer.from(packet.subarray(primaryHeaderBytes)));
    begun.bytes = bytes;
    begun.nextCount = following(packet);
    if (!isLast) return;
    this.begun.delete(apid);
    this.counters.joinedPackets++;
    this.emit(joined(begun.segments), begun.segments.length);
  }

  private drop(apid: number): void {
    this.counters.droppedSegments += this.begun.get(apid)?.segments.length ?? 0;
    this.begun.delete(apid);
  }
}

/** One packet with the first segment's headers, its count too. */
function joined(segments: readonly Buffer[]): Buffer {
  const packet = Buffer.concat(segments);
  packet[2] = (packet[2] ?? 0) | (unsegmented << 6);
  packet.writeUInt16BE(packet.length - primaryHeaderBytes - 1, 4);
  return packet;
}

function following(packet: Buffer): number {
  return (readSequenceCount(packet, 0) + 1) % sequenceModulus;
}
