/** Names of generated objects: valid in Kubernetes and in Grafana, different for different identifiers. */
import { createHash } from "node:crypto";

/**
 * Name made from an identifier of the dictionary, with `-` for `_`: letters, digits and `-`, at most `most` of them.
 *
 * An identifier has no `-`, so the replacement alone never makes two names meet. A name that is too long or would be
 * invalid is cut and ends in `--` and a hash of the whole. `--` stands in no other name than these and those of parts.
 * @param part of an object that is too big for one: at most 8 digits, fewer than the hash has
 * @example objectName("perigee-subsystem-", "reaction_wheels", 40) is perigee-subsystem-reaction-wheels
 */
export function objectName(prefix: string, identifier: string, most: number, part = ""): string {
  const end = part === "" ? "" : `--${part}`;
  const plain = prefix + identifier.replaceAll("_", "-");
  const isValid = plain.length + end.length <= most && !plain.includes("--") && !plain.endsWith("-");
  if (isValid) return plain + end;
  const hash = createHash("sha256").update(plain).digest("hex").slice(0, 10);
  const kept = most - end.length - hash.length - 2;
  return `${plain.slice(0, kept).replaceAll(/-+/g, "-").replace(/-$/, "")}--${hash}${end}`;
}
