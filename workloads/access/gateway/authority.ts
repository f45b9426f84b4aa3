/** The private authority that signs the gateway's certificates: made once, kept in the state, and in a Secret for the pods. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { keptSecret } from "../../../contract/keptSecret";
import { owned } from "../../adoption/fieldManager";
import { gatewayNames } from "./names";

export interface Authority {
  /** Its certificate in PEM, which whoever opens a page trusts. */
  readonly certificate: pulumi.Output<string>;
  /** Files `certificate` and `key`. */
  readonly secret: kubernetes.core.v1.Secret;
}

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export function authority(
  name: string,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): Authority {
  const program = readFileSync(join(__dirname, "makeAuthority.js"), "utf8");
  const made = keptSecret(name, { program }, opts);
  const pair = made.apply((text) => JSON.parse(text) as Pair);
  const secret = new kubernetes.core.v1.Secret(
    name,
    {
      metadata: owned({ name: gatewayNames.authority, namespace }),
      stringData: { certificate: pair.certificate, key: pair.key },
    },
    opts,
  );
  return { certificate: pulumi.unsecret(pair.certificate), secret };
}
