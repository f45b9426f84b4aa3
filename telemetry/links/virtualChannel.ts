/** One virtual channel: its frames in order become packets, also those that span several frames. */
import { primaryHeaderBytes, readDataBytes } from "../decoder";
import type { LinkCounters } from "./counters";
import type { Frame } from "./frame";

export class VirtualChannel {
  private count: number | undefined;
  /** Start of a packet that goes on in the next frame: less than one packet. */
  private rest: Buffer = Buffer.alloc(0);
  /** True while it is known where packets start. */
  private isInStep = false;

  constructor(
    private readonly counters: LinkCounters,
    private readonly emit: (packet: Buffer) => void,
  ) {}

  take({ count, modulus, isIdle, firstHeader, data }: Frame): void {
    const { counters } = this;
    if (count === this.count) {
      counters.duplicateFrames++;
      return;
    }
    if (this.count !== undefined) {
      const missing = (count - this.count - 1 + modulus) % modulus;
      counters.frameGaps += missing;
      if (missing > 0) this.lose();
    }
    this.count = count;
    if (isIdle) {
      counters.idleFrames++;
      this.lose();
      return;
    }
    const before = data.subarray(0, firstHeader ?? data.length);
    if (this.isInStep) this.read(before);
    else counters.skippedBytes += before.length;
    if (firstHeader === undefined) return;
    // The pointer is right, whatever the packet before it said of its length.
    if (this.rest.length > 0) this.lose();
    this.isInStep = true;
    this.read(data.subarray(firstHeader));
  }

  /** Loss of the packet that had begun, and of the place where the next one starts. */
  private lose(): void {
    if (this.rest.length > 0) this.counters.cutPackets++;
    this.counters.skippedBytes += this.rest.length;
    this.rest = Buffer.alloc(0);
    this.isInStep = false;
  }

  private read(data: Buffer): void {
    const bytes = this.rest.length === 0 ? data : Buffer.concat([this.rest, data]);
    let at = 0;
    while (bytes.length - at >= primaryHeaderBytes) {
      if ((bytes[at] ?? 0) >>> 5 !== 0) {
        this.rest = Buffer.from(bytes.subarray(at));
        this.lose();
        return;
      }
      const end = at + primaryHeaderBytes + readDataBytes(bytes, at);
      if (end > bytes.length) break;
      this.emit(bytes.subarray(at, end));
      at = end;
    }
    this.rest = Buffer.from(bytes.subarray(at));
  }
}
