/** Packets of a stream of bytes, one behind the other, found again behind bytes that are none. */
import { idleApid, primaryHeaderBytes, readApid, readDataBytes } from "../decoder";
import type { LinkCounters } from "./counters";

export interface PacketStreamArgs {
  /** Bytes before each packet that are no part of it. */
  readonly headerBytes: number;
  /** Longest packet of the mission. A longer one is taken for noise, so it bounds what a false header swallows. */
  readonly maxPacketBytes: number;
  /** True for an APID of the dictionary: what a packet must have to be found again. */
  readonly isKnown: (apid: number) => boolean;
  readonly emit: (packet: Buffer) => void;
  readonly counters: LinkCounters;
}

/**
 * In step, the next packet is where the last one ended, if its version is 0 and it is not too long. Out of step, as at
 * the start, bytes are skipped up to a header that is also of telemetry and of a known APID (or idle).
 * It keeps at most one incomplete packet.
 */
export class PacketStream {
  private rest: Buffer = Buffer.alloc(0);
  private isInStep = false;

  constructor(private readonly args: PacketStreamArgs) {}

  push(chunk: Buffer): void {
    const { headerBytes, emit, counters } = this.args;
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    while (bytes.length - at >= headerBytes + primaryHeaderBytes) {
      const start = at + headerBytes;
      if (!this.isHeader(bytes, start)) {
        this.isInStep = false;
        counters.skippedBytes++;
        at++;
        continue;
      }
      const end = start + primaryHeaderBytes + readDataBytes(bytes, start);
      // A header found in a stream is not left for a better one: it is either whole or waited for.
      this.isInStep = true;
      if (end > bytes.length) break;
      emit(bytes.subarray(start, end));
      at = end;
    }
    // A copy: the chunk belongs to its sender, and a slice would hold all of it.
    this.rest = Buffer.from(bytes.subarray(at));
  }

  /** End of the stream, as by a lost connection: what is incomplete is given up. */
  end(): void {
    if (this.rest.length >= this.args.headerBytes + primaryHeaderBytes) this.args.counters.cutPackets++;
    this.args.counters.skippedBytes += this.rest.length;
    this.rest = Buffer.alloc(0);
    this.isInStep = false;
  }

  private isHeader(bytes: Buffer, at: number): boolean {
    const { maxPacketBytes, isKnown } = this.args;
    const first = bytes[at] ?? 0xff;
    if (first >>> 5 !== 0) return false;
    if (primaryHeaderBytes + readDataBytes(bytes, at) > maxPacketBytes) return false;
    if (this.isInStep) return true;
    const apid = readApid(bytes, at);
    return (first & 0x10) === 0 && (apid === idleApid || isKnown(apid));
  }
}
