/** Prometheus queries of the panels: data source, chosen spacecraft, range and instant queries, firing alerts. */
import { DataqueryBuilder, PromQueryFormat } from "./sdk";

/** The Prometheus selected by the viewer. */
export const datasource = { type: "prometheus", uid: "${datasource}" };

/** Label matcher for the spacecraft selected by the viewer. */
export const chosen = `spacecraft="$spacecraft"`;

/** Selector of a metric of the selected spacecraft, with additional label matchers. */
export function ofChosen(metric: string, ...matchers: readonly string[]): string {
  return `${metric}{${[chosen, ...matchers].join(",")}}`;
}

/** A range query. */
export function overTime(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).range().datasource(datasource);
}

/** An instant query: the newest value. */
export function now(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).instant().datasource(datasource);
}

/** A query whose series are the rows of a table. */
export function rows(expr: string): DataqueryBuilder {
  return now(expr, "").format(PromQueryFormat.Table);
}

/** Selector of the firing alerts, in Prometheus' own series `ALERTS`. */
export const alarms = (...matchers: readonly string[]): string =>
  `ALERTS{${['alertstate="firing"', ...matchers].join(",")}}`;
