/** Password of Grafana's administrator. */
import * as command from "@pulumi/command";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { monitoringNames } from "./names";

/** Secret: password from the settings, or 24 random bytes, generated once and kept as a secret in the state. */
export function adminPassword(
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

/** Secret that Grafana reads, so that no Helm value contains the password. */
export function adminSecret(
  name: string,
  password: pulumi.Input<string>,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Secret {
  const { adminSecret: secret } = monitoringNames;
  return new kubernetes.core.v1.Secret(
    name,
    {
      metadata: owned({ name: secret.name, namespace }),
      stringData: { [secret.userKey]: "admin", [secret.passwordKey]: pulumi.secret(password) },
    },
    opts,
  );
}
