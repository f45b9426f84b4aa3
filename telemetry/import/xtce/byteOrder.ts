/** Orders of bytes and bits in XTCE. */
import type { ForeignField } from "../definition";
import { child, childrenOf, type Element, numberOf } from "../xml";

/**
 * What `bitOrder` of XTCE is taken for where the least significant bit comes first, which the standard does not say: bits
 * of each byte, or of the whole field, in reverse order; or nothing, as Yamcs does.
 */
export const bitOrders = ["byte", "field", "ignored"] as const;
export type BitOrder = (typeof bitOrders)[number];

/** Order of bytes, also as a list: an element of its own in XTCE 1.1, `0,1,2,3` in 1.2. A single byte has none. */
export function byteOrder(
  element: Element,
  bits: number,
): Pick<ForeignField, "isLittle" | "byteOrder"> | { readonly why: string } {
  const named = (element.attributes.byteOrder ?? "mostSignificantByteFirst").trim();
  const isList = /^\d+(?:\s*,\s*\d+)*$/.test(named);
  const elements = childrenOf(child(element, "ByteOrderList"), "Byte");
  const list =
    elements.length > 1
      ? elements.map((each) => numberOf(each, "byteSignificance") ?? 0)
      : isList
        ? named.split(",").map(Number)
        : [];
  if (bits <= 8) return { isLittle: false };
  if (list.length > 0 && list.length !== Math.ceil(bits / 8)) {
    return { why: `its byte order has ${list.length} bytes, it has ${Math.ceil(bits / 8)}` };
  }
  const isRising = list.every((each, i) => i === 0 || each > (list[i - 1] ?? 0));
  const isFalling = list.every((each, i) => i === 0 || each < (list[i - 1] ?? 0));
  if (list.length > 0 ? isFalling : named === "mostSignificantByteFirst") return { isLittle: false };
  if (bits % 8 !== 0) return { why: "little-endian bits that are not whole bytes" };
  if (list.length > 0 ? isRising : named === "leastSignificantByteFirst") return { isLittle: true };
  const isOrder = list.length > 1 && list.toSorted((a, b) => a - b).every((each, i) => each === i);
  return isOrder ? { byteOrder: list } : { why: `its byte order ${list.join(",") || named}` };
}
