/** Selectors of series in PromQL, with their job. */

/**
 * A selector of one of a job's metrics.
 * @param matchers label matchers beyond the job, such as `severity="red"`
 */
export type SeriesOf = (metric: string, ...matchers: readonly string[]) => string;

/**
 * Selectors that name a job. Other processes of a cluster have series of the same names (`process_start_time_seconds`,
 * `up`): the kubelet's have several for one instance, and a rule that joins them fails.
 */
export function seriesOf(job: string): SeriesOf {
  return (metric, ...matchers) => `${metric}{${[`job=${JSON.stringify(job)}`, ...matchers].join(",")}}`;
}
