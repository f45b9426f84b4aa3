/** ServiceAccounts of this stack's own pods. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ObjectMetadata } from "./adoption/fieldManager";

/** Name of a new ServiceAccount, of one workload that asks the API for nothing: it has no right and gives no token. */
export function accountWithoutToken(
  resourceName: string,
  metadata: ObjectMetadata,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return new kubernetes.core.v1.ServiceAccount(
    resourceName,
    { metadata, automountServiceAccountToken: false },
    opts,
  ).metadata.name;
}
