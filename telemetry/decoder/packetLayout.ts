/** Layout of each kind of packet, compiled from the dictionary: conditions, time code, lengths and fields. */
import type { Condition, Dictionary, Packet, Parameter } from "../dictionary";
import { type ArrayDecoder, arrayDecoder } from "./arrays";
import { checksumBytes } from "./checksum";
import { ContextualField } from "./contextual";
import { DerivedValue } from "./derivedValue";
import { primaryHeaderBytes } from "./primaryHeader";
import { Program } from "./program";
import { fieldReader } from "./rawField";
import { bytesBehind, type SegmentPlacer, segmentPlacer } from "./segments";
import { isText } from "./text";
import { type TimeReader, timeReader } from "./timeCode";

/** Layout of one kind of packet, computed once for the decoder. */
export interface PacketLayout {
  /** Position in `Dictionary.packets`. */
  readonly index: number;
  readonly packet: Packet;
  /** Reader of the time; undefined: the packet has none. */
  readonly time: TimeReader | undefined;
  /** Offset in bytes from the start of the packet to the time. */
  readonly timeAt: number;
  /** Size in bytes of a whole packet that is made here. */
  readonly totalBytes: number;
  /** Least and greatest size of a whole packet. */
  readonly leastTotal: number;
  readonly mostTotal: number;
  /** Offset in bytes from the start of the packet to the data after the secondary header. */
  readonly userDataAt: number;
  /** Bytes behind the data. */
  readonly checksumBytes: number;
  /** Programs of the segments, and where each begins; one, at 0, where nothing varies that others follow. */
  readonly programs: readonly Program[];
  readonly starts: SegmentPlacer;
  readonly arrays: readonly ArrayDecoder[];
  /** Fields whose calibration other parameters choose, which are decoded behind those. */
  readonly contextual: readonly ContextualField[];
  /** Derived parameters of this packet's fields alone, and the slots of those that need others. */
  readonly derived: readonly DerivedValue[];
  readonly elsewhere: readonly number[];
  /** True when the packet has strings or binary fields. */
  readonly hasTexts: boolean;
  /** True when the packet has what chooses this layout. */
  readonly isMatch: (bytes: Uint8Array, at: number, total: number) => boolean;
  /** True when the packet says itself that it was played back by a recorder; undefined: its age tells. */
  readonly isMarkedStored: ((bytes: Uint8Array, at: number, total: number) => boolean) | undefined;
  /** Layouts that extend this one. */
  readonly extensions: readonly PacketLayout[];
}

export function packetLayouts(dictionary: Dictionary): PacketLayout[] {
  const layouts: (PacketLayout & { extensions: PacketLayout[] })[] = dictionary.packets.map((packet) =>
    layoutOf(packet, dictionary.derived),
  );
  for (const layout of layouts) {
    const { base } = layout.packet;
    if (base) layouts[base.index]?.extensions.push(layout);
  }
  return layouts;
}

function layoutOf(
  packet: Packet,
  ordered: readonly Parameter[],
): PacketLayout & { extensions: PacketLayout[] } {
  const userDataAt = primaryHeaderBytes + packet.secondaryHeader.bytes;
  const behind = checksumBytes(packet.checksum);
  const total = (bytes: number): number => userDataAt + bytes + behind;
  const fields = packet.parameters.filter(({ derived }) => !derived);
  const numbers = fields.filter((parameter) => !isText(parameter));
  const derived = ordered.filter((parameter) => packet.parameters.includes(parameter));
  return {
    index: packet.index,
    packet,
    time: packet.time && timeReader(packet.time.code),
    timeAt: primaryHeaderBytes + (packet.time?.at ?? 0),
    totalBytes: total(packet.userDataBytes),
    leastTotal: total(packet.leastBytes),
    mostTotal: total(packet.mostBytes),
    userDataAt,
    checksumBytes: behind,
    programs: programsOf(numbers.filter((each) => !each.array && !isContextual(each))),
    contextual: numbers.filter(isContextual).map((each) => new ContextualField(each)),
    starts: segmentPlacer(packet),
    arrays: numbers
      .filter(({ array }) => array)
      .map((each) => arrayDecoder(each, bytesBehind(packet, each.segment))),
    derived: derived.filter((each) => each.derived?.isLocal).map((each) => new DerivedValue(each)),
    elsewhere: derived.filter((each) => each.derived?.isLocal === false).map(({ index }) => index),
    hasTexts: numbers.length < fields.length,
    isMatch: matcher(packet.conditions, behind),
    isMarkedStored: storedMatcher(packet, behind),
    extensions: [],
  };
}

const isContextual = ({ calibration }: Parameter): boolean => calibration.kind === "context";

function storedMatcher({ stored }: Packet, behind: number): PacketLayout["isMarkedStored"] {
  switch (stored.by) {
    case "age":
      return undefined;
    case "kind":
      return () => stored.isStored;
    case "fields":
      return matcher(stored.conditions, behind);
  }
}

/** A program for each segment. */
function programsOf(parameters: readonly Parameter[]): Program[] {
  const segments = Math.max(0, ...new Set(parameters.map(({ segment }) => segment)));
  return Array.from(
    { length: segments + 1 },
    (_, i) => new Program(parameters.filter(({ segment }) => segment === i)),
  );
}

/** Function that checks all conditions. A field that is not wholly in the packet fulfils none. */
function matcher(
  conditions: readonly Condition[],
  behind: number,
): (bytes: Uint8Array, at: number, total: number) => boolean {
  const checks = conditions.map(({ field, bitOffset, ranges, isNot }) => {
    const read = fieldReader({ ...field, bitOffset });
    const end = primaryHeaderBytes + Math.ceil((bitOffset + field.bitSize) / 8) + behind;
    return (bytes: Uint8Array, at: number, total: number): boolean => {
      if (total < end) return false;
      const raw = read(bytes, at + primaryHeaderBytes);
      return ranges.some(({ from, to }) => from <= raw && raw <= to) !== isNot;
    };
  });
  return (bytes, at, total) => checks.every((check) => check(bytes, at, total));
}
