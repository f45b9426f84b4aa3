/** Binary coded decimals: four bits a digit. */

/** Number of BCD digits; NaN where one is above 9. */
export function fromBcd(raw: number): number {
  let value = 0;
  let weight = 1;
  for (let rest = raw; rest > 0; rest = Math.floor(rest / 16)) {
    const digit = rest % 16;
    if (digit > 9) return NaN;
    value += digit * weight;
    weight *= 10;
  }
  return value;
}

/** BCD digits of a whole number of up to 13 digits. */
export const toBcd = (value: number): number => Number.parseInt(String(value), 16);
