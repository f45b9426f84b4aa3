/** One virtual channel: its frame count, and the packets in its frames, which may reach over several. */
import { primaryHeaderBytes, readDataBytes, readVersion } from "../decoder/primaryHeader";
import type { LinkCounts } from "./linkCounts";
import { longestPacketBytes } from "./packetStream";
import { noneBegins, onlyIdle, type TransferFrame } from "./transferFrame";

/** Version number of encapsulation packets (CCSDS 133.1-B-3, 4.1.2.2), which fill frames; they are skipped. */
const encapsulation = 0b111;

/** Beginning of a packet whose rest is in the next frames; at most the longest packet. */
interface BegunPacket {
  readonly parts: Buffer[];
  bytes: number;
  /** Size of the packet; undefined while its header is not whole. */
  readonly size: number | undefined;
}

/** Assembler of the packets of one virtual channel. */
export class VirtualChannel {
  private expectedCount: number | undefined;
  private begun: BegunPacket | undefined;

  constructor(
    private readonly counts: LinkCounts,
    /** Receives whole packets; their bytes are valid during the call. */
    private readonly onPacket: (packet: Buffer) => void,
  ) {}

  take(frame: TransferFrame): void {
    const { count, countModulus } = frame;
    const isFirst = this.expectedCount === undefined;
    const missing = isFirst ? 0 : (count - (this.expectedCount ?? 0) + countModulus) % countModulus;
    if (missing === countModulus - 1) {
      // The same count again: a second station, or a repeater.
      this.counts.duplicateFrames++;
      return;
    }
    this.expectedCount = (count + 1) % countModulus;
    this.counts.missingFrames += missing;
    if (missing > 0) this.cut();
    if (frame.firstHeader === onlyIdle) this.counts.idleFrames++;
    else this.takeData(frame);
  }

  /** Drops what is begun: its rest will not come, as after a connection. */
  reset(): void {
    this.cut();
    this.expectedCount = undefined;
  }

  private takeData({ firstHeader, data }: TransferFrame): void {
    if (this.begun) this.continueBegun(firstHeader === noneBegins ? data : data.subarray(0, firstHeader));
    if (firstHeader === noneBegins) return;
    // The pointer and the length field must agree; where they do not, the pointer is believed.
    this.cut();
    this.takePackets(data.subarray(firstHeader), Infinity);
  }

  private continueBegun(rest: Buffer): void {
    const { begun } = this;
    if (!begun) return;
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
      if (readVersion(bytes, at) !== encapsulation) this.onPacket(bytes.subarray(at, at + size));
      at += size;
    }
    if (at < bytes.length) this.counts.cutPackets++;
  }

  private cut(): void {
    if (this.begun) this.counts.cutPackets++;
    this.begun = undefined;
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
