/** Zod schemas of names, texts and numbers in a dictionary file. */
import * as z from "zod";

export const identifier = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, "must be lower case letters, digits and underscores, a letter first")
  .max(64);

export const stateName = z
  .string({ error: "a state needs a name; an enumeration without a value cannot be shown" })
  .regex(/^[A-Z][A-Z0-9_]*$/, "must be upper case letters, digits and underscores, a letter first")
  .max(64);

/** Text in the encoding of all that is made from it: PromQL takes U+FFFD for a byte that it cannot read. */
const utf8 = (options?: { error: string }): z.ZodString =>
  z.string(options).regex(/^[^\uFFFD]*$/, "is not UTF-8 where U+FFFD stands: save the file as UTF-8");

/** Text for people. Control characters and half characters have no place in any of the documents made from it. */
export const prose = (most: number): z.ZodString =>
  utf8()
    .max(most)
    .regex(/^(?:[^\p{Cc}\p{Cs}\uFEFF\uFFFE\uFFFF]|[\n\t])*$/u, "must be text without control characters");

/** Text of one line. */
export const oneLine = (most: number, options?: { error: string }): z.ZodString =>
  utf8(options)
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}\uFEFF\uFFFE\uFFFF]*$/u, "must be one line without control characters");

export const finite = z.number({ error: "must be a number" });
