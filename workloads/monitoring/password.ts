/** Password of Grafana's administrator. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { monitoringNames } from "./names";

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
