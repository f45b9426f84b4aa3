/** State timeline: a row per series, a box per stretch of equal values, on Grafana's time axis. */
import {
  DashboardCursorSync,
  type DataFrame,
  EventBusSrv,
  type Field,
  FieldType,
  getFieldDisplayName,
  type TimeRange,
} from "@grafana/data";
import { AxisPlacement, LegendDisplayMode, ScaleDirection, ScaleOrientation } from "@grafana/schema";
import {
  GraphNG,
  measureText,
  PanelContextProvider,
  UPLOT_AXIS_FONT_SIZE,
  UPlotConfigBuilder,
  useTheme2,
} from "@grafana/ui";
import { useCallback, useMemo } from "react";
import type uPlot from "uplot";
import { isNumeric } from "../fieldConfig";
import { useSession } from "../session";
import { Marks } from "./Marks";
import type { PanelProps } from "./PanelProps";
import { drawSpans, type Row, type TimelineStyle } from "./spanDrawing";
import { SpanTooltip } from "./SpanTooltip";

interface TimelineOptions {
  readonly mergeValues?: boolean;
  readonly rowHeight?: number;
  readonly showValue?: "auto" | "always" | "never";
}

/** Pixels between a row and its name. */
const axisGap = 12;

const noLegend = {
  showLegend: false,
  displayMode: LegendDisplayMode.List,
  placement: "bottom" as const,
  calcs: [],
};

export function Timeline({ panel, frames, width, height }: PanelProps) {
  const { range, timeZone } = useSession();
  const theme = useTheme2();
  const rows = useMemo(() => rowsOf(frames), [frames]);
  const {
    mergeValues = true,
    rowHeight = 0.9,
    showValue = "auto",
  } = (panel.options ?? {}) as TimelineOptions;
  const style: TimelineStyle = { theme, mergeValues, rowHeight, showValue };
  const latest = useMemo(() => ({ rows, style }), []);
  Object.assign(latest, { rows, style });
  const structure = rows.map(({ name }) => name).join("\n");
  const prepConfig = useCallback(
    (_: DataFrame, __: DataFrame[], getTimeRange: () => TimeRange) => {
      const builder = new UPlotConfigBuilder(timeZone);
      addScales(builder, structure.split("\n"), getTimeRange, theme);
      builder.addHook("draw", (u) => drawSpans(u, latest.rows, latest.style));
      return builder;
    },
    [structure, timeZone, theme],
  );
  const context = useMemo(
    () => ({
      eventsScope: "dashboard",
      eventBus: new EventBusSrv(),
      sync: () => DashboardCursorSync.Crosshair,
    }),
    [],
  );
  if (rows.length === 0) return null;
  const drawn = rows.map(({ frame }) => frame);
  return (
    <PanelContextProvider value={context}>
      <GraphNG
        {...{ frames: drawn, width, height, timeRange: range, timeZone, theme, legend: noLegend, prepConfig }}
        fields={{ x: ({ type }) => type === FieldType.time, y: ({ type }) => type !== FieldType.time }}
        propsToDiff={["prepConfig"]}
        renderLegend={() => null}
      >
        {(builder) => (
          <>
            <SpanTooltip builder={builder} rows={rows} mergeValues={mergeValues} />
            <Marks builder={builder} />
          </>
        )}
      </GraphNG>
    </PanelContextProvider>
  );
}

/** One row per field with values. */
function rowsOf(frames: readonly DataFrame[]): Row[] {
  return frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === FieldType.time);
    const values = frame.fields.filter((field) => isNumeric(field) || field.type === FieldType.string);
    if (time === undefined) return [];
    return values.map((field: Field): Row => ({
      ...{ name: getFieldDisplayName(field, frame, [...frames]), time, field },
      frame: { ...frame, fields: [time, field] },
    }));
  });
}

function addScales(
  builder: UPlotConfigBuilder,
  names: readonly string[],
  getTimeRange: () => TimeRange,
  theme: TimelineStyle["theme"],
): void {
  builder.addScale({
    ...{
      scaleKey: "x",
      isTime: true,
      orientation: ScaleOrientation.Horizontal,
      direction: ScaleDirection.Right,
    },
    range: () => [getTimeRange().from.valueOf(), getTimeRange().to.valueOf()],
  });
  builder.addScale({
    // The first row is on top.
    ...{ scaleKey: "y", orientation: ScaleOrientation.Vertical, direction: ScaleDirection.Down },
    range: () => [0, names.length],
  });
  builder.addAxis({
    scaleKey: "x",
    isTime: true,
    placement: AxisPlacement.Bottom,
    theme,
    grid: { show: true },
  });
  builder.addAxis({
    ...{ scaleKey: "y", placement: AxisPlacement.Left, theme, grid: { show: false }, ticks: { show: false } },
    splits: () => names.map((_, row) => row + 0.5),
    values: () => [...names],
    gap: axisGap,
    size: axisGap + Math.max(...names.map((name) => measureText(name, UPLOT_AXIS_FONT_SIZE).width)) + 8,
  });
  names.forEach(() => {
    builder.addSeries({
      scaleKey: "y",
      pathBuilder: () => null,
      pointsBuilder: () => undefined,
      theme,
      show: true,
    });
  });
  // The series under the cursor is its row, whatever the values: a click pins its tooltip.
  const isUnder = (u: uPlot, series: number): boolean =>
    Math.floor(((u.cursor.top ?? -1) / u.over.clientHeight) * names.length) === series - 1;
  builder.setCursor({
    y: false,
    focus: { prox: 1, dist: (u, series) => (isUnder(u, series) ? 0 : Infinity) },
  });
  builder.setPrepData((frames) => (frames[0]?.fields.map(({ values }) => values) ?? []) as never);
}
