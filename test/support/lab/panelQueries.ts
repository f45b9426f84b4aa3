/** Queries of dashboards' panels, ready to be asked of a Prometheus. */
import type { Dashboard } from "../../../dashboards";

export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
}

interface Panel {
  readonly title?: string;
  readonly panels?: readonly Panel[];
  readonly targets?: readonly { readonly expr?: string }[];
}

/** The queries of every panel, also of those in rows. */
export function panelQueries(dashboards: readonly Dashboard[]): PanelQuery[] {
  return dashboards.flatMap(({ title = "", panels = [] }) => queriesOf(title, panels as readonly Panel[]));
}

function queriesOf(dashboard: string, panels: readonly Panel[]): PanelQuery[] {
  return panels.flatMap(({ title = "", panels: inner = [], targets = [] }) => [
    ...targets.flatMap(({ expr }) => (expr === undefined ? [] : [{ dashboard, panel: title, expr }])),
    ...queriesOf(dashboard, inner),
  ]);
}

/** The query with the variables of Perigee's dashboards filled in, as Grafana does it for a scrape interval of 15 s. */
export function withVariables(expr: string, { spacecraft }: { readonly spacecraft: string }): string {
  return expr.replaceAll("$__rate_interval", "1m").replaceAll("$spacecraft", spacecraft);
}
