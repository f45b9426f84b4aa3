/** Files that are often taken for files of packets, by their first bytes. */

/** First bytes in hexadecimal, what such a file is, and the way to its packets. */
const kinds: readonly (readonly [start: RegExp, what: string])[] = [
  [
    /^(?:d4c3b2a1|a1b2c3d4|4d3cb2a1|a1b23c4d|0a0d0d0a)/,
    "is a capture of a network (pcap): tshark -r FILE -Y 'udp.dstport == 10015' -T fields -e udp.payload | xxd -r -p > packets.bin takes the packets out of it",
  ],
  [/^1f8b/, "is compressed: gunzip it"],
  [/^504b0304/, "is a zip archive: unzip it"],
  [/^50524131/, "is of a packet archive: replay it, or decode --skip-bytes 20"],
  [
    /^1acffc1d/,
    "begins with the marker of transfer frames: send it to a source with framing=tm or aos, as nc HOST PORT < FILE does",
  ],
];

/**
 * What a file is, if it is none of packets; undefined: it may be one.
 * @param skipBytes bytes before each packet: with some, the first bytes are a record header's
 */
export function foreignKind(content: Buffer, skipBytes = 0): string | undefined {
  if (content.length === 0) return "is empty";
  const start = content.toString("hex", 0, 4);
  return skipBytes > 0 ? undefined : kinds.find(([pattern]) => pattern.test(start))?.[1];
}
