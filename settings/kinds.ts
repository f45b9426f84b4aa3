/** Kinds of values shared by several settings, each with a message that lists the allowed values. */
import { z } from "zod";
import { hostProblem, imageProblem, type Reason, urlProblem } from "./url";

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

/** A switch. */
export const trueOrFalse = z.boolean({ error: "true or false" });

/** A password that somebody chooses. */
export const newPassword = z.string().min(12, { error: "at least 12 characters" });

/** Text that matches `form`, which `error` describes. */
export function matching(form: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(form, { error });
}

/** Text for which `reasonOf` gives no reason against it; `error` describes what is allowed. */
export function accepted(reasonOf: (text: string) => Reason, error: string): z.ZodString {
  return z.string({ error }).superRefine((text, context) => {
    const reason = reasonOf(text);
    if (reason !== undefined) {
      context.addIssue({ code: "custom", message: `${error}; ${reason}`, input: text });
    }
  });
}

/** A container image with its registry: a name alone is resolved differently on different machines. */
export const image = accepted(
  imageProblem,
  "an image with its registry and tag or digest, such as docker.io/library/node:24-slim",
);

/** An http(s) URL that is kept secret, perhaps with a user and password. */
export const secretUrl = accepted(
  (text) => urlProblem(text, { userInfo: true, base: false }),
  "an http(s) URL",
);

/** An http(s) URL. */
export const url = accepted((text) => urlProblem(text, { userInfo: false, base: false }), "an http(s) URL");

/** An http(s) URL that a path is appended to. */
export const baseUrl = accepted(
  (text) => urlProblem(text, { userInfo: false, base: true }),
  "an http(s) URL without a closing slash",
);

/** A server's address, `host:port`. */
export const hostPort = accepted(
  (text) => hostProblem(text, "port"),
  "host:port, such as smtp.example.org:587",
);

/** One of a list of words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  return z.enum(words, { error: `one of: ${words.join(", ")}` });
}
