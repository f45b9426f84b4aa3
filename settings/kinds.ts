/** Kinds of values shared by several settings, each with a message that lists the allowed values. */
import { z } from "zod";

/** A whole number within bounds. */
export function whole(least: number, most: number): z.ZodNumber {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** A number above 0. */
export function positive(most: number): z.ZodNumber {
  const error = `a number above 0, at most ${most}`;
  return z.number({ error }).positive({ error }).max(most, { error });
}

/** Text that matches `form`, which `error` describes. */
export function matching(form: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(form, { error });
}

/** A container image with its registry: a name alone is resolved differently on different machines. */
export const image = matching(
  /^[a-z0-9.-]+(:\d+)?\/[\w./-]+(:[\w.-]+|@sha256:[0-9a-f]{64})$/,
  "an image with its registry and tag or digest, such as docker.io/library/node:24-slim",
);

/** An http(s) URL. */
export const url = matching(/^https?:\/\/[^\s/]+\S*$/, "an http(s) URL");

/** One of a list of words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  return z.enum(words, { error: `one of: ${words.join(", ")}` });
}
