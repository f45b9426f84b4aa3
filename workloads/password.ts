/** Passwords that stack 2 makes where the settings have none. */
import * as pulumi from "@pulumi/pulumi";
import { keptRandom } from "../contract/keptSecret";

/** Secret: password from the settings, or 24 random bytes, generated once and kept as a secret in the state. */
export function passwordOf(
  name: string,
  given: string | undefined,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  if (given !== undefined) return pulumi.secret(given);
  return keptRandom(name, { bytes: 24, encoding: "base64url" }, opts);
}
