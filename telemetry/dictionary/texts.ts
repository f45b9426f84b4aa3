/** Zod schemas of names, texts and numbers in a dictionary file. */
import * as z from "zod";

/** Message of a schema for values of another type alone: what its further checks refuse has another one. */
const ofType = (message?: string): { error: (issue: z.core.$ZodRawIssue) => string | undefined } => ({
  error: ({ code }) => (code === "invalid_type" ? message : undefined),
});

export const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "must be lower case letters, digits and underscores, a letter first")
  .max(64);

export const stateName = z
  .string(ofType("a state needs a name; an enumeration without a value cannot be shown"))
  .regex(/^[A-Z][A-Z0-9_]*$/, "must be upper case letters, digits and underscores, a letter first")
  .max(64);

/**
 * Text in the encoding of all that is made from it: PromQL takes U+FFFD for a byte that it cannot read. One that is too long
 * is not looked at further.
 */
const utf8 = (most: number, message?: string): z.ZodString =>
  z
    .string(ofType(message))
    .max(most, { abort: true })
    .regex(/^[^\uFFFD]*$/, "is not UTF-8 where U+FFFD stands: save the file as UTF-8");

/** Text for people. Control characters and half characters have no place in any of the documents made from it. */
export const prose = (most: number): z.ZodString =>
  utf8(most).regex(
    /^(?:[^\p{Cc}\p{Cs}\uFEFF\uFFFE\uFFFF]|[\n\t])*$/u,
    "must be text without control characters",
  );

/** Text of one line. */
export const oneLine = (most: number, message?: string): z.ZodString =>
  utf8(most, message)
    .min(1)
    .regex(/^[^\p{Cc}\p{Cs}\uFEFF\uFFFE\uFFFF]*$/u, "must be one line without control characters");

/** Neither infinity nor NaN is one. */
export const finite = z.number();
