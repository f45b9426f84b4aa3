/** Telemetry state of the exporter: values, packet counts, freshness, mode and conditions. */
import type { Contacts } from "../contacts";
import {
  type Arrival,
  type DecodeErrorReason,
  decodeErrorReasons,
  decodeParameters,
  Decoder,
  type PacketLayout,
  type PacketSink,
  sequenceModulus,
  type SequenceTracker,
  sequenceTrackers,
} from "../decoder";
import type { Dictionary, Packet, Parameter, ValueOf } from "../dictionary";
import { type Alarm, AlarmMonitor } from "./alarmMonitor";
import { ClockOffset } from "./clockOffset";
import { DerivedValues } from "./derivedValues";
import type { EventLog } from "./eventLog";
import { type History, OldPackets, type Origin } from "./history";
import { Playback } from "./playback";
import { type Refusal, Refusals } from "./refusals";
import { Signal } from "./signal";
import { Texts } from "./texts";

/** State of one kind of packet. Counts are since the start of the exporter. */
export interface PacketState {
  readonly packet: Packet;
  received: number;
  /** Number of packets skipped by the sequence count. */
  missing: number;
  duplicates: number;
  late: number;
  /** Number of packets that an on-board recorder played back. */
  stored: number;
  /** Time of the newest live packet of this kind, or of one that extends it, seconds since 1970; 0: none. */
  lastReceived: number;
  readonly sequence: SequenceTracker;
}

/** Condition of a parameter. stale: its packet is overdue. unknown: the newest packet has no value for it. */
export type ParameterCondition = "nominal" | "unknown" | "stale" | Alarm;

/**
 * Newest value of every parameter, and counts of packets and errors. The dictionary fixes its size: received data
 * cannot make it grow.
 */
export class TelemetryState implements PacketSink {
  /** Values by `parameter.index` and, for elements of arrays, by slot, in base units; NaN: no value. */
  readonly values: Float64Array;
  readonly texts = new Texts();
  readonly packets: readonly PacketState[];
  readonly errors = Object.fromEntries(decodeErrorReasons.map((reason) => [reason, 0])) as Record<
    DecodeErrorReason,
    number
  >;
  /** What the errors and unknown APIDs were. */
  readonly refusals: Refusals;
  unknownApids = 0;
  idlePackets = 0;
  datagrams = 0;
  receivedBytes = 0;
  /**
   * True while another exporter may receive some of the packets, as in a rollout. A skipped sequence count is not a gap
   * then: the other exporter may have received the packet.
   */
  sharesPackets = false;
  /** Planned contacts; undefined: contacts are not planned. */
  contacts: Contacts | undefined;
  readonly signal = new Signal();
  readonly clockOffset = new ClockOffset();
  /** Where events go; undefined: nowhere. */
  events: EventLog | undefined;

  private readonly decoder: Decoder;
  private readonly alarms: AlarmMonitor;
  private readonly derived: DerivedValues;
  private now = 0;
  private datagram: Buffer = Buffer.alloc(0);
  private segments = 1;
  private isFromRecorder = false;
  private readonly playback = new Playback();
  private history: History | undefined;
  private oldPackets: OldPackets | undefined;

  /**
   * @param staleAfterPeriods age of a packet, in its own periods, after which its parameters disappear
   * @param onRefusal receives the first refused packet of each kind, and once undefined: further kinds are only counted
   */
  constructor(
    readonly dictionary: Dictionary,
    private readonly staleAfterPeriods: number,
    onRefusal?: (refusal: Refusal | undefined) => void,
  ) {
    this.refusals = new Refusals(dictionary, onRefusal);
    this.decoder = new Decoder(dictionary);
    this.values = new Float64Array(dictionary.slots).fill(NaN);
    this.alarms = new AlarmMonitor(dictionary);
    this.derived = new DerivedValues(dictionary);
    const trackers = sequenceTrackers(dictionary);
    this.packets = dictionary.packets.map((packet, i) => ({
      packet,
      received: 0,
      missing: 0,
      duplicates: 0,
      late: 0,
      stored: 0,
      lastReceived: 0,
      sequence: trackers[i] as SequenceTracker,
    }));
  }

