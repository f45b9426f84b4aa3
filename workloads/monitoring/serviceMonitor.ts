/** Objects that say which Services Prometheus scrapes. */
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { operatorObject, type OperatorObjectArgs } from "./operatorObject";

interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/**
 * Fields of a ServiceMonitor's spec that Perigee sets. The API server silently drops a misspelt field of a custom
 * resource; with this type the compiler finds it. Source: the operator's API reference, monitoring.coreos.com/v1.
 */
export interface ServiceMonitorSpec {
  /** Label of the Service whose value becomes the label `job`. */
  readonly jobLabel: string;
  readonly serviceDiscoveryRole?: "Endpoints" | "EndpointSlice";
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly endpoints: readonly {
    /** Name of the Service's port. */
    readonly port: string;
    readonly path: string;
    /** Scrape interval, such as `5s`. */
    readonly interval: string;
    readonly scrapeTimeout?: string;
    /** Labels of what is scraped win over those of who is. */
    readonly honorLabels?: true;
    readonly basicAuth?: { readonly username: SecretKey; readonly password: SecretKey };
    readonly metricRelabelings?: readonly (
      | { readonly action: "drop"; readonly sourceLabels: readonly string[]; readonly regex: string }
      | { readonly action: "labeldrop"; readonly regex: string }
    )[];
  }[];
}

/** @param opts with the operator's CRDs among those that it depends on */
export function serviceMonitor(
  resourceName: string,
  args: OperatorObjectArgs<ServiceMonitorSpec>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  return operatorObject("ServiceMonitor", resourceName, args, opts);
}
