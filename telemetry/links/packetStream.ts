/** Packets of a stream of bytes, each behind a record header if there is one, found again behind bytes that are none. */
import {
  idleApid,
  primaryHeaderBytes,
  readApid,
  readIsTelecommand,
  readSequenceFlags,
  readVersion,
  unsegmented,
} from "../decoder";
import { WindowReader } from "./byteWindow";
import type { LinkCounters } from "./counters";
import type { ExpectedPackets } from "./expectedPackets";
import { type RecordHeader, recordSize } from "./recordHeader";

export interface PacketStreamArgs {
  readonly record: RecordHeader;
  /** Longest packet of the mission. A longer one is not believed. */
  readonly maxPacketBytes: number;
  /** True where segments are joined; else a segment is only taken right behind a packet, for the decoder to count. */
  readonly takesSegments: boolean;
  readonly expected: ExpectedPackets;
  readonly counters: Pick<LinkCounters, "skippedBytes" | "cutPackets">;
  /** Receives each packet without its record header; its bytes are valid during the call. */
  readonly emit: (packet: Buffer) => void;
}

/**
 * Reader of consecutive packets.
 *
 * A header is *expected* if it is of telemetry, version 0, and of an idle packet or of an APID and length of the
 * dictionary. It is *possible* if it is of version 0, and of telemetry and unsegmented or of an APID of the dictionary.
 * An expected header is taken. A possible one is taken (and judged by the decoder) only right behind a taken packet or at
 * the start, and only if what follows its packet is again possible or the end. All else is skipped byte by byte, until an
 * expected header comes: so a packet whose length field is damaged costs no more than itself.
 */
export class PacketStream extends WindowReader {
  private isInStep = true;

  constructor(private readonly args: PacketStreamArgs) {
    super(2 * (args.record.bytes + primaryHeaderBytes) + args.maxPacketBytes);
  }

  /** The end of a connection: the next one begins with a packet. */
  override end(): void {
    super.end();
    this.isInStep = true;
  }

  protected step(isEnd: boolean): boolean {
    const { record, counters, emit } = this.args;
    const { bytes } = this.window;
    const size = this.judge(bytes, isEnd);
    if (size === undefined) return false;
    if (size > 0) emit(bytes.subarray(record.bytes, size));
    else counters.skippedBytes++;
    this.isInStep = size > 0;
    this.window.take(Math.max(size, 1));
    return true;
  }

  /** @returns size of the record at the front, 0: none is there, undefined: that depends on more bytes */
  private judge(bytes: Buffer, isEnd: boolean): number | undefined {
    const { record, counters } = this.args;
    const size = recordSize(record, bytes, 0);
    if (size === undefined) return isEnd ? 0 : undefined;
    const isExpected = this.isExpected(bytes, 0, size);
    if (!isExpected && !(this.isInStep && this.isPossible(bytes, 0, size))) return 0;
    if (bytes.length < size) {
      if (!isEnd) return undefined;
      counters.cutPackets++;
      return 0;
    }
    if (isExpected) return size;
    const next = recordSize(record, bytes, size);
    if (next !== undefined) return this.isPossible(bytes, size, next) ? size : 0;
    if (!isEnd) return undefined;
    return bytes.length === size ? size : 0;
  }

  private isExpected(bytes: Buffer, at: number, size: number): boolean {
    const { record, expected, takesSegments } = this.args;
    const packetAt = at + record.bytes;
    if (!this.isPossible(bytes, at, size) || readIsTelecommand(bytes, packetAt)) return false;
    const apid = readApid(bytes, packetAt);
    if (readSequenceFlags(bytes, packetAt) !== unsegmented) return takesSegments && expected.has(apid);
    return apid === idleApid || expected.hasLength(apid, size - record.bytes);
  }

  private isPossible(bytes: Buffer, at: number, size: number): boolean {
    const { record, expected, maxPacketBytes } = this.args;
    const packetAt = at + record.bytes;
    if (size === 0 || size - record.bytes > maxPacketBytes || readVersion(bytes, packetAt) !== 0) {
      return false;
    }
    if (expected.has(readApid(bytes, packetAt))) return true;
    return !readIsTelecommand(bytes, packetAt) && readSequenceFlags(bytes, packetAt) === unsegmented;
  }
}
