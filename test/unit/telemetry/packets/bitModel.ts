/** Fields read bit by bit with exact integers: a slow and simple model, which shares nothing with the decoder. */

/** Bits of a field, the most significant first. @param isLittle bits of each byte counted from its other end */
export function bitsAt(bytes: Uint8Array, offset: number, size: number, isLittle: boolean): boolean[] {
  const bits = Array.from({ length: size }, (_, i) => {
    const bit = offset + i;
    const byte = bytes[Math.floor(bit / 8)] ?? 0;
    return ((byte >> (isLittle ? bit % 8 : 7 - (bit % 8))) & 1) === 1;
  });
  return isLittle ? bits.reverse() : bits;
}

const unsigned = (bits: readonly boolean[]): bigint =>
  bits.reduce((value, bit) => value * 2n + (bit ? 1n : 0n), 0n);

/** Exact integer of a field by its encoding; undefined where a digit is none. */
export function integerAt(bits: readonly boolean[], encoding: string): bigint | undefined {
  const [isNegative = false, ...rest] = bits;
  switch (encoding) {
    case "twos-complement":
      return unsigned(rest) - (isNegative ? 2n ** BigInt(rest.length) : 0n);
    case "ones-complement":
      return isNegative ? -unsigned(rest.map((bit) => !bit)) : unsigned(rest);
    case "sign-magnitude":
      return isNegative ? -unsigned(rest) : unsigned(rest);
    case "bcd": {
      const digits = Array.from({ length: bits.length / 4 }, (_, i) =>
        unsigned(bits.slice(4 * i, 4 * i + 4)),
      );
      return digits.some((digit) => digit > 9n)
        ? undefined
        : digits.reduce((value, digit) => value * 10n + digit, 0n);
    }
    default:
      return unsigned(bits);
  }
}

/** Value of a float, from its sign, exponent and fraction by the definition of each format. */
export function floatAt(bits: readonly boolean[], encoding: string): number {
  if (encoding === "mil-std-1750a") {
    const mantissa = [...bits.slice(0, 24), ...bits.slice(32)];
    const fraction = Number(integerAt(mantissa, "twos-complement")) / 2 ** (mantissa.length - 1);
    return fraction * 2 ** Number(integerAt(bits.slice(24, 32), "twos-complement"));
  }
  const exponentBits = { 16: 5, 32: 8, 64: 11 }[bits.length] ?? 0;
  const fractionBits = bits.length - 1 - exponentBits;
  const sign = bits[0] === true ? -1 : 1;
  const exponent = Number(unsigned(bits.slice(1, 1 + exponentBits)));
  const fraction = Number(unsigned(bits.slice(1 + exponentBits))) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 * bias + 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}
