/** Zod schemas of calibrations: curves from the raw number to the unit, and contexts that choose between them. */
import * as z from "zod";
import { whenSchema } from "./contextSchema";
import { mostCharacters } from "./formula/expression";
import { finite, oneLine } from "./texts";

/** An expression of numbers, see formula/. */
export const formulaSchema = oneLine(mostCharacters, "must be a formula in quotes");

/** A curve from the raw number to `unit`. */
const curveSchema = z.strictObject({
  polynomial: z.array(finite).min(1).max(8).optional(),
  table: z
    .array(z.tuple([finite, finite]))
    .min(2)
    .max(256)
    .optional(),
  /** `x` is the raw number. */
  formula: formulaSchema.optional(),
});

const curvesOf = ({ polynomial, table, formula: text }: z.infer<typeof curveSchema>): number =>
  [polynomial, table, text].filter((each) => each !== undefined).length;
const oneCurve =
  "give one of polynomial: [c0, c1, ...] (up to 8), table: [[raw, value], ...] (2 to 256 points), or formula: a text with x for the raw value";

export const calibrationSchema = curveSchema
  .extend({
    /** Curves while other parameters have some values: the first whose `when` holds, else the one beside them. */
    contexts: z
      .array(curveSchema.extend({ when: whenSchema }).refine((each) => curvesOf(each) === 1, oneCurve))
      .min(1)
      .max(32)
      .optional(),
  })
  .refine((each) => curvesOf(each) === 1 || (curvesOf(each) === 0 && each.contexts !== undefined), oneCurve);

export type CurveSource = z.infer<typeof curveSchema>;