  /** Sets the receiver of every packet's values at its on-board time. */
  keepHistory(history: History): void {
    this.history = history;
    this.oldPackets = new OldPackets(history, this.dictionary.slots);
  }

  /** On-board clock minus ground clock in seconds, at the newest packet; NaN before the first one. */
  get onboardTimeOffset(): number {
    return this.clockOffset.value;
  }

  get layouts(): readonly PacketLayout[] {
    return this.decoder.layouts;
  }

  /**
   * @param datagram one or more packets
   * @param now seconds since 1970
   * @param segments number of segments that the packet was joined of: each had a sequence count of its own
   * @param isStored true when the link says that a recorder played the packets back
   */
  receive(datagram: Buffer, now: number, segments = 1, isStored = false): void {
    this.now = now;
    this.datagram = datagram;
    this.segments = segments;
    this.isFromRecorder = isStored;
    this.datagrams++;
    this.receivedBytes += datagram.length;
    this.decoder.decode(datagram, this);
  }

  packet(layout: PacketLayout, sequenceCount: number, onboardTime: number, bytes: Buffer, at: number): void {
    const state = this.packets[layout.index];
    if (!state) return;
    state.received++;
    // Neither values nor counts of what a recorder played back belong to the present.
    if (this.isFromRecorder || this.playback.isStored(layout, onboardTime, bytes, at, this.now)) {
      state.stored++;
      this.oldPackets?.take(layout, onboardTime, bytes, at, "stored");
      this.tellEvents(layout, sequenceCount, onboardTime, bytes, at, "stored");
      return;
    }
    const arrival = this.arrive(state, sequenceCount, onboardTime);
    // Neither has newer values.
    if (arrival === "duplicate") return;
    this.tellEvents(layout, sequenceCount, onboardTime, bytes, at, arrival === "late" ? "late" : "live");
    if (arrival === "late") return this.oldPackets?.take(layout, onboardTime, bytes, at, "late");
    this.markReceived(layout.packet);
    this.clockOffset.take(onboardTime, this.now);
    decodeParameters(layout, bytes, at, this.values, this.valueError, this.isKnown);
    this.texts.update(layout, bytes, at, this.values);
    const elsewhere = this.derived.update(layout.packet, this.values, this.valueError, this.isKnown);
    const mode = this.mode(this.now);
    const valueOf = this.valuesAt(this.now);
    this.alarms.update(layout.packet.parameters, this.values, mode, this.now, valueOf);
    this.alarms.update(elsewhere, this.values, mode, this.now, valueOf);
    this.history?.take(layout, onboardTime, this.values, "live", bytes, at);
  }

  private tellEvents(
    layout: PacketLayout,
    sequenceCount: number,
    onboardTime: number,
    bytes: Buffer,
    at: number,
    origin: Origin,
  ): void {
    if (layout.packet.events.length === 0) return;
    this.events?.take({ layout, sequenceCount, onboardTime, bytes, at, origin, now: this.now });
  }

  /** Marks the packet and those that it extends: it has their parameters too. */
  private markReceived(packet: Packet): void {
    for (let each: Packet | undefined = packet; each; each = each.base) {
      const state = this.packets[each.index];
      if (state) state.lastReceived = this.now;
    }
  }

