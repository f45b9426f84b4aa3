/** Keys that are in a map of a YAML text more than once. */
import { type Document, isScalar, type Scalar, visit } from "yaml";

/**
 * Second and further ones of each, also in another spelling: 1, 01, 0x1 and "1". For documents that are parsed with
 * `uniqueKeys: false`: the library itself compares each key with all before it, and takes 01 and 1 for two keys.
 */
export function repeatedKeys(document: Document): Scalar[] {
  const repeated: Scalar[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const written = String(key.value);
        const canonical = /^-?\d+$/.test(written) ? String(Number(written)) : written;
        if (seen.has(canonical)) repeated.push(key);
        seen.add(canonical);
      }
    },
  });
  return repeated;
}
