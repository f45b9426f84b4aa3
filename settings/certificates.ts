/** Kind of a setting that has certificates. */
import { X509Certificate } from "node:crypto";
import type { z } from "zod";
import { accepted } from "./kinds";
import type { Reason } from "./url";

/** Characters of a setting, which goes into a ConfigMap or a Secret: some 40 certificates. */
const mostCharacters = 64 * 1024;

/** Certificates of authorities, in PEM. */
export const certificates: z.ZodString = accepted(certificateProblem, "certificates in PEM");

function certificateProblem(text: string): Reason {
  if (text.length > mostCharacters) {
    return `it has ${text.length} characters, at most ${mostCharacters} are taken`;
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return "it has no -----BEGIN CERTIFICATE-----";
  if (text.includes("PRIVATE KEY")) return "a private key is in it, which nobody needs to verify anything";
  return blocks.every(isCertificate) ? undefined : "one of its certificates cannot be read";
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).subject !== "";
  } catch {
    return false;
  }
}
