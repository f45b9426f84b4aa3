/** Reader of packets out of a stream of bytes, each behind a record header if there is one; finds them again after garbage. */
import {
  idleApid,
  primaryHeaderBytes,
  readApid,
  readDataBytes,
  readIsTelecommand,
  readSequenceFlags,
  readVersion,
  unsegmented,
} from "../decoder/primaryHeader";
import { WindowReader } from "./byteWindow";
import type { LinkCounts } from "./linkCounts";
import type { RecordHeader } from "./linkOptions";

/** What a dictionary expects: the lengths of each APID's packets. */
export interface ExpectedPackets {
  has(apid: number): boolean;
  /** @param totalBytes of an unsegmented packet with its header */
  hasLength(apid: number, totalBytes: number): boolean;
}

/** Longest packet (CCSDS 133.0-B-2, 4.1.3.5.3). */
export const longestPacketBytes = primaryHeaderBytes + 65_536;

export interface PacketStreamArgs {
  readonly record: RecordHeader;
  /** True where segments are joined; else a segment is taken only if it has the length of a whole packet. */
  readonly takesSegments: boolean;
  readonly expected: ExpectedPackets;
  readonly counts: Pick<LinkCounts, "skippedBytes">;
  /** Receives each packet without its record header; its bytes are valid during the call. */
  readonly onPacket: (packet: Buffer) => void;
}

/**
 * Reader of consecutive packets.
 *
 * A header is *expected* if it is of telemetry, version 0, and of an idle packet or of an APID and length of the
 * dictionary. It is *possible* if it is of telemetry, version 0 and unsegmented. An expected header is taken. A possible
 * one is taken (and counted by the decoder) only right behind a taken packet or at the start, and only if what follows
 * its packet is again possible or the end. Everything else is skipped byte by byte, until an expected header comes.
 */
export class PacketStream extends WindowReader {
  private isAligned = true;

  constructor(private readonly args: PacketStreamArgs) {
    super(2 * (args.record.bytes + primaryHeaderBytes) + longestPacketBytes);
  }

  /** The end of a message or connection: the next one begins with a packet. */
  override end(): void {
    super.end();
    this.isAligned = true;
  }

  protected step(isEnd: boolean): boolean {
    const { bytes } = this.window;
    const size = this.judge(bytes, isEnd);
    if (size === undefined) return false;
    if (size > 0) this.args.onPacket(bytes.subarray(this.args.record.bytes, size));
    else this.args.counts.skippedBytes++;
    this.isAligned = size > 0;
    this.window.take(Math.max(size, 1));
    return true;
  }

  /** @returns size of the record at the front, 0: none is there, undefined: that depends on more bytes */
  private judge(bytes: Buffer, isEnd: boolean): number | undefined {
    const { record } = this.args;
    const size = this.recordSize(bytes, 0);
    if (size === undefined) return isEnd ? 0 : undefined;
    if (size === 0) return 0;
    const isExpected = this.isExpected(bytes, record.bytes);
    if (!isExpected && !(this.isAligned && isPossible(bytes, record.bytes))) return 0;
    if (bytes.length < size) return isEnd ? 0 : undefined;
    if (isExpected) return size;
    const next = this.recordSize(bytes, size);
    if (next === undefined) return isEnd ? (bytes.length === size ? size : 0) : undefined;
    const nextAt = size + record.bytes;
    return next > 0 && (isPossible(bytes, nextAt) || this.isExpected(bytes, nextAt)) ? size : 0;
  }

  /** @returns 0: the length field cannot be right, undefined: the header is not there yet */
  private recordSize(bytes: Buffer, at: number): number | undefined {
    const { record } = this.args;
    const packetAt = at + record.bytes;
    if (bytes.length - packetAt < primaryHeaderBytes) return undefined;
    const packet = primaryHeaderBytes + readDataBytes(bytes, packetAt);
    if (!record.length) return record.bytes + packet;
    const stated = bytes.readUIntBE(at + record.length.at, record.length.bytes) + record.length.plus;
    return stated === packet ? record.bytes + packet : 0;
  }

  private isExpected(bytes: Buffer, at: number): boolean {
    if (readVersion(bytes, at) !== 0 || readIsTelecommand(bytes, at)) return false;
    const apid = readApid(bytes, at);
    if (readSequenceFlags(bytes, at) !== unsegmented) {
      return this.args.takesSegments && this.args.expected.has(apid);
    }
    return (
      apid === idleApid || this.args.expected.hasLength(apid, primaryHeaderBytes + readDataBytes(bytes, at))
    );
  }
}

function isPossible(bytes: Buffer, at: number): boolean {
  return (
    readVersion(bytes, at) === 0 &&
    !readIsTelecommand(bytes, at) &&
    readSequenceFlags(bytes, at) === unsegmented
  );
}
