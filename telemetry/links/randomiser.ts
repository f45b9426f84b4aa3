/** The pseudo-randomiser (CCSDS 131.0-B-4, 10.4): x^8 + x^7 + x^5 + x^3 + 1, all ones at each frame's first bit. */

/** The sequence repeats after 255 bits, and so after 255 bytes. */
const sequence = ((): Uint8Array => {
  const bytes = new Uint8Array(255);
  let register = 0xff;
  for (let bit = 0; bit < 255 * 8; bit++) {
    const out = register & 1;
    bytes[bit >>> 3] = ((bytes[bit >>> 3] ?? 0) << 1) | out;
    const next = out ^ ((register >>> 3) & 1) ^ ((register >>> 5) & 1) ^ ((register >>> 7) & 1);
    register = (register >>> 1) | (next << 7);
  }
  return bytes;
})();

/** The bytes combined with the sequence: randomised, or back again. */
export function randomised(bytes: Uint8Array): Buffer {
  const result = Buffer.allocUnsafe(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = (bytes[i] ?? 0) ^ (sequence[i % 255] ?? 0);
  return result;
}
