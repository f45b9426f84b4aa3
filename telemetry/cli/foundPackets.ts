/** Packets of a file, found again behind bytes that are none, as a link finds them in a stream. */
import { longestPacketBytes, packetLayouts, readVersion } from "../decoder";
import type { Dictionary } from "../dictionary";
import { expectedPackets } from "../links";
import { PacketStream } from "../links/packetStream";
import { recordSize } from "../links/recordHeader";

/** Bytes that are given to the reader at a time. */
const pieceBytes = 65_536;

/** Part of a file, from one offset to another. */
interface Part {
  readonly from: number;
  readonly to: number;
}

/** Packets of a file, to be read once. What is in none of them is known when all are read. */
export class FoundPackets {
  private first: Part | undefined;
  private parts = 0;
  private bytes = 0;

  /** @param skipBytes bytes before each packet that are no part of it */
  constructor(
    private readonly content: Buffer,
    private readonly dictionary: Dictionary,
    private readonly skipBytes = 0,
  ) {}

  *[Symbol.iterator](): Generator<Buffer> {
    let end = 0;
    for (const { from, to } of this.believed()) {
      yield* this.between(end, from);
      yield this.content.subarray(from + this.skipBytes, to);
      end = to;
    }
    yield* this.between(end, this.content.length);
  }

  /** What is in no packet, in words; undefined: nothing. */
  get left(): string | undefined {
    if (!this.first) return undefined;
    const { from, to } = this.first;
    const said = `${to - from} bytes from offset ${from} on are in no whole packet`;
    if (this.parts === 1) return said;
    return `${said}, nor are ${this.bytes - to + from} more in ${this.parts - 1} places behind them`;
  }

  /** Records of the packets that a link would take. */
  private *believed(): Generator<Part> {
    const counters = { skippedBytes: 0, cutPackets: 0 };
    let found: Part[] = [];
    let [end, skipped] = [0, 0];
    const stream = new PacketStream({
      record: { bytes: this.skipBytes },
      ...{ maxPacketBytes: longestPacketBytes, takesSegments: false, counters },
      expected: expectedPackets(packetLayouts(this.dictionary)),
      emit: ({ length }) => {
        const from = end + counters.skippedBytes - skipped;
        [end, skipped] = [from + this.skipBytes + length, counters.skippedBytes];
        found.push({ from, to: end });
      },
    });
    for (let at = 0; at < this.content.length; at += pieceBytes) {
      stream.push(this.content.subarray(at, at + pieceBytes));
      yield* found;
      found = [];
    }
    stream.end();
    yield* found;
  }

  /** Packets that a link would leave out, as telecommands and segments that the dictionary does not have. */
  private *between(from: number, to: number): Generator<Buffer> {
    if (from === to) return;
    const bytes = this.content.subarray(from, to);
    // Looked through first: of a large file without packets a list of them would take gigabytes.
    if (isFilled(bytes, this.skipBytes)) {
      yield* filling(bytes, this.skipBytes);
      return;
    }
    this.first ??= { from, to };
    this.parts++;
    this.bytes += to - from;
  }
}

/** True where packets fill some bytes to their end, by their length fields. */
function isFilled(bytes: Buffer, skipBytes: number): boolean {
  for (let at = 0; at < bytes.length;) {
    const size = recordSize({ bytes: skipBytes }, bytes, at);
    if (size === undefined || at + size > bytes.length) return false;
    if (readVersion(bytes, at + skipBytes) !== 0) return false;
    at += size;
  }
  return true;
}

/** Packets that fill some bytes. */
function* filling(bytes: Buffer, skipBytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const end = at + (recordSize({ bytes: skipBytes }, bytes, at) ?? bytes.length);
    yield bytes.subarray(at + skipBytes, end);
    at = end;
  }
}