  /** Counts a packet, and the segments it was joined of, as its sequence counts say. @returns how the packet came */
  private arrive(state: PacketState, sequenceCount: number, onboardTime: number): Arrival {
    const span = this.contacts?.plan?.at(this.now);
    this.signal.take(this.now, span, this.playback.clock.settings);
    const { era } = this.signal;
    const arrival = state.sequence.arrive(sequenceCount, onboardTime, era);
    if (arrival === "duplicate") state.duplicates++;
    // A late packet compensates a counted gap; while packets are shared, and outside of contacts, no gaps are counted.
    else if (!this.sharesPackets && span?.isContact !== false) {
      state.missing += state.sequence.missing;
      if (arrival === "late") state.late += this.segments;
    }
    for (let i = 1; i < this.segments; i++) {
      state.sequence.arrive((sequenceCount + i) % sequenceModulus, onboardTime, era);
    }
    return arrival;
  }

  unknownApid(apid: number): void {
    this.unknownApids++;
    this.refusals.unknownApid(apid, this.datagram, this.decoder.at);
  }

  idle(): void {
    this.idlePackets++;
  }

  error(reason: DecodeErrorReason, packet?: Packet): void {
    this.errors[reason]++;
    this.refusals.refuse(reason, this.datagram, this.decoder.at, packet);
  }

  private readonly valueError = (reason: DecodeErrorReason, parameter: Parameter): void => {
    this.errors[reason]++;
    this.refusals.refuseValue(reason, this.datagram, this.decoder.at, parameter);
  };

  private readonly isKnown = (parameter: Parameter): boolean => this.isFreshValue(parameter, this.now);

  /** True when the packet of a parameter is recent enough; of a derived one, all packets that it is computed from. */
  isFreshValue({ derived, packetIndex }: Parameter, now: number): boolean {
    if (!derived) return this.isFresh(packetIndex, now);
    return derived.packets.every((each) => this.isFresh(each, now));
  }

  /** Age of a value: of a derived one, that of its oldest input. */
  ageOfValue({ derived, packetIndex }: Parameter, now: number): number | undefined {
    const ages = (derived?.packets ?? [packetIndex]).map((each) => this.age(each, now));
    return ages.includes(undefined) ? undefined : Math.max(...ages.map((age) => age ?? 0));
  }

  /** True when the newest packet of this kind is recent enough for its values to be valid. */
  isFresh(packetIndex: number, now: number): boolean {
    const state = this.packets[packetIndex];
    return (
      !!state &&
      state.lastReceived > 0 &&
      now - state.lastReceived <= state.packet.periodSeconds * this.staleAfterPeriods
    );
  }

  /** Seconds since the newest packet of this kind; undefined: none received. */
  age(packetIndex: number, now: number): number | undefined {
    const last = this.packets[packetIndex]?.lastReceived ?? 0;
    return last > 0 ? now - last : undefined;
  }

  /** @returns the value, or undefined when there is no fresh one */
  value(parameter: Parameter, now: number): number | undefined {
    const value = this.values[parameter.index] ?? NaN;
    return Number.isNaN(value) || !this.isFreshValue(parameter, now) ? undefined : value;
  }

  /** Values that are known at a time, for contexts; NaN: not known. */
  valuesAt(now: number): ValueOf {
    return (parameter) => this.value(parameter, now) ?? NaN;
  }

  /** Fresh values of an array's elements; none while there are no fresh ones. An element without a value is NaN. */
  elements(parameter: Parameter, now: number): Float64Array {
    const { slot } = parameter.array ?? { slot: 0 };
    return this.values.subarray(slot, slot + (this.value(parameter, now) ?? 0));
  }

  /** Current state of the dictionary's mode parameter; undefined while it is unknown. */
  mode(now: number): string | undefined {
    const parameter = this.dictionary.mode;
    if (!parameter) return undefined;
    const value = this.value(parameter, now);
    return value === undefined ? undefined : parameter.states.get(value);
  }

  condition(parameter: Parameter, now: number): ParameterCondition {
    if (!this.isFreshValue(parameter, now)) return "stale";
    if (Number.isNaN(this.values[parameter.index])) return "unknown";
    return this.alarms.alarm(parameter, now) ?? "nominal";
  }
}
