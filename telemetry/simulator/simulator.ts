/** Simulator of one spacecraft: packets at their due times, with the faults of the scenario. */
import { encodePacket, type PacketLayout, packetLayouts } from "../decoder";
import type { Dictionary } from "../dictionary";
import { Downlink, SequenceCounts } from "./downlink";
import { simulatedEvent } from "./events";
import { seededRandom } from "./random";
import { fillValues, readings } from "./readings";
import { type Faults, noFaults, onsetSeconds, type ScenarioName, scenarios } from "./scenario";
import { Spacecraft } from "./spacecraft";

export interface SimulatorArgs {
  readonly dictionary: Dictionary;
  readonly scenario: ScenarioName;
  /** Seconds of spacecraft time per second of wall-clock time. Packets keep their wall-clock periods. */
  readonly timeScale: number;
  readonly seed: number;
  /** Seconds since 1970 at the start. */
  readonly start: number;
}

/** Seconds of silence during a restart of the on-board computer, and seconds between restarts (wall clock). */
const rebootSilence = 8;
const rebootInterval = 120;
/** Seconds between two events of a kind that come when something happens. */
const eventInterval = 20;

/**
 * A spacecraft and its downlink, without clock and socket: `until` returns the packets that arrived on the ground.
 */
export class Simulator {
  readonly spacecraft: Spacecraft;
  private readonly layouts: readonly PacketLayout[];
  private readonly nextDue: number[];
  private readonly values: Float64Array;
  private readonly counts = new SequenceCounts();
  private readonly downlink: Downlink;
  private readonly faults: Faults;
  private now: number;
  private nextReboot: number;

  constructor(private readonly args: SimulatorArgs) {
    this.spacecraft = new Spacecraft(args.seed);
    this.layouts = packetLayouts(args.dictionary);
    this.nextDue = this.layouts.map(() => args.start);
    this.values = new Float64Array(args.dictionary.slots);
    this.downlink = new Downlink(seededRandom(args.seed + 1));
    this.faults = { ...noFaults, ...scenarios[args.scenario].faults };
    this.now = args.start;
    this.nextReboot = this.faults.reboot ? args.start + onsetSeconds : Infinity;
  }

  /**
   * @param now seconds since 1970, not before the previous call's value
   * @returns datagrams, one packet each, in order of arrival
   */
  until(now: number): Buffer[] {
    const faults = now - this.args.start >= onsetSeconds ? this.faults : noFaults;
    this.spacecraft.faults = faults;
    this.spacecraft.advance((now - this.now) * this.args.timeScale);
    this.now = now;
    this.rebootIfDue(now);
    if (this.nextDue.every((due) => due > now)) return [];
    fillValues(this.args.dictionary, readings(this.spacecraft), now, this.values);
    return this.layouts.flatMap((layout) => (layout.packet.isAbstract ? [] : this.send(layout, now, faults)));
  }

  private send(layout: PacketLayout, now: number, faults: Faults): Buffer[] {
    const due = this.nextDue[layout.index] ?? now;
    if (due > now) return [];
    const { apid, sequence } = layout.packet;
    const periodSeconds = Math.min(layout.packet.periodSeconds, eventInterval);
    // A late call does not catch up on missed packets: a burst of equal packets has no information.
    this.nextDue[layout.index] = Math.max(due + periodSeconds, now + periodSeconds / 2);
    const event = simulatedEvent(
      layout.packet,
      now,
      faults === this.faults && this.args.scenario !== "nominal",
    );
    if (!event && !Number.isFinite(layout.packet.periodSeconds)) return [];
    const packet = encodePacket(
      layout,
      this.counts.take(sequence.counted === "all" ? "all" : apid, periodSeconds, now, sequence.step),
      now,
      this.values,
      event,
    );
    return this.downlink.carry(packet, faults);
  }

  private rebootIfDue(now: number): void {
    if (now < this.nextReboot) return;
    this.nextReboot = now + rebootInterval;
    this.spacecraft.reboot();
    this.counts.restart(this.layouts.map((layout) => layout.packet.apid));
    this.layouts.forEach((layout) => (this.nextDue[layout.index] = now + rebootSilence));
  }
}
