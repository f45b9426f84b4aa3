/** Refused packets and values: counts by packet, unknown APIDs, and the first of each kind in detail. */
import {
  type DecodeErrorReason,
  decodeErrorReasons,
  primaryHeaderBytes,
  readApid,
  readDataBytes,
} from "../decoder";
import type { Dictionary, Packet, Parameter } from "../dictionary";

/** Kinds of refusals that are told in detail; later kinds are only counted. */
const mostKinds = 64;
/** Unknown APIDs that are counted each for itself; the others are counted together. */
export const mostUnknownApids = 32;
/** Bytes of a refused packet that are shown: the primary header and ten of what follows. */
const shownBytes = 16;

/** First refused packet of a kind. */
export interface Refusal {
  readonly reason: DecodeErrorReason | "unknown_apid";
  /** APID by the header, whether or not that is to be trusted; null: fewer than two bytes came. */
  readonly apid: number | null;
  /** Name of the dictionary's packet, or of those with that APID; empty: none. */
  readonly packet: string;
  /** Parameter of a refused value, as `subsystem.name`. */
  readonly parameter?: string;
  /** Bytes of the packet by its length field; null where the header is not whole. */
  readonly packetBytes: number | null;
  /** Bytes that came, from the packet's first on. */
  readonly receivedBytes: number;
  /** First bytes in hexadecimal. */
  readonly header: string;
  /** What to look at. */
  readonly hint: string;
}

const hints: Readonly<Record<string, string>> = {
  unknown_apid: "the dictionary has no packet of this APID",
  truncated:
    "packetBytes is more than came: cut short, or something stands before the packets (try --skip-bytes)",
  version: "the first three bits are not 0: not a space packet, or something stands before it",
  telecommand: "the type bit says telecommand; only telemetry is decoded",
  fragment: "the sequence flags say segment; segments=join in the source's URL puts them together",
  checksum: "the check at the packet's end does not fit: damaged, or another check than the dictionary's",
  layout: "none of the layouts of this APID has its conditions fulfilled",
  length: "another length than the dictionary's packet has",
  secondary_header: "another secondary header than the dictionary's, or no time in it",
  not_finite: "a number that is NaN or infinite, or none of its encoding",
  unknown_state: "a number that is none of the enumeration's states",
};

export class Refusals {
  /** First packet of each kind, in the order of their coming. */
  readonly first: Refusal[] = [];
  /** Packets of unknown APIDs: the first so many by APID. */
  readonly unknownApids = new Map<number, number>();
  /** Packets of all further unknown APIDs. */
  otherUnknownApids = 0;
  private readonly counts = new Map<DecodeErrorReason, Map<string, number>>(
    decodeErrorReasons.map((reason) => [reason, new Map()]),
  );
  private readonly kinds = new Set<string>();
  private readonly apidNames: ReadonlyMap<number, string>;

  /** @param tell receives the first packet of each kind, and once undefined: further kinds are only counted */
  constructor(
    private readonly dictionary: Dictionary,
    private readonly tell: (refusal: Refusal | undefined) => void = () => undefined,
  ) {
    const byApid = Map.groupBy(dictionary.packets, ({ apid }) => apid);
    this.apidNames = new Map([...byApid].map(([apid, packets]) => [apid, nameOf(packets)]));
  }

  /**
   * @param at offset of the refused packet
   * @param of packet of the dictionary that it was found to be
   * @returns the name by which it is counted
   */
  refuse(reason: DecodeErrorReason, datagram: Buffer, at: number, of?: Packet): string {
    const apid = trustedApid(reason, datagram, at);
    const packet = of?.name ?? (apid === null ? "" : (this.apidNames.get(apid) ?? ""));
    this.add(reason, packet);
    // The APID of an error without a packet may be noise: it makes no kind of its own.
    this.show(reason, packet === "" ? null : apid, packet, datagram, at);
    return packet;
  }

