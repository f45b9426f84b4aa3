/** Zod schema of `when` of a context: values that other parameters must have for other limits or another calibration. */
import * as z from "zod";
import { finite } from "./texts";

const range = z
  .strictObject({ from: finite.optional(), to: finite.optional() })
  .refine(({ from, to }) => (from ?? -Infinity) <= (to ?? Infinity), "from must not be above to");
const forms = {
  error: "must be a number, a state, a range { from, to }, a [list] of them, or { not: value }",
};
const valueOrRange = z.union([z.number(), z.string(), range], forms);
const values = z.union([valueOrRange, z.array(valueOrRange).min(1).max(64)], forms);
const contextValue = z.union([values, z.strictObject({ not: values })], forms);

export const whenSchema = z
  .record(z.string(), contextValue)
  .refine((when) => Object.keys(when).length > 0, "must name a parameter");

export type WhenSource = z.infer<typeof whenSchema>;
export type ContextValue = z.infer<typeof contextValue>;
