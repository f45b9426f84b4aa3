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
  /** The check at the packet's end does not fit its bytes. */
  "checksum",
  /** A packet of a known APID that fits none of its layouts. */
  "layout",
  /** A packet longer or shorter than in the dictionary. */
  "length",
  /** Another secondary header than in the dictionary, or no time in it. */
  "secondary_header",
  /** A number that is NaN or infinite, or no number of its encoding: the parameter has no value. */
  "not_finite",
  /** A number that is not a state of the enumeration: the parameter has no value. */
  "unknown_state",
] as const;

export type DecodeErrorReason = (typeof decodeErrorReasons)[number];
