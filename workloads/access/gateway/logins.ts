/** Logins of the gateway: a user for each role, whose password it knows as a hash only. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { keptSecret } from "../../../contract/keptSecret";
import { owned } from "../../adoption/fieldManager";
import { passwordOf } from "../../password";
import { gatewayNames } from "./names";
import { type Role, roles } from "./routers";
import type { GatewaySettings } from "./settings";

export interface Logins {
  /** Secret: passwords by role, which is the user's name too. */
  readonly passwords: Readonly<Record<Role, pulumi.Output<string>>>;
  /** A file for each role, with the users who may do what it may, as `htpasswd` writes them. */
  readonly secret: kubernetes.core.v1.Secret;
}

export function logins(
  name: string,
  settings: Pick<GatewaySettings, "viewerPassword" | "operatorPassword">,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): Logins {
  const given = { viewer: settings.viewerPassword, operator: settings.operatorPassword };
  const passwords = {
    viewer: passwordOf(`${name}-viewer`, given.viewer, opts),
    operator: passwordOf(`${name}-operator`, given.operator, opts),
  };
  const lines = roles.map((role) => {
    const hashed = hash(`${name}-${role}-hash`, passwords[role], costOf(given[role]), opts);
    return pulumi.interpolate`${role}:${hashed}`;
  });
  const files = roles.map((role, i) => [role, pulumi.all(lines.slice(i)).apply((all) => all.join("\n"))]);
  const secret = new kubernetes.core.v1.Secret(
    name,
    {
      metadata: owned({ name: gatewayNames.logins, namespace }),
      stringData: Object.fromEntries(files) as Record<Role, pulumi.Output<string>>,
    },
    opts,
  );
  return { passwords, secret };
}

/**
 * Rounds of bcrypt, as a power of two, which the gateway pays for every request: 20 ms by which a password that a person
 * chose is not found by trying, one for a generated one, which never is.
 */
const costOf = (given: string | undefined): number => (given === undefined ? 4 : 8);

/** Secret: hash of a password. Another password has another one; the same one keeps its own, so that no pod restarts. */
function hash(
  name: string,
  password: pulumi.Output<string>,
  cost: number,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const program = readFileSync(join(__dirname, "hashPassword.js"), "utf8");
  return keptSecret(name, { program, stdin: password, environment: { COST: String(cost) } }, opts);
}
