/** Kinds of settings about an identity provider (OpenID Connect): the cluster's and the pages'. */
import type { z } from "zod";
import { accepted, matching } from "./kinds";
import { type Reason, urlProblem } from "./url";

/** Name of a claim of tokens, or of a scope. */
export const claim: z.ZodString = matching(
  /^[\w:./-]{1,128}$/,
  "the name of a claim: letters, digits and _ : . / -",
);

/** Name of a client at the provider. */
export const clientId: z.ZodString = matching(
  /^[\x21-\x7e]{1,256}$/,
  "1 to 256 printable characters without a space",
);

/** URL of the provider, as it stands in its tokens. */
export const issuer: z.ZodString = accepted(
  issuerProblem,
  "the URL of an identity provider, exactly as its tokens say it",
);

function issuerProblem(text: string): Reason {
  if (!text.startsWith("https://")) {
    return "it begins with https://: tokens are verified by keys that it serves";
  }
  return urlProblem(text, { userInfo: false, base: false }) ?? (/[?#]/.test(text) ? "no ? or #" : undefined);
}
