/** Decoder of datagrams into packets and of packets into parameter values, with the reasons of decode errors. */
import type { Dictionary, Parameter } from "../dictionary";
import { calibrate } from "./calibrate";
import { type PacketLayout, packetLayouts } from "./packetLayout";
import {
  idleApid,
  primaryHeaderBytes,
  readApid,
  readDataBytes,
  readHasSecondaryHeader,
  readIsTelecommand,
  readSequenceCount,
  readSequenceFlags,
  readVersion,
  unsegmented,
} from "./primaryHeader";
import { readRaw } from "./rawField";

/** Reasons of decode errors, for a packet or one of its values. A closed list, because it is a label. */
export const decodeErrorReasons = [
  /** The datagram ends before the packet: truncated, or a wrong length field. */
  "truncated",
  /** Packet version number other than 0; the rest of the datagram is not decoded. */
  "version",
  /** A telecommand packet where telemetry is expected. */
  "telecommand",
  /** A part of a segmented packet. */
  "fragment",
  /** A packet longer or shorter than in the dictionary. */
  "length",
  /** No secondary header, or no time in it. */
  "secondary_header",
  /** A float that is NaN or infinite: the parameter has no value. */
  "not_finite",
  /** A number that is not a state of the enumeration: the parameter has no value. */
  "unknown_state",
] as const;

export type DecodeErrorReason = (typeof decodeErrorReasons)[number];

/** Receiver of the packets and errors of a datagram. Its methods are called in order and synchronously. */
export interface PacketSink {
  /**
   * Callback for a well-formed packet of the dictionary.
   * @param at offset of the packet in `bytes`
   * @param onboardTime seconds since 1970
   */
  packet(layout: PacketLayout, sequenceCount: number, onboardTime: number, bytes: Buffer, at: number): void;
  unknownApid(apid: number): void;
  idle(): void;
  error(reason: DecodeErrorReason): void;
}

/** Decoder that finds the packets of a dictionary in datagrams. It has no state between two calls. */
export class Decoder {
  /** Offset in the datagram of the packet that the sink is told of: where a refused one is. */
  at = 0;
  readonly layouts: readonly PacketLayout[];
  private readonly byApid: readonly (PacketLayout | undefined)[];

  constructor(readonly dictionary: Dictionary) {
    this.layouts = packetLayouts(dictionary);
    const byApid = new Array<PacketLayout | undefined>(idleApid + 1).fill(undefined);
    for (const layout of this.layouts) byApid[layout.packet.apid] = layout;
    this.byApid = byApid;
  }

  /** Decodes all packets of a datagram in sequence. */
  decode(datagram: Buffer, sink: PacketSink): void {
    for (let at = 0; at < datagram.length;) {
      this.at = at;
      const left = datagram.length - at;
      // A packet has at least one byte of data (CCSDS 133.0-B-2, 4.1.4.1.2).
      if (left <= primaryHeaderBytes) return sink.error("truncated");
      if (readVersion(datagram, at) !== 0) return sink.error("version");
      const total = primaryHeaderBytes + readDataBytes(datagram, at);
      if (total > left) return sink.error("truncated");
      this.decodePacket(datagram, at, total, sink);
      at += total;
    }
  }

  private decodePacket(bytes: Buffer, at: number, total: number, sink: PacketSink): void {
    const apid = readApid(bytes, at);
    if (apid === idleApid) return sink.idle();
    if (readIsTelecommand(bytes, at)) return sink.error("telecommand");
    const layout = this.byApid[apid];
    if (layout === undefined) return sink.unknownApid(apid);
    if (readSequenceFlags(bytes, at) !== unsegmented) return sink.error("fragment");
    if (!readHasSecondaryHeader(bytes, at)) return sink.error("secondary_header");
    if (total !== layout.totalBytes) return sink.error("length");
    const onboardTime = layout.time.read(bytes, at + primaryHeaderBytes);
    if (Number.isNaN(onboardTime)) return sink.error("secondary_header");
    sink.packet(layout, readSequenceCount(bytes, at), onboardTime, bytes, at);
  }
}

/**
 * Decodes the parameters of a packet into `values[parameter.index]`, in base units: the raw number of an enumeration,
 * 0 or 1 for a boolean, NaN for a parameter without a value.
 */
export function decodeParameters(
  layout: PacketLayout,
  bytes: Buffer,
  at: number,
  values: Float64Array,
  onError: (reason: DecodeErrorReason, parameter: Parameter) => void,
): void {
  const userDataAt = at + layout.userDataAt;
  for (const parameter of layout.packet.parameters) {
    const raw = readRaw(bytes, userDataAt, parameter);
    let value = calibrate(raw, parameter.calibration);
    if (!Number.isFinite(value)) {
      value = NaN;
      onError("not_finite", parameter);
    } else if (parameter.type === "enumeration" && !parameter.states.has(raw)) {
      value = NaN;
      onError("unknown_state", parameter);
    }
    values[parameter.index] = value;
  }
}
