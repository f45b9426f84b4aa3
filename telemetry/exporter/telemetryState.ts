/** State of the telemetry in the exporter: values, packet counts, freshness, mode and conditions. */
import {
  type DecodeErrorReason,
  decodeErrorReasons,
  decodeParameters,
  Decoder,
  type PacketLayout,
  type PacketSink,
  SequenceTracker,
} from "../decoder";
import type { Dictionary, Packet, Parameter } from "../dictionary";
import { type Alarm, AlarmMonitor } from "./alarmMonitor";

/** What is known of one kind of packet. Counts are since the start. */
export interface PacketState {
  readonly packet: Packet;
  received: number;
  /** Packets that the sequence count skipped. */
  missing: number;
  duplicates: number;
  late: number;
  /** When the newest came, seconds since 1970; 0: never. */
  lastReceived: number;
  readonly sequence: SequenceTracker;
}

/** stale: no packet for longer than the dictionary's period allows. unknown: a packet, but no value in it. */
export type ParameterCondition = "nominal" | "unknown" | "stale" | Alarm;

/**
 * The newest value of every parameter and what happened on the way. Its size is fixed by the dictionary: nothing that
 * arrives can make it grow.
 */
export class TelemetryState implements PacketSink {
  /** By `parameter.index`, base units; NaN: no value. */
  readonly values: Float64Array;
  readonly packets: readonly PacketState[];
  readonly errors = Object.fromEntries(decodeErrorReasons.map((reason) => [reason, 0])) as Record<
    DecodeErrorReason,
    number
  >;
  unknownApids = 0;
  idlePackets = 0;
  datagrams = 0;
  receivedBytes = 0;
  /**
   * Whether another exporter may get some of the packets, as in a roll. A skipped sequence count is no gap then: the
   * packet may have gone there.
   */
  sharesPackets = false;
  /** On-board clock minus the ground's, seconds; NaN before the first packet. */
  onboardTimeOffset = NaN;

  private readonly decoder: Decoder;
  private readonly alarms: AlarmMonitor;
  private readonly byApid = new Map<number, PacketState>();
  private now = 0;

  /** @param staleAfterPeriods a parameter disappears when its packet is older than this many periods */
  constructor(
    readonly dictionary: Dictionary,
    private readonly staleAfterPeriods: number,
  ) {
    this.decoder = new Decoder(dictionary);
    this.values = new Float64Array(dictionary.parameters.length).fill(NaN);
    this.alarms = new AlarmMonitor(dictionary);
    this.packets = dictionary.packets.map((packet) => ({
      packet,
      received: 0,
      missing: 0,
      duplicates: 0,
      late: 0,
      lastReceived: 0,
      sequence: new SequenceTracker(packet.periodSeconds),
    }));
    for (const state of this.packets) this.byApid.set(state.packet.apid, state);
  }

  /** @param now seconds since 1970 */
  receive(datagram: Buffer, now: number): void {
    this.now = now;
    this.datagrams++;
    this.receivedBytes += datagram.length;
    this.decoder.decode(datagram, this);
  }

  packet(layout: PacketLayout, sequenceCount: number, onboardTime: number, bytes: Buffer, at: number): void {
    const state = this.packets[layout.index];
    if (!state) return;
    state.received++;
    const arrival = state.sequence.arrive(sequenceCount, onboardTime);
    if (arrival === "duplicate") state.duplicates++;
    // A late packet makes up for a gap, and there is none that it could make up for.
    else if (arrival === "late" && !this.sharesPackets) state.late++;
    // Neither says anything newer than what is known.
    if (arrival === "duplicate" || arrival === "late") return;
    if (!this.sharesPackets) state.missing += state.sequence.missing;
    state.lastReceived = this.now;
    this.onboardTimeOffset = onboardTime - this.now;
    decodeParameters(layout, bytes, at, this.values, this.error);
    this.alarms.update(layout.packet.parameters, this.values, this.mode(this.now), this.now);
  }

  unknownApid(): void {
    this.unknownApids++;
  }

  idle(): void {
    this.idlePackets++;
  }

  readonly error = (reason: DecodeErrorReason): void => {
    this.errors[reason]++;
  };

  /** Whether a packet of this kind came recently enough for its values to count. */
  isFresh(apid: number, now: number): boolean {
    const state = this.byApid.get(apid);
    return (
      !!state &&
      state.lastReceived > 0 &&
      now - state.lastReceived <= state.packet.periodSeconds * this.staleAfterPeriods
    );
  }

  /** Seconds since the newest packet of this kind; undefined: none came. */
  age(apid: number, now: number): number | undefined {
    const last = this.byApid.get(apid)?.lastReceived ?? 0;
    return last > 0 ? now - last : undefined;
  }

  /** @returns undefined without a fresh value */
  value(parameter: Parameter, now: number): number | undefined {
    const value = this.values[parameter.index] ?? NaN;
    return Number.isNaN(value) || !this.isFresh(parameter.apid, now) ? undefined : value;
  }

  /** The state's name of the dictionary's mode parameter; undefined while it is not known. */
  mode(now: number): string | undefined {
    const parameter = this.dictionary.mode;
    if (!parameter) return undefined;
    const value = this.value(parameter, now);
    return value === undefined ? undefined : parameter.states.get(value);
  }

  condition(parameter: Parameter, now: number): ParameterCondition {
    if (!this.isFresh(parameter.apid, now)) return "stale";
    if (Number.isNaN(this.values[parameter.index])) return "unknown";
    return this.alarms.alarm(parameter, now) ?? "nominal";
  }
}
