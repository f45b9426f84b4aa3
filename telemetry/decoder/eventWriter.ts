/** Events in packets that are made here: the counterpart of events.ts, for the simulator and tests. */
import type { EventSeverity, Packet, PacketEvent, Parameter } from "../dictionary";
import { uncalibrate } from "./calibrate";
import type { PacketLayout } from "./packetLayout";
import { writeRaw } from "./rawField";
import { isText } from "./text";
import { writeBits } from "./unsigned";

export interface WrittenEvent {
  readonly severity: EventSeverity;
  readonly id: number;
  readonly source: string;
  readonly message: string;
}

/** True where an event can have the severity: it always has it, or a number of its field means it. */
export function canSay({ severity }: PacketEvent, wanted: EventSeverity): boolean {
  if (typeof severity === "string") return severity === wanted;
  return severity.levels.some((level) => level.severity === wanted);
}

/** Writes an event into the fields of the first one that the packet has; what does not fit is cut. */
export function writeEvent(
  packet: Buffer,
  layout: PacketLayout,
  starts: Int32Array,
  event: WrittenEvent,
): void {
  const [of]: Packet["events"] = layout.packet.events;
  if (!of) return;
  const at = (field: Parameter): number => layout.userDataAt + (starts[field.segment] ?? 0);
  const write = (field: Parameter | undefined, value: number | string): void => {
    if (!field) return;
    if (isText(field)) writeText(packet, at(field), field, String(value));
    else if (typeof value === "number") writeRaw(packet, at(field), field, uncalibrate(value, field));
  };
  const { severity } = of;
  if (typeof severity === "object") {
    const level = severity.levels.find((each) => each.severity === event.severity);
    if (level) writeRaw(packet, at(severity.field), severity.field, level.from);
  }
  write(of.id, event.id);
  write(of.source, event.source);
  write(of.message, event.message);
}

/** Writes a text and fills its field with NUL; a character that does not fit whole is left out. */
function writeText(packet: Buffer, at: number, field: Parameter, text: string): void {
  const size = field.bitSize / 8;
  const room = Buffer.alloc(size);
  room.write(text, field.encoding === "latin-1" ? "latin1" : "utf8");
  for (const [i, byte] of room.entries()) writeBits(packet, at * 8 + field.bitOffset + 8 * i, 8, byte);
}
