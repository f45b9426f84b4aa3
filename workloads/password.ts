/** Passwords that stack 2 makes where the settings have none. */
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** Secret: password from the settings, or 24 random bytes, generated once and kept as a secret in the state. */
export function passwordOf(
  name: string,
  given: string | undefined,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  if (given !== undefined) return pulumi.secret(given);
  const generated = new command.local.Command(
    name,
    {
      interpreter: ["node", "-e"],
      create: `process.stdout.write(require("node:crypto").randomBytes(24).toString("base64url"))`,
      logging: "none",
      addPreviousOutputInEnv: false,
    },
    {
      ...opts,
      additionalSecretOutputs: ["stdout"],
      // Running it again would change the password.
      ignoreChanges: ["create", "interpreter", "logging", "addPreviousOutputInEnv"],
    },
  );
  return pulumi.secret(generated.stdout);
}
