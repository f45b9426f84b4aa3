/** The contact plan in the pods of exporter and simulator: a mounted file, or an address in a variable. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import type { ContactPlanSetting } from "../settings/contactPlan";
import type { Program } from "./program";

const name = "telemetry-contacts";
const mountPath = "/etc/perigee-contacts";
const file = "contacts";
const key = "url";
const variable = "PERIGEE_TELEMETRY_CONTACTS";

/** What a pod needs of the plan, besides its program's own. */
export interface PodContacts {
  readonly program: Program;
  readonly env: kubernetes.types.input.core.v1.EnvVar[];
}

/**
 * A plan from a file reaches running pods when it changes, because it is mounted as a folder: no pod restarts. An address
 * may have a password, so it is in a Secret.
 */
export function podContacts(
  program: Program,
  setting: ContactPlanSetting | undefined,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): PodContacts {
  if (setting === undefined) return { program, env: [] };
  const metadata = owned({ name, namespace });
  if ("url" in setting) {
    const stringData = { [key]: pulumi.secret(setting.url) };
    const secret = new kubernetes.core.v1.Secret(name, { metadata, stringData }, opts).metadata;
    // Not a hash of the address, by which a weak password in it could be guessed.
    const annotations = { ...program.annotations, "perigee.dev/contacts": secret.resourceVersion };
    return {
      program: { ...program, annotations },
      env: [{ name: variable, valueFrom: { secretKeyRef: { name: secret.name, key } } }],
    };
  }
  const data = { [file]: setting.text };
  const configMap = new kubernetes.core.v1.ConfigMap(name, { metadata, data }, opts).metadata.name;
  return {
    program: {
      ...program,
      volumes: [...program.volumes, { name: "contacts", configMap: { name: configMap } }],
      volumeMounts: [...program.volumeMounts, { name: "contacts", mountPath, readOnly: true }],
    },
    env: [{ name: variable, value: `${mountPath}/${file}` }],
  };
}
