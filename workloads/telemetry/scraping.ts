/** What Prometheus is told: where to scrape, how often, and which rules to evaluate. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Dictionary, scrapeIntervalSeconds } from "../../telemetry/dictionary";
import { ruleFile } from "../../telemetry/rules";
import { owned } from "../adoption/fieldManager";
import { monitoringNames } from "../monitoring/names";
import { nameLabel, telemetryNames } from "./names";

const { exporter, job } = telemetryNames;

/** Seconds between two evaluations of the rules: twelve a minute are enough for limits that persist for seconds. */
function evaluationIntervalSeconds(dictionary: Pick<Dictionary, "packets">): number {
  return Math.max(5, scrapeIntervalSeconds(dictionary));
}

/**
 * The part of a ServiceMonitor's spec that Perigee sets. The API server drops a misspelt field of a custom resource in
 * silence: the compiler finds it. Source: the operator's API reference, monitoring.coreos.com/v1.
 */
interface ServiceMonitorSpec {
  /** The label of the Service that becomes the label `job`. */
  readonly jobLabel: string;
  readonly serviceDiscoveryRole: "Endpoints" | "EndpointSlice";
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly endpoints: readonly {
    /** Name of the Service's port. */
    readonly port: string;
    readonly path: string;
    /** Such as `5s`. */
    readonly interval: string;
    readonly scrapeTimeout: string;
  }[];
}

export function serviceMonitor(
  dictionary: Dictionary,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const interval = `${scrapeIntervalSeconds(dictionary)}s`;
  const spec: ServiceMonitorSpec = {
    jobLabel: nameLabel,
    // Endpoints forget a pod that ends at once; its slice has it until it is gone, with what it counted last.
    serviceDiscoveryRole: "EndpointSlice",
    selector: { matchLabels: { [nameLabel]: job } },
    endpoints: [{ port: "http", path: "/metrics", interval, scrapeTimeout: interval }],
  };
  return new kubernetes.apiextensions.CustomResource(
    "telemetry-monitor",
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: owned({ name: exporter, namespace }),
      spec,
    },
    opts,
  );
}

export interface RuleArgs {
  readonly namespace: pulumi.Input<string>;
  readonly runbookBaseUrl: string | undefined;
  /** A packet is overdue when its parameters disappear. */
  readonly staleAfterPeriods: number;
}

/** Recording and alerting rules, made from the dictionary. */
export function prometheusRule(
  dictionary: Dictionary,
  { namespace, runbookBaseUrl, staleAfterPeriods }: RuleArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const rules = ruleFile(dictionary, {
    job,
    prometheusJob: monitoringNames.prometheusJob,
    evaluationInterval: `${evaluationIntervalSeconds(dictionary)}s`,
    staleAfterPeriods,
    ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
  });
  return new kubernetes.apiextensions.CustomResource(
    "telemetry-rules",
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: owned({ name: exporter, namespace }),
      spec: rules,
    },
    opts,
  );
}
