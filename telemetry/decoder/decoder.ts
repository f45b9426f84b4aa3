/** Decoder of datagrams into packets and of packets into parameter values. */
import type { Dictionary, Packet } from "../dictionary";
import { isIntact } from "./checksum";
import { always, type IsKnown } from "./derivedValue";
import type { DecodeErrorReason } from "./errorReason";
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
import type { OnValueError } from "./program";

/** Receiver of the packets and errors of a datagram. Its methods are called in order and synchronously. */
export interface PacketSink {
  /**
   * Callback for a well-formed packet of the dictionary.
   * @param at offset of the packet in `bytes`
   * @param onboardTime seconds since 1970; NaN: the packet has no time
   */
  packet(layout: PacketLayout, sequenceCount: number, onboardTime: number, bytes: Buffer, at: number): void;
  unknownApid(apid: number): void;
  idle(): void;
  /** @param packet layout that the refused packet has; undefined: none of the dictionary's was found for it */
  error(reason: DecodeErrorReason, packet?: Packet): void;
}

/** Layouts of one APID. */
interface Apid {
  /** The only layout, where there is no choice. */
  readonly only: PacketLayout | undefined;
  /** Layouts in the order in which they are tried. */
  readonly layouts: readonly PacketLayout[];
  readonly checksum: PacketLayout["packet"]["checksum"];
}

/** Decoder that finds the packets of a dictionary in datagrams. It has no state between two calls. */
export class Decoder {
  /** Offset in the datagram of the packet that the sink is told of: where a refused one is. */
  at = 0;
  readonly layouts: readonly PacketLayout[];
  private readonly byApid: readonly (Apid | undefined)[];

  constructor(readonly dictionary: Dictionary) {
    this.layouts = packetLayouts(dictionary);
    const byApid = new Array<Apid | undefined>(idleApid + 1).fill(undefined);
    const roots = this.layouts.filter(({ packet }) => !packet.base);
    for (const [apid, layouts] of Map.groupBy(roots, ({ packet }) => packet.apid)) {
      const [first] = layouts;
      const isOnly = layouts.length === 1 && first?.packet.conditions.length === 0;
      const isChosen = isOnly && first.extensions.length === 0;
      byApid[apid] = {
        only: isChosen ? first : undefined,
        layouts,
        checksum: first?.packet.checksum ?? "none",
      };
    }
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
    const entry = this.byApid[apid];
    if (entry === undefined) return sink.unknownApid(apid);
    if (readSequenceFlags(bytes, at) !== unsegmented) return sink.error("fragment");
    if (entry.checksum !== "none" && !isIntact(entry.checksum, bytes, at, at + total)) {
      return sink.error("checksum");
    }
    const layout = entry.only ?? choose(entry.layouts, bytes, at, total);
    if (layout === undefined) return sink.error("layout");
    if (!hasHeader(layout, bytes, at)) return sink.error("secondary_header", layout.packet);
    if (total < layout.leastTotal || total > layout.mostTotal) return sink.error("length", layout.packet);
    let onboardTime = NaN;
    if (layout.time) {
      onboardTime = layout.time.read(bytes, at + layout.timeAt);
      if (Number.isNaN(onboardTime)) return sink.error("secondary_header", layout.packet);
    }
    sink.packet(layout, readSequenceCount(bytes, at), onboardTime, bytes, at);
  }
}

/** The first layout whose conditions hold, and of those that extend it the first that is one too. */
function choose(
  layouts: readonly PacketLayout[],
  bytes: Uint8Array,
  at: number,
  total: number,
): PacketLayout | undefined {
  for (const layout of layouts) {
    if (!layout.isMatch(bytes, at, total)) continue;
    const extension = choose(layout.extensions, bytes, at, total);
    if (extension) return extension;
    if (!layout.packet.isAbstract) return layout;
  }
  return undefined;
}

function hasHeader({ packet: { secondaryHeader } }: PacketLayout, bytes: Uint8Array, at: number): boolean {
  const { flag, pusVersion } = secondaryHeader;
  if (flag !== "any" && readHasSecondaryHeader(bytes, at) !== (flag === "set")) return false;
  if (pusVersion === undefined) return true;
  const first = bytes[at + primaryHeaderBytes] ?? 0;
  // PUS-A has a spare bit before its three bits of version, PUS-C four bits.
  return (pusVersion === 1 ? (first >>> 4) & 0b111 : first >>> 4) === pusVersion;
}

/**
 * Decodes the parameters of a packet into `values[parameter.index]`, in base units: the number of an enumeration's
 * state, 0 or 1 for a boolean, the number of elements of an array (they follow from its slot on), NaN for a parameter
 * without a value. Texts are left out: see `decodeText`; and so are derived parameters that need other packets.
 *
 * @param isKnown says whether a value of another packet, as it stands in `values`, may choose a calibration
 */
export function decodeParameters(
  layout: PacketLayout,
  bytes: Buffer,
  at: number,
  values: Float64Array,
  onError: OnValueError,
  isKnown: IsKnown = always,
): void {
  const base = at + layout.userDataAt;
  const there = primaryHeaderBytes + readDataBytes(bytes, at) - layout.userDataAt - layout.checksumBytes;
  const { programs, arrays } = layout;
  const starts = layout.starts(bytes, base, there);
  for (let i = 0; i < programs.length; i++) {
    const start = starts[i] ?? 0;
    programs[i]?.run(bytes, base + start, there - start, values, onError);
  }
  for (const decode of arrays) decode(bytes, base, there, starts, values, onError);
  for (const each of layout.contextual) {
    each.update(bytes, base, there, starts, values, onError, isKnown);
  }
  for (const each of layout.derived) each.update(values, onError);
  for (const slot of layout.elsewhere) values[slot] = NaN;
}
