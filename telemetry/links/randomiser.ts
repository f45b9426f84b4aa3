/** Pseudo-randomiser of frames, CCSDS 131.0-B-4, 10: the sequence of x^8 + x^7 + x^5 + x^3 + 1 that starts with ones. */

/** The sequence is as long as 255 bits, so its bytes come again after 255 bytes. */
const period = 255;

const sequence = pseudoRandomBytes();

function pseudoRandomBytes(): Buffer {
  const bytes = Buffer.alloc(period);
  let register = 0xff;
  for (let i = 0; i < period * 8; i++) {
    const bit = register >>> 7;
    bytes[i >>> 3] = ((bytes[i >>> 3] ?? 0) << 1) | bit;
    const feedback = (register >>> 7) ^ (register >>> 4) ^ (register >>> 2) ^ register;
    register = ((register << 1) & 0xff) | (feedback & 1);
  }
  return bytes;
}

/** Writes `from`, what follows a sync marker, into `into` with the sequence added: once to randomise, twice for nothing. */
export function randomise(from: Uint8Array, into: Uint8Array): void {
  for (let i = 0; i < from.length; i++) into[i] = (from[i] ?? 0) ^ (sequence[i % period] ?? 0);
}
