import fc from "fast-check";

/** A space packet with a header of these fields and random-looking data. */
export function spacePacket({
  apid,
  count = 0,
  flags = 3,
  dataBytes,
  fill = 0xa5,
  type = 0,
}: {
  apid: number;
  count?: number;
  flags?: number;
  dataBytes: number;
  fill?: number;
  type?: number;
}): Buffer {
  const packet = Buffer.alloc(6 + dataBytes, fill);
  packet.writeUInt16BE((type << 12) | apid, 0);
  packet.writeUInt16BE((flags << 14) | count, 2);
  packet.writeUInt16BE(dataBytes - 1, 4);
  return packet;
}

/** Pushes the stream into a reader in pieces of these sizes, again and again, and ends it. */
export function pushInPieces(
  reader: { push(bytes: Buffer): void; end(): void },
  stream: Buffer,
  sizes: readonly number[],
): void {
  for (let at = 0, i = 0; at < stream.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    // A copy that is overwritten afterwards, as the system's buffers are.
    const piece = Buffer.from(stream.subarray(at, at + size));
    reader.push(piece);
    piece.fill(0xee);
    at += size;
  }
  reader.end();
}

export const pieceSizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 });
export const garbage = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 60 }),
    // What looks like headers: few different bytes.
    fc.array(fc.constantFrom(0, 1, 8, 10, 0xc0, 0xff, 0x1a, 0xcf), { minLength: 1, maxLength: 40 }),
  )
  .map((bytes) => Buffer.from(bytes));
