/** One virtual channel: its frames in order become packets, also those that span several frames. */
import { longestPacketBytes, primaryHeaderBytes, readDataBytes, readVersion } from "../decoder";
import type { LinkCounters } from "./counters";
import type { Frame } from "./frame";
import { FrameCounter } from "./frameCounter";

/** Version number of encapsulation packets (CCSDS 133.1-B-3, 4.1.2.2), which fill frames; they are left out. */
const encapsulation = 0b111;

/** Beginning of a packet whose rest is in the next frames; at most the longest packet. */
interface BegunPacket {
  readonly parts: Buffer[];
  bytes: number;
  /** Size of the packet; undefined while its header is not whole. */
  readonly size: number | undefined;
}

export class VirtualChannel {
  private readonly counter = new FrameCounter();
  private begun: BegunPacket | undefined;

  constructor(
    private readonly counters: LinkCounters,
    /** Receives whole packets; their bytes are valid during the call. */
    private readonly emit: (packet: Buffer) => void,
  ) {}

  take(frame: Frame): void {
    const { counters } = this;
    const arrival = this.counter.arrive(frame);
    // All idle frames may be alike, and what comes with one a second time is nothing again.
    if (arrival === "duplicate") {
      return void (frame.isIdle ? counters.idleFrames++ : counters.duplicateFrames++);
    }
    // What it carried was given up when the one behind it came.
    if (arrival === "late") return void counters.lateFrames++;
    if (arrival === "restart") counters.frameRestarts++;
    else counters.frameGaps += arrival;
    if (arrival !== 0) this.end();
    // An idle frame may stand between the parts of a packet: data were not there in time (CCSDS 132.0-B-1, 4.1.4).
    if (frame.isIdle) counters.idleFrames++;
    else this.takeData(frame);
  }

  /** Loss of what is begun: its rest will not come, as behind a gap or a connection. */
  end(): void {
    if (!this.begun) return;
    this.counters.cutPackets++;
    this.counters.skippedBytes += this.begun.bytes;
    this.begun = undefined;
  }

  private takeData({ firstHeader, data }: Frame): void {
    const before = data.subarray(0, firstHeader ?? data.length);
    if (this.begun) this.goOn(this.begun, before);
    else this.counters.skippedBytes += before.length;
    if (firstHeader === undefined) return;
    // The pointer and the length field must agree; where they do not, the pointer is believed.
    this.end();
    this.takePackets(data.subarray(firstHeader), Infinity);
  }

  private goOn(begun: BegunPacket, rest: Buffer): void {
    begun.parts.push(Buffer.from(rest));
    begun.bytes += rest.length;
    if (begun.size !== undefined && begun.bytes < begun.size) return;
    this.begun = undefined;
    this.takePackets(Buffer.concat(begun.parts), 1);
  }

  /** Takes the whole packets at the front of `bytes`, at most `most`, and keeps the beginning of one that is not whole. */
  private takePackets(bytes: Buffer, most: number): void {
    let at = 0;
    for (let taken = 0; at < bytes.length && taken < most; taken++) {
      const size = packetSize(bytes, at);
      if (size === "invalid") break;
      if (size === undefined || at + size > bytes.length) {
        const kept = Buffer.from(bytes.subarray(at));
        this.begun = { parts: [kept], bytes: kept.length, size };
        return;
      }
      if (readVersion(bytes, at) !== encapsulation) this.emit(bytes.subarray(at, at + size));
      at += size;
    }
    if (at === bytes.length) return;
    this.counters.cutPackets++;
    this.counters.skippedBytes += bytes.length - at;
  }
}

/** Size of the space or encapsulation packet at `at`; undefined: more bytes must come to know it. */
function packetSize(bytes: Buffer, at: number): number | "invalid" | undefined {
  const left = bytes.length - at;
  const version = readVersion(bytes, at);
  if (version === 0) {
    return left < primaryHeaderBytes ? undefined : primaryHeaderBytes + readDataBytes(bytes, at);
  }
  if (version !== encapsulation) return "invalid";
  // Length of length, the last two bits: a header of 1 (idle, nothing else), 2, 4 or 8 bytes.
  const headerBytes = [1, 2, 4, 8][(bytes[at] ?? 0) & 0b11] ?? 1;
  if (headerBytes === 1) return 1;
  if (left < headerBytes) return undefined;
  const lengthBytes = headerBytes / 2;
  const size = bytes.readUIntBE(at + headerBytes - lengthBytes, lengthBytes);
  return size >= headerBytes && size <= longestPacketBytes ? size : "invalid";
}
