/** Writer of the history: every sample at its on-board time, to Prometheus by remote write. */
import { setTimeout as pause } from "node:timers/promises";
import type { Dictionary, Packet } from "../dictionary";
import { backOffMilliseconds } from "../links/backOff";
import type { Log } from "../log";
import { blockWriter, type WriteBlock } from "./blockWriter";
import { Drops } from "./drops";
import { Receiver } from "./receiver";
import { RequestEncoder } from "./remoteWrite";
import { SampleQueue } from "./sampleQueue";
import { fleetSeries, sampleSlots } from "./series";

export interface HistoryArgs {
  readonly dictionary: Dictionary;
  /** Names of all spacecraft, which have one dictionary. */
  readonly spacecraft: readonly string[];
  /** Address of the receiver, such as `http://prometheus:9090/api/v1/write`. */
  readonly address: string;
  /** Age in seconds above which a sample is not sent: what Prometheus takes out of order. */
  readonly mostAgeSeconds: number;
  /** Samples that may wait. */
  readonly mostQueued: number;
  readonly log: Log;
  /** Current time in seconds since 1970. */
  readonly clock: () => number;
}

/** Place that takes the samples of a spacecraft's packets, all of a packet or none. */
export interface PacketHistory {
  /** @param onboardTime seconds since 1970; NaN: the packet has no time */
  take(layout: { readonly packet: Packet }, onboardTime: number, values: Float64Array): void;
}

/** Longest time that a sample waits for others of its request. */
const waitMilliseconds = 1_000;
/** Seconds that a sample may be ahead of the ground's clock: half of what Prometheus allows. */
const mostAheadSeconds = 300;

/**
 * Writer with one request at a time. What it costs the live path is the making of requests, a millisecond or so for
 * 2,000 samples: nothing waits for an answer, and a full queue takes no more.
 */
export class HistoryWriter {
  readonly drops: Drops;
  written = 0;
  /** Requests that had no answer or one that says to try again. */
  failedRequests = 0;
  /** Time of the last request that was taken, seconds since 1970; 0: none yet. */
  lastWritten = 0;

  private readonly queue: SampleQueue;
  private readonly slots: Uint32Array;
  private readonly receiver: Receiver;
  private readonly encoder: RequestEncoder;
  private readonly stopping = new AbortController();
  private readonly ended = new AbortController();
  private readonly running: Promise<void>;
  /** Samples that are taken out of the queue and not yet written. */
  private inFlight = 0;
  private wake: () => void = () => undefined;

  constructor(private readonly args: HistoryArgs) {
    const { dictionary, spacecraft, address, mostQueued, log } = args;
    this.drops = new Drops((reason, why) =>
      log.warn("samples are not in the history; further ones are only counted", { reason, ...why }),
    );
    this.queue = new SampleQueue(mostQueued);
    this.slots = new Uint32Array(dictionary.slots);
    this.receiver = new Receiver(address);
    this.encoder = new RequestEncoder(fleetSeries(dictionary, spacecraft));
    this.running = this.run();
  }

  /** Samples that wait, those of the present request among them. */
  get queued(): number {
    return this.queue.length + this.inFlight;
  }

  get mostQueued(): number {
    return this.queue.most;
  }

  /** Place of a spacecraft's packets. @throws TypeError for one that the writer does not have */
  of(spacecraft: string): PacketHistory {
    const place = this.args.spacecraft.indexOf(spacecraft);
    if (place < 0) throw new TypeError(`the history has no spacecraft ${spacecraft}`);
    const offset = place * this.args.dictionary.slots;
    return { take: ({ packet }, onboardTime, values) => this.take(packet, onboardTime, values, offset) };
  }

  private take(packet: Packet, onboardTime: number, values: Float64Array, offset: number): void {
    const samples = sampleSlots(packet, values, this.slots);
    const reason = this.obstacle(onboardTime, samples);
    if (reason !== undefined) {
      this.drops.add(reason, samples, () => ({ packet: packet.name, onboardTime }));
      return;
    }
    const time = Math.round(onboardTime * 1000);
    for (let i = 0; i < samples; i++) {
      const slot = this.slots[i] ?? 0;
      this.queue.push(offset + slot, time, values[slot] ?? NaN);
    }
    if (this.queue.hasFullBlock) this.wake();
  }

  private obstacle(
    onboardTime: number,
    samples: number,
  ): "no_time" | "too_old" | "future" | "queue_full" | undefined {
    if (Number.isNaN(onboardTime)) return "no_time";
    const age = this.args.clock() - onboardTime;
    if (age > this.args.mostAgeSeconds) return "too_old";
    if (age < -mostAheadSeconds) return "future";
    return this.queue.hasRoom(samples + this.inFlight) ? undefined : "queue_full";
  }

  /**
   * Writes what waits, as far as the receiver takes it in time, and ends.
   * @param seconds time for it
   */
  async close(seconds: number): Promise<void> {
    this.stopping.abort();
    this.wake();
    const late = setTimeout(() => this.ended.abort(), seconds * 1000);
    await this.running;
    clearTimeout(late);
    this.receiver.close();
  }

  private async run(): Promise<void> {
    const write = this.blockWriter();
    while (!this.stopping.signal.aborted || this.queue.length > 0) {
      if (!this.queue.hasFullBlock && !this.stopping.signal.aborted) await this.untilDue();
      const block = this.queue.shift();
      if (block === undefined) continue;
      this.inFlight = block.length;
      await write(block);
      this.inFlight = 0;
      this.queue.reuse(block);
    }
  }

  /** Resolves after a second, or earlier when a request is full or the writer is closed. */
  private async untilDue(): Promise<void> {
    const woken = new Promise<void>((resolve) => (this.wake = resolve));
    // Unreferenced: a writer that nobody closes keeps no process alive.
    const due = new AbortController();
    await Promise.race([
      woken,
      pause(waitMilliseconds, undefined, { ref: false, signal: due.signal }).catch(() => undefined),
    ]);
    due.abort();
  }

  private blockWriter(): WriteBlock {
    const { log, clock } = this.args;
    let failures = 0;
    return blockWriter({
      encoder: this.encoder,
      drop: (reason, samples, why) => this.drops.add(reason, samples, () => why),
      written: (samples) => {
        if (failures > 0) log.info("the history is written again", { failures });
        failures = 0;
        this.written += samples;
        this.lastWritten = clock();
      },
      send: async (body) => {
        for (;;) {
          if (this.ended.signal.aborted) return { kind: "failed", why: "stopped" };
          const answer = await this.receiver.write(body, this.ended.signal);
          if (answer.kind !== "failed") return answer;
          failures++;
          this.failedRequests++;
          if (failures === 1) {
            log.warn("the history cannot be written; it is tried again", { reason: answer.why });
          }
          await pause(backOffMilliseconds(failures), undefined, { signal: this.ended.signal }).catch(
            () => undefined,
          );
        }
      },
    });
  }
}
