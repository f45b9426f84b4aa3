/** Passes of a simulated spacecraft: contacts by a plan, the recorder that is played back in them, a second station. */
import type { Span } from "../contacts";

export interface PassesArgs {
  /** Part of the contact plan that a moment is in; undefined: packets come always. */
  readonly spanAt: (now: number) => Span | undefined;
  /** Packets of the on-board recorder that are played back in a second of contact; 0: nothing is recorded. */
  readonly dumpPerSecond: number;
  /** Seconds that a second station is behind the first; 0: there is none. */
  readonly secondStation: number;
}

/** Packets that the recorder holds; the oldest are overwritten. */
const recorderPackets = 100_000;

interface Delayed {
  readonly due: number;
  readonly packet: Buffer;
}

/** Way of packets from the spacecraft to who receives them, without a clock of its own. */
export class Passes {
  private recorder: Buffer[] = [];
  private readonly delayed: Delayed[] = [];
  private before = NaN;
  /** Part of a packet that may be played back, carried from call to call. */
  private credit = 0;

  constructor(private readonly args: PassesArgs) {}

  /**
   * @param now seconds since 1970, not before the previous call's value
   * @param sent packets that the spacecraft has made since the previous call
   * @returns packets that arrive, in their order: live ones, those of the recorder between them, copies
   */
  carry(now: number, sent: readonly Buffer[]): Buffer[] {
    const { spanAt, secondStation } = this.args;
    const elapsed = Number.isNaN(this.before) ? 0 : now - this.before;
    this.before = now;
    const copies = this.copiesUntil(now);
    if (spanAt(now)?.isContact === false) {
      this.record(sent);
      return copies;
    }
    if (secondStation > 0) {
      for (const packet of sent) this.delayed.push({ due: now + secondStation, packet });
    }
    return [...interleaved(sent, this.playBack(elapsed)), ...copies];
  }

  private copiesUntil(now: number): Buffer[] {
    const waiting = this.delayed.findIndex(({ due }) => due > now);
    return this.delayed.splice(0, waiting < 0 ? this.delayed.length : waiting).map(({ packet }) => packet);
  }

  private record(sent: readonly Buffer[]): void {
    if (this.args.dumpPerSecond === 0) return;
    this.recorder.push(...sent);
    if (this.recorder.length > recorderPackets) this.recorder = this.recorder.slice(-recorderPackets);
  }

  private playBack(elapsed: number): Buffer[] {
    this.credit += elapsed * this.args.dumpPerSecond;
    const packets = Math.floor(this.credit);
    this.credit -= packets;
    return this.recorder.splice(0, packets);
  }
}

/** Packets of two queues in turn, each in its order. */
function interleaved(live: readonly Buffer[], old: readonly Buffer[]): Buffer[] {
  const share = old.length / Math.max(1, live.length);
  const mixed = live.flatMap((packet, i) => [
    ...old.slice(Math.round(i * share), Math.round((i + 1) * share)),
    packet,
  ]);
  return live.length === 0 ? [...old] : mixed;
}
