/** Floating-point formats as bit patterns: IEEE 754 in 16, 32 and 64 bits, and MIL-STD-1750A in 32 and 48 bits. */

/** One buffer seen as floats and as words; floats of any alignment go through it. */
const scratch = new DataView(new ArrayBuffer(8));

export function float32Of(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

export function float32Bits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

export function float64Of(high: number, low: number): number {
  scratch.setUint32(0, high);
  scratch.setUint32(4, low);
  return scratch.getFloat64(0);
}

export function float64Bits(value: number): { high: number; low: number } {
  scratch.setFloat64(0, value);
  return { high: scratch.getUint32(0), low: scratch.getUint32(4) };
}

/** IEEE 754 binary16: sign 1 | exponent 5 (bias 15) | fraction 10. */
export function float16Of(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Bits of the nearest binary16, ties to even; infinity above 65,504. */
export function float16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65_520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | tiesToEven(size * 2 ** 24);
  const exponent = exponentOf(size);
  // A fraction that rounds up to 1024 carries into the exponent, which is what it means.
  return sign | (((exponent + 15) << 10) + tiesToEven(size * 2 ** (10 - exponent)) - 1024);
}

function tiesToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Greatest power of two that is not above a positive number. The logarithm may be off by one. */
function exponentOf(size: number): number {
  const guess = Math.floor(Math.log2(size));
  return 2 ** guess > size ? guess - 1 : 2 ** (guess + 1) <= size ? guess + 1 : guess;
}

/**
 * MIL-STD-1750A: mantissa 24 | exponent 8, both in two's complement, the mantissa from -1 to 1; in 48 bits, 16 more
 * bits of the mantissa follow the exponent.
 */
export function milOf(high: number, low: number, isExtended: boolean): number {
  const mantissa = high >> 8;
  const exponent = (high << 24) >> 24;
  return isExtended ? (mantissa * 65_536 + low) * 2 ** (exponent - 39) : mantissa * 2 ** (exponent - 23);
}

/** Bits of the nearest number of MIL-STD-1750A, held at the ends of its range. */
export function milBits(value: number, isExtended: boolean): { high: number; low: number } {
  const digits = isExtended ? 39 : 23;
  const pack = (mantissa: number, exponent: number): { high: number; low: number } => {
    const top = isExtended ? Math.floor(mantissa / 65_536) : mantissa;
    return { high: ((top << 8) | (exponent & 0xff)) >>> 0, low: isExtended ? mantissa - top * 65_536 : 0 };
  };
  if (!(Math.abs(value) >= 2 ** (-129 - digits))) return pack(0, 0);
  let exponent = Math.max(-128, exponentOf(Math.abs(value)) + 1);
  let mantissa = Math.round(value * 2 ** (digits - exponent));
  if (mantissa === 2 ** digits) {
    mantissa /= 2;
    exponent++;
  }
  if (exponent <= 127) return pack(mantissa, exponent);
  return pack(value > 0 ? 2 ** digits - 1 : -(2 ** digits), 127);
}
