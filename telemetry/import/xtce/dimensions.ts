/** Dimensions of arrays of XTCE. */
import type { CountField } from "../definition";
import { child, descend, type Element, numberIn, numberOf } from "../xml";
import { countFieldOf } from "./encodings";

/** Number of elements of all dimensions. */
export const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/** Number of elements: fixed, or the parameter that says it. */
export function dimensionOf(dimension: Element): number | CountField | undefined {
  const start = numberIn(descend(dimension, "StartingIndex", "FixedValue")?.text ?? "0");
  const end = numberIn(descend(dimension, "EndingIndex", "FixedValue")?.text ?? "");
  if (start !== undefined && end !== undefined) return end - start + 1;
  const dynamic = descend(dimension, "EndingIndex", "DynamicValue");
  const by = countFieldOf(dynamic);
  const adjustment = child(dynamic, "LinearAdjustment");
  const isCount =
    (numberOf(adjustment, "slope") ?? 1) === 1 && (numberOf(adjustment, "intercept") ?? 0) === -1;
  return by && start === 0 && isCount ? by : undefined;
}
