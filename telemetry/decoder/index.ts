/**
 * Conversion of space packets (CCSDS 133.0-B-2) to values and back, by the dictionary. Pure functions on buffers; the
 * state between packets is in the SequenceTracker and, for values, in the exporter.
 */
export { crc16 } from "./checksum";
export { decodeParameters, Decoder, type PacketSink } from "./decoder";
export { DerivedValue, type IsKnown } from "./derivedValue";
export { encodePacket } from "./encoder";
export { type DecodeErrorReason, decodeErrorReasons } from "./errorReason";
export { eventReaders, type OnboardEvent } from "./events";
export { canSay, type WrittenEvent } from "./eventWriter";
export { leapSecondsKnownUntil } from "./leapSeconds";
export { type PacketLayout, packetLayouts } from "./packetLayout";
export {
  idleApid,
  longestPacketBytes,
  primaryHeaderBytes,
  readApid,
  readDataBytes,
  readIsTelecommand,
  readSequenceCount,
  readSequenceFlags,
  readVersion,
  sequenceModulus,
  unsegmented,
} from "./primaryHeader";
export type { OnValueError } from "./program";
export { fieldReader } from "./rawField";
export { type Arrival, type Era, SequenceTracker, sequenceTrackers } from "./sequence";
export { decodeText, isText } from "./text";
