/** Orders of the bits of a field that are neither those of a big- nor of a little-endian number. */
import type { ParameterSource } from "./parameterSchema";

type Ordered = Pick<ParameterSource, "byteOrder" | "bitOrder">;

/** Significance of each byte in the order in which they are sent: 0 is the least. */
function significances(byteOrder: Ordered["byteOrder"], bytes: number): readonly number[] {
  if (typeof byteOrder === "object") return byteOrder;
  const rising = Array.from({ length: bytes }, (_, i) => i);
  return byteOrder === "little" ? rising : rising.reverse();
}

/**
 * Places of a field's bits from its first bit on, the most significant bit first; undefined: byteOrder alone says it.
 * @param bits size of the field, for which `orderProblem` found nothing
 */
export function bitPlaces({ byteOrder, bitOrder }: Ordered, bits: number): readonly number[] | undefined {
  if (typeof byteOrder !== "object" && bitOrder === "msb-first") return undefined;
  // Without whole bytes all bits are reversed.
  if (bits % 8 !== 0) return Array.from({ length: bits }, (_, i) => bits - 1 - i);
  const sent = significances(byteOrder, bits / 8);
  return Array.from({ length: bits }, (_, i) => {
    const inByte = bitOrder === "lsb-first" ? 7 - (i % 8) : i % 8;
    return sent.indexOf(bits / 8 - 1 - Math.floor(i / 8)) * 8 + inByte;
  });
}

/** Why a field cannot have its order, with the key that is wrong. */
export function orderProblem(
  { byteOrder, bitOrder, type }: Ordered & Pick<ParameterSource, "type">,
  bits: number,
): [key: "byteOrder" | "bitOrder", message: string] | undefined {
  const isText = type === "string" || type === "binary";
  if (typeof byteOrder === "object") {
    const bytes = bits / 8;
    const isWhole = !isText && byteOrder.length === bytes && new Set(byteOrder).size === bytes;
    if (!isWhole || byteOrder.some((each) => each >= bytes)) {
      return ["byteOrder", "as a list has each byte of a number once, by its significance: 0 is the least"];
    }
  }
  if (bitOrder === "msb-first") return undefined;
  if (isText) return ["bitOrder", `${type} has bytes, not a number's bits`];
  return bits > 8 && bits % 8 !== 0 && byteOrder !== "little"
    ? ["bitOrder", "of more than a byte, and not whole bytes, needs byteOrder: little: all bits are reversed"]
    : undefined;
}
