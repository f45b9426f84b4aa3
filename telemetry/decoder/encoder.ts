/** Encoder of one telemetry packet, the decoder's counterpart: for the simulator, tests and benches. */
import type { Parameter } from "../dictionary";
import { uncalibrate } from "./calibrate";
import { writeChecksum } from "./checksum";
import { curveIn } from "./contextual";
import { writeEvent, type WrittenEvent } from "./eventWriter";
import type { PacketLayout } from "./packetLayout";
import { primaryHeaderBytes, writePrimaryHeader } from "./primaryHeader";
import { writeRaw } from "./rawField";
import { isText } from "./text";

/**
 * Packet as sent by a spacecraft; `decodeParameters` returns the same values, to the resolution of the fields. It has
 * every optional field, and as many elements of a counted array as there can be; texts are empty.
 * @param values base units by `parameter.index`, elements of arrays from their slots on; held at the ends of each field
 * @param onboardTime seconds since 1970
 * @param event what the packet says that happened, where it is an event
 */
export function encodePacket(
  layout: PacketLayout,
  sequenceCount: number,
  onboardTime: number,
  values: Float64Array,
  event?: WrittenEvent,
): Buffer {
  const { packet: kind, userDataAt } = layout;
  const packet = Buffer.alloc(layout.totalBytes);
  const { flag, pusVersion } = kind.secondaryHeader;
  writePrimaryHeader(packet, 0, {
    apid: kind.apid,
    sequenceCount,
    dataBytes: layout.totalBytes - primaryHeaderBytes,
    hasSecondaryHeader: flag !== "clear",
  });
  if (pusVersion !== undefined) packet[primaryHeaderBytes] = pusVersion << 4;
  layout.time?.write(packet, layout.timeAt, onboardTime);
  const starts = writeLengths(packet, layout);
  for (const parameter of kind.parameters) {
    const base = userDataAt + (starts[parameter.segment] ?? 0);
    if (parameter.derived) continue;
    if (parameter.array) writeArray(packet, base, parameter, values);
    else if (!isText(parameter) && !parameter.overlaps) {
      const curve = curveIn(parameter, (other) => values[other.index] ?? NaN);
      const calibrated = { ...parameter, calibration: curve ?? { kind: "none" as const } };
      writeRaw(packet, base, parameter, uncalibrate(values[parameter.index] ?? 0, calibrated));
    }
  }
  writeLengths(packet, layout);
  if (event) writeEvent(packet, layout, starts, event);
  writeConditions(packet, layout);
  writeChecksum(kind.checksum, packet);
  return packet;
}

/** Writes the greatest lengths into the fields that say them. @returns where the segments begin with these */
function writeLengths(packet: Buffer, layout: PacketLayout): Int32Array {
  const { userDataAt, packet: kind, checksumBytes: behind } = layout;
  const there = packet.length - userDataAt - behind;
  const ofHidden = kind.varying.filter(({ field }) => kind.hidden.includes(field));
  const lengths = [
    ...ofHidden.map(({ field, elementBytes, length }) => ({ length, most: field.bits / (8 * elementBytes) })),
    ...kind.parameters.map(({ array, textLength, bitSize }) => ({
      length: typeof array?.count === "object" ? { field: array.count, times: 1, plus: 0 } : textLength,
      most: array?.most ?? bitSize / 8,
    })),
  ].flatMap(({ length, most }) => (length === undefined || length === "rest" ? [] : [{ length, most }]));
  // Those of segments further behind are only at their places when the ones before are written.
  for (const { length, most } of lengths.sort((a, b) => a.length.field.segment - b.length.field.segment)) {
    const start = layout.starts(packet, userDataAt, there)[length.field.segment] ?? 0;
    writeRaw(packet, userDataAt + start, length.field, Math.floor((most - length.plus) / length.times));
  }
  return layout.starts(packet, userDataAt, there);
}

function writeArray(packet: Buffer, at: number, parameter: Parameter, values: Float64Array): void {
  const { array, bitOffset } = parameter;
  if (!array) return;
  for (let i = 0; i < array.most; i++) {
    const place = { ...parameter, bitOffset: bitOffset + i * array.stride };
    writeRaw(packet, at, place, uncalibrate(values[array.slot + i] ?? 0, parameter));
  }
}

/** Writes the fields that choose this layout, and those of its bases. */
function writeConditions(packet: Buffer, { packet: kind }: PacketLayout): void {
  for (let each: typeof kind.base = kind; each; each = each.base) {
    for (const { field, bitOffset, ranges, isNot } of each.conditions) {
      const value = isNot ? numberOutside(ranges) : numberIn(ranges[0] ?? { from: 0, to: 0 });
      writeRaw(packet, primaryHeaderBytes, { ...field, bitOffset }, value);
    }
  }
}

const numberIn = ({ from, to }: { from: number; to: number }): number =>
  Number.isFinite(from) ? from : Math.min(to, 0);

function numberOutside(ranges: readonly { from: number; to: number }[]): number {
  let value = 0;
  while (ranges.some(({ from, to }) => from <= value && value <= to)) value++;
  return value;
}
