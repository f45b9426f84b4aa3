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

export function serviceMonitor(
  dictionary: Dictionary,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const interval = `${scrapeIntervalSeconds(dictionary)}s`;
  return new kubernetes.apiextensions.CustomResource(
    "telemetry-monitor",
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: owned({ name: exporter, namespace }),
      spec: {
        jobLabel: nameLabel,
        // Endpoints forget a pod that ends at once; its slice has it until it is gone, with what it counted last.
        serviceDiscoveryRole: "EndpointSlice",
        selector: { matchLabels: { [nameLabel]: job } },
        endpoints: [{ port: "http", path: "/metrics", interval, scrapeTimeout: interval }],
      },
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
