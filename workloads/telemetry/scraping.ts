/** Objects for Prometheus: a ServiceMonitor (target and interval) and a PrometheusRule for each group of rules. */
import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Dictionary, exporterMetricNames, scrapeIntervalSeconds } from "../../telemetry/dictionary";
import { groupPrefix, ruleFile } from "../../telemetry/rules";
import { monitoringNames } from "../monitoring/names";
import { prometheusRule } from "../monitoring/prometheusRule";
import { serviceMonitor, type ServiceMonitorSpec } from "../monitoring/serviceMonitor";
import { nameLabel, telemetryNames } from "./names";

const { exporter, job } = telemetryNames;

/** Evaluation interval of the rules in seconds: 12 per minute are enough for limits with a persistence of seconds. */
function evaluationIntervalSeconds(dictionary: Pick<Dictionary, "packets">): number {
  return Math.max(5, scrapeIntervalSeconds(dictionary));
}

/**
 * OpenMetrics says when each counter began by a series beside it: a fifth of all, which Prometheus would store. Names of
 * parameters may end so too, and stay.
 */
const createdSeries = (() => {
  const own = Object.values(exporterMetricNames).filter((name) => name.endsWith("_total"));
  const begins = own.map((name) => name.replace(/_total$/, ""));
  return `(?:${[...begins, "(?:perigee_telemetry|process|nodejs)_.+"].join("|")})_created`;
})();

export function telemetryMonitor(
  dictionary: Dictionary,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apiextensions.CustomResource {
  const interval = `${scrapeIntervalSeconds(dictionary)}s`;
  const spec: ServiceMonitorSpec = {
    jobLabel: nameLabel,
    // Endpoints drop a terminating pod at once; its EndpointSlice keeps it until it is gone, for a last scrape.
    serviceDiscoveryRole: "EndpointSlice",
    selector: { matchLabels: { [nameLabel]: job } },
    endpoints: [
      {
        ...{ port: "http", path: "/metrics", interval, scrapeTimeout: interval },
        metricRelabelings: [{ sourceLabels: ["__name__"], regex: createdSeries, action: "drop" }],
      },
    ],
  };
  return serviceMonitor("telemetry-monitor", { name: exporter, namespace, spec }, opts);
}

export interface RuleArgs {
  readonly namespace: pulumi.Input<string>;
  readonly runbookBaseUrl: string | undefined;
  /** Age in periods after which a packet is overdue and its parameters disappear. */
  readonly staleAfterPeriods: number;
  /** Number of the exporter's spacecraft. */
  readonly fleetSize: number;
  /** Cores that the exporter may use. */
  readonly cores: number;
}

/** Group in the object that has had the exporter's name since the first release, and keeps it. */
const firstGroup = "link";

/**
 * A PrometheusRule for each group of the rules, made from the dictionary. The operator leaves out a whole object for one
 * rule that it does not accept, or above 512 KiB: the other groups stay.
 */
export function prometheusRules(
  dictionary: Dictionary,
  { namespace, runbookBaseUrl, staleAfterPeriods, fleetSize, cores }: RuleArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  const { groups } = ruleFile(dictionary, {
    job,
    prometheusJob: monitoringNames.prometheusJob,
    evaluationInterval: `${evaluationIntervalSeconds(dictionary)}s`,
    staleAfterPeriods,
    fleetSize,
    cores,
    ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
  });
  for (const group of groups) {
    const suffix = group.name.slice(groupPrefix.length);
    const isFirst = suffix === firstGroup;
    prometheusRule(
      isFirst ? "telemetry-rules" : `telemetry-rules-${suffix}`,
      { name: isFirst ? exporter : `${exporter}-${suffix}`, namespace, spec: { groups: [group] } },
      opts,
    );
  }
}
