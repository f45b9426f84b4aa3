/**
 * The SSH keys that every machine lets in: the current one and the next, and no former one. Raising `keys.login` makes
 * the next one current, so that all connections have a key that is known everywhere already (docs/adr/0004).
 */
import * as pulumi from "@pulumi/pulumi";
import type { KeyNumbers } from "../../contract/outputs";
import type { Machine } from "../machines";
import type { ClusterIdentity } from "../machines/identity";
import { RemoteSteps } from "./remoteSteps";

export interface LoginKeysArgs {
  readonly keys: KeyNumbers;
  readonly identity: ClusterIdentity;
  readonly machines: readonly Machine[];
}

/** Made after everything that has steps: Pulumi then knows no connection with the former key when a machine refuses it. */
export class LoginKeys extends pulumi.ComponentResource {
  /**
   * Number of the current key, once every machine lets in the next one too. A run that fails before leaves the outputs
   * as they were, and with them what may be asked for next.
   */
  readonly number: pulumi.Output<number>;

  constructor(
    name: string,
    { keys: { login }, identity, machines }: LoginKeysArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("perigee:kubeadm:LoginKeys", name, {}, opts);
    const steps = new RemoteSteps(this, identity);
    const { publicLogins: keys } = identity;
    const done = machines.map((machine) =>
      steps.run(`${machine.name}-keys`, {
        machine,
        script: "keys",
        limitSeconds: 300,
        inputs: {
          LOGIN_USER: machine.user,
          AUTHORISED: keys.apply(({ authorised }) => authorised.join("\n")),
          FORMER: keys.apply(({ former }) => former.join("\n")),
        },
        after: identity.logins.get(machine.name) ?? [],
      }),
    );
    this.number = pulumi.all(done.map(({ stdout }) => stdout)).apply(() => login);
    this.registerOutputs();
  }
}
