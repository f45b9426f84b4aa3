/** Prometheus queries of the panels: data source, chosen spacecraft, range and instant queries, firing alerts. */
import { DataqueryBuilder, PromQueryFormat } from "./sdk";

/** The Prometheus that the viewer chose. */
export const datasource = { type: "prometheus", uid: "${datasource}" };

/** The spacecraft that the viewer chose. */
export const chosen = `spacecraft="$spacecraft"`;

/** A metric of the chosen spacecraft, with more label matchers if there are any. */
export function ofChosen(metric: string, ...matchers: readonly string[]): string {
  return `${metric}{${[chosen, ...matchers].join(",")}}`;
}

/** A query that is drawn over time. */
export function overTime(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).range().datasource(datasource);
}

/** A query of what holds now: its newest value. */
export function now(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).instant().datasource(datasource);
}

/** A query whose series are the rows of a table. */
export function rows(expr: string): DataqueryBuilder {
  return now(expr, "").format(PromQueryFormat.Table);
}

/** The alarms that are up, as Prometheus itself records them. */
export const alarms = (...matchers: readonly string[]): string =>
  `ALERTS{${['alertstate="firing"', ...matchers].join(",")}}`;
