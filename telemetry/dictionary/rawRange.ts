/** Range of the raw numbers of an integer field. */
import type { Field } from "./dictionary";

/** Lowest and highest raw number of an integer field. */
export function rawRange({ type, encoding, bitSize }: Pick<Field, "type" | "encoding" | "bitSize">): {
  lowest: number;
  highest: number;
} {
  if (type === "boolean") return { lowest: 0, highest: 1 };
  if (encoding === "bcd") return { lowest: 0, highest: 10 ** (bitSize / 4) - 1 };
  const half = 2 ** (bitSize - 1);
  if (encoding === "twos-complement") return { lowest: -half, highest: half - 1 };
  if (encoding === "ones-complement" || encoding === "sign-magnitude") {
    return { lowest: 1 - half, highest: half - 1 };
  }
  return { lowest: 0, highest: 2 * half - 1 };
}
