/** PromQL series selectors with a job label. */
import { quoted } from "../quoting";

/**
 * Selector of a metric of a job.
 * @param matchers label matchers in addition to the job, such as `severity="red"`
 */
export type SeriesOf = (metric: string, ...matchers: readonly string[]) => string;

/**
 * Selectors with the label `job`. Other processes of a cluster have series with the same names
 * (`process_start_time_seconds`, `up`): the kubelet has several per instance, and a rule that joins them fails.
 */
export function seriesOf(job: string): SeriesOf {
  return (metric, ...matchers) => `${metric}{${[`job=${quoted(job)}`, ...matchers].join(",")}}`;
}
