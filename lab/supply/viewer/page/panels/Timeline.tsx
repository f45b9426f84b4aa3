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
import { LegendDisplayMode } from "@grafana/schema";
import { GraphNG, PanelContextProvider, useTheme2 } from "@grafana/ui";
import { useCallback, useMemo } from "react";
import type uPlot from "uplot";
import { isNumeric } from "../fieldConfig";
import { useSession } from "../session";
import { Marks } from "./Marks";
import type { PanelProps } from "./PanelProps";
import { drawSpans, type Row, type TimelineStyle } from "./spanDrawing";
import { SpanTooltip } from "./SpanTooltip";
import { timelinePlot } from "./timelinePlot";

interface TimelineOptions {
  readonly mergeValues?: boolean;
  readonly rowHeight?: number;
  readonly showValue?: "auto" | "always" | "never";
}

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
  const options = (panel.options ?? {}) as TimelineOptions;
  const { mergeValues = true, rowHeight = 0.9, showValue = "auto" } = options;
  const style: TimelineStyle = { theme, mergeValues, rowHeight, showValue };
  // The plot is made once for the same rows, and draws what holds when it draws.
  const latest = useMemo(() => ({ rows, style }), []);
  Object.assign(latest, { rows, style });
  const structure = rows.map(({ name }) => name).join("\n");
  const prepConfig = useCallback(
    (_: DataFrame, __: DataFrame[], getTimeRange: () => TimeRange) => {
      const draw = (u: uPlot): void => drawSpans(u, latest.rows, latest.style);
      return timelinePlot({ names: structure.split("\n"), timeZone, theme, getTimeRange, draw });
    },
    [structure, timeZone, theme],
  );
  const context = useMemo(panelContext, []);
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

/** Context by which the cursors of a dashboard's panels move together. */
const panelContext = () => ({
  ...{ eventsScope: "dashboard", eventBus: new EventBusSrv(), sync: () => DashboardCursorSync.Crosshair },
});

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
