/** Logins at the store and at its page: a Secret each, and how pods have it. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { passwordOf } from "../password";
import { loggingNames } from "./names";

const folder = "/etc/login";
const volume = "login";

/** Path of the password in a pod with the login's mount. */
export const passwordPath = `${folder}/password`;

export interface Login {
  readonly user: string;
  /** Secret. */
  readonly password: pulumi.Output<string>;
  /** Parts of a pod that reads the password at its start. */
  readonly volume: kubernetes.types.input.core.v1.Volume;
  readonly mount: kubernetes.types.input.core.v1.VolumeMount;
  readonly annotations: Readonly<Record<string, pulumi.Output<string>>>;
}

export interface LoginArgs {
  /** Name of the Secret. */
  readonly secret: string;
  readonly user: string;
  /** Secret. Default: generated. */
  readonly given?: string | undefined;
  readonly namespace: pulumi.Input<string>;
}

export function login(
  name: string,
  { secret, user, given, namespace }: LoginArgs,
  opts: pulumi.CustomResourceOptions,
): Login {
  const password = passwordOf(`${name}-password`, given, opts);
  const made = new kubernetes.core.v1.Secret(
    name,
    {
      metadata: owned({ name: secret, namespace }),
      stringData: { username: user, password: pulumi.secret(password) },
    },
    opts,
  );
  return {
    user,
    password,
    volume: { name: volume, secret: { secretName: made.metadata.name } },
    mount: { name: volume, mountPath: folder, readOnly: true },
    // It changes with the password, and reveals nothing about it.
    annotations: { "perigee.dev/login": made.metadata.resourceVersion },
  };
}

/** Arguments of VictoriaLogs that serves one user, whose login its pod has mounted. */
export function servedTo(user: string): string[] {
  return [
    `-httpListenAddr=:${loggingNames.storePort}`,
    `-httpAuth.username=${user}`,
    `-httpAuth.password=file://${passwordPath}`,
    "-loggerFormat=json",
  ];
}
