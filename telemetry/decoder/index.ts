/**
 * Space packets (CCSDS 133.0-B-2) to values and back, by the dictionary. Pure functions on buffers; what has to be
 * remembered between packets is the SequenceTracker's and, for values, the exporter's.
 */
export {
  Decoder,
  decodeErrorReasons,
  decodeParameters,
  type DecodeErrorReason,
  type PacketSink,
} from "./decoder";
export { encodePacket } from "./encoder";
export { packetLayouts, type PacketLayout } from "./packetLayout";
export { SequenceTracker, type Arrival } from "./sequence";
export {
  maxPacketBytes,
  primaryHeaderBytes,
  readApid,
  readDataBytes,
  sequenceModulus,
} from "./primaryHeader";
