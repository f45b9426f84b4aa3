/**
 * Conversion of space packets (CCSDS 133.0-B-2) to values and back, by the dictionary. Pure functions on buffers; the
 * state between packets is in the SequenceTracker and, for values, in the exporter.
 */
export {
  type DecodeErrorReason,
  decodeErrorReasons,
  decodeParameters,
  Decoder,
  type PacketSink,
} from "./decoder";
export { encodePacket } from "./encoder";
export { type PacketLayout, packetLayouts } from "./packetLayout";
export {
  idleApid,
  primaryHeaderBytes,
  readApid,
  readDataBytes,
  readSequenceCount,
  readSequenceFlags,
  sequenceModulus,
  unsegmented,
} from "./primaryHeader";
export { readRaw } from "./rawField";
export { SequenceTracker } from "./sequence";
