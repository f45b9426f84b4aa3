/** The plot of a state timeline: Grafana's time axis below, a row for each series, and its name on the left. */
import type { GrafanaTheme2, TimeRange } from "@grafana/data";
import { AxisPlacement, ScaleDirection, ScaleOrientation } from "@grafana/schema";
import { measureText, UPLOT_AXIS_FONT_SIZE, UPlotConfigBuilder } from "@grafana/ui";
import type uPlot from "uplot";

/** Pixels between a row and its name. */
const axisGap = 12;

interface PlotRequest {
  /** Names of the rows, the first on top. */
  readonly names: readonly string[];
  readonly timeZone: string;
  readonly theme: GrafanaTheme2;
  readonly getTimeRange: () => TimeRange;
  /** Draws the rows' boxes. */
  readonly draw: (u: uPlot) => void;
}

export function timelinePlot(request: PlotRequest): UPlotConfigBuilder {
  const builder = new UPlotConfigBuilder(request.timeZone);
  addTime(builder, request);
  addRows(builder, request);
  builder.addHook("draw", request.draw);
  builder.setPrepData((frames) => (frames[0]?.fields.map(({ values }) => values) ?? []) as never);
  return builder;
}

function addTime(builder: UPlotConfigBuilder, { theme, getTimeRange }: PlotRequest): void {
  const shared = { scaleKey: "x", isTime: true };
  builder.addScale({
    ...{ ...shared, orientation: ScaleOrientation.Horizontal, direction: ScaleDirection.Right },
    range: () => [getTimeRange().from.valueOf(), getTimeRange().to.valueOf()],
  });
  builder.addAxis({ ...shared, placement: AxisPlacement.Bottom, theme, grid: { show: true } });
}

function addRows(builder: UPlotConfigBuilder, { names, theme }: PlotRequest): void {
  const scaleKey = "y";
  builder.addScale({
    ...{ scaleKey, orientation: ScaleOrientation.Vertical, direction: ScaleDirection.Down },
    range: () => [0, names.length],
  });
  builder.addAxis({
    ...{ scaleKey, placement: AxisPlacement.Left, theme, grid: { show: false }, ticks: { show: false } },
    splits: () => names.map((_, row) => row + 0.5),
    values: () => [...names],
    gap: axisGap,
    size: axisGap + Math.max(...names.map((name) => measureText(name, UPLOT_AXIS_FONT_SIZE).width)) + 8,
  });
  const nothing = { pathBuilder: () => null, pointsBuilder: () => undefined };
  names.forEach(() => builder.addSeries({ scaleKey, theme, show: true, ...nothing }));
  // The series under the cursor is its row, whatever the values: a click pins its tooltip.
  const isUnder = (u: uPlot, series: number): boolean => rowUnder(u, names.length) === series - 1;
  const dist = (u: uPlot, series: number): number => (isUnder(u, series) ? 0 : Infinity);
  builder.setCursor({ y: false, focus: { prox: 1, dist } });
}

/** Place of the row under the cursor; outside of the rows there is none of that place. */
export function rowUnder({ cursor, over }: uPlot, rows: number): number {
  return Math.floor(((cursor.top ?? -1) / over.clientHeight) * rows);
}
