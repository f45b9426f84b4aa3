/** Selectors of the exporter's series in PromQL. */
import type { RuleSettings } from "./settings";

/**
 * A selector of one of the exporter's metrics.
 * @param matchers label matchers beyond the job, such as `severity="red"`
 */
export type ExporterSeries = (metric: string, ...matchers: readonly string[]) => string;

/**
 * Selectors that name the exporter's job. Other processes of a cluster have series of the same names
 * (`process_start_time_seconds`, `up`): the kubelet's have several for one instance, and a rule that joins them fails.
 */
export function exporterSeries({ job }: Pick<RuleSettings, "job">): ExporterSeries {
  return (metric, ...matchers) => `${metric}{${[`job=${JSON.stringify(job)}`, ...matchers].join(",")}}`;
}