  /** @param at offset of the packet of the refused value */
  refuseValue(reason: DecodeErrorReason, datagram: Buffer, at: number, parameter: Parameter): void {
    const { packet, apid, subsystem, name } = parameter;
    this.add(reason, packet);
    this.show(reason, apid, packet, datagram, at, `${subsystem}.${name}`);
  }

  unknownApid(apid: number, datagram: Buffer, at: number): void {
    const known = this.unknownApids.get(apid);
    if (known === undefined && this.unknownApids.size >= mostUnknownApids) {
      this.otherUnknownApids++;
      return;
    }
    this.unknownApids.set(apid, (known ?? 0) + 1);
    if (known === undefined) this.show("unknown_apid", apid, "", datagram, at);
  }

  /** Names by which refusals for a reason can be counted; the empty one: no packet of the dictionary. */
  names(reason: DecodeErrorReason): string[] {
    const { packets, parameters } = this.dictionary;
    const ofApids = (those: readonly Packet[]): string[] => [
      ...new Set(those.map(({ apid }) => this.apidNames.get(apid) ?? "")),
    ];
    switch (reason) {
      case "version":
        return [""];
      case "truncated":
      case "telecommand":
        return ["", ...ofApids(packets)];
      case "fragment":
        return ofApids(packets);
      case "checksum":
        return ofApids(packets.filter(({ checksum }) => checksum !== "none"));
      case "layout":
        return ofApids(packets.filter(({ conditions, isAbstract }) => isAbstract || conditions.length > 0));
      case "length":
      case "secondary_header":
        return packets.filter(({ isAbstract }) => !isAbstract).map(({ name }) => name);
      case "not_finite":
      case "unknown_state":
        return [...new Set(parameters.map(({ packet }) => packet))];
    }
  }

  /** Refusals for a reason of one kind of packet, or of none (empty name). */
  count(reason: DecodeErrorReason, packet: string): number {
    return this.counts.get(reason)?.get(packet) ?? 0;
  }

  private add(reason: DecodeErrorReason, packet: string): void {
    const counts = this.counts.get(reason);
    counts?.set(packet, (counts.get(packet) ?? 0) + 1);
  }

  private show(
    reason: Refusal["reason"],
    apid: number | null,
    packet: string,
    datagram: Buffer,
    at: number,
    parameter?: string,
  ): void {
    const kind = `${reason} ${apid} ${packet} ${parameter ?? ""}`;
    if (this.kinds.has(kind) || this.kinds.size > mostKinds) return;
    this.kinds.add(kind);
    if (this.kinds.size > mostKinds) return this.tell(undefined);
    const receivedBytes = datagram.length - at;
    const packetBytes =
      receivedBytes >= primaryHeaderBytes ? primaryHeaderBytes + readDataBytes(datagram, at) : null;
    const shown = Math.min(shownBytes, receivedBytes, packetBytes ?? receivedBytes);
    const refusal: Refusal = {
      reason,
      apid: apid ?? headerApid(datagram, at),
      packet,
      ...(parameter !== undefined && { parameter }),
      packetBytes,
      receivedBytes,
      header: datagram.toString("hex", at, at + shown),
      hint: hints[reason] ?? "",
    };
    this.first.push(refusal);
    this.tell(refusal);
  }
}

/** Most packets of an APID that are named one by one: the name is a label. */
const mostNamed = 3;

/** Name of what has one APID: of its layouts, those that extend no other. */
function nameOf(packets: readonly Packet[]): string {
  const [first, ...others] = packets.filter(({ base }) => base === undefined).map(({ name }) => name);
  if (first === undefined) return "";
  return others.length < mostNamed ? [first, ...others].join(" or ") : `${first} or ${others.length} others`;
}

function headerApid(datagram: Buffer, at: number): number | null {
  return datagram.length - at >= 2 ? readApid(datagram, at) : null;
}

/** APID where the header is whole and of a known version. */
function trustedApid(reason: DecodeErrorReason, datagram: Buffer, at: number): number | null {
  const isWhole = datagram.length - at >= primaryHeaderBytes;
  return isWhole && reason !== "version" ? readApid(datagram, at) : null;
}
