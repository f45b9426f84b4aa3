/** Tooltip of a state timeline: the state under the cursor, since when and how long, and its links once it is clicked. */
import {
  DashboardCursorSync,
  dateTimeFormat,
  formattedValueToString,
  intervalToAbbreviatedDurationString,
} from "@grafana/data";
import {
  getFieldDisplayLinks,
  TooltipPlugin2,
  type UPlotConfigBuilder,
  VizTooltipColorIndicator,
  VizTooltipColorPlacement,
  VizTooltipContent,
  VizTooltipFooter,
  VizTooltipHeader,
  VizTooltipWrapper,
} from "@grafana/ui";
import type uPlot from "uplot";
import type { Span } from "../../model/spans";
import { useSession } from "../session";
import { type Row, spansOf } from "./spanDrawing";

interface Props {
  readonly builder: UPlotConfigBuilder;
  readonly rows: readonly Row[];
  readonly mergeValues: boolean;
}

export function SpanTooltip({ builder, rows, mergeValues }: Props) {
  const { timeZone, zoom } = useSession();
  const render = (u: uPlot, isPinned: boolean) => {
    const under = underCursor(u, rows, mergeValues);
    if (under === undefined) return null;
    const { row, span } = under;
    const display = row.field.display?.(span.value);
    const item = {
      ...{
        label: row.name,
        value: display === undefined ? String(span.value) : formattedValueToString(display),
      },
      ...(display?.color !== undefined && { color: display.color }),
      ...{
        colorIndicator: VizTooltipColorIndicator.value,
        colorPlacement: VizTooltipColorPlacement.trailing,
      },
    };
    const times = [
      { label: "From", value: dateTimeFormat(span.from, { timeZone }) },
      { label: "Duration", value: intervalToAbbreviatedDurationString({ start: span.from, end: span.to }) },
    ];
    return (
      <VizTooltipWrapper>
        <VizTooltipHeader
          item={{ label: "", value: dateTimeFormat(u.posToVal(u.cursor.left ?? 0, "x"), { timeZone }) }}
          isPinned={isPinned}
        />
        <VizTooltipContent items={[item, ...times]} isPinned={isPinned} />
        {isPinned && <VizTooltipFooter dataLinks={getFieldDisplayLinks(row.field, span.index)} />}
      </VizTooltipWrapper>
    );
  };
  return (
    <TooltipPlugin2
      {...{ config: builder, hoverMode: 1, syncMode: DashboardCursorSync.Crosshair, syncScope: "dashboard" }}
      queryZoom={zoom}
      render={(u, _, __, isPinned) => render(u, isPinned)}
    />
  );
}

function underCursor(u: uPlot, rows: readonly Row[], merge: boolean): { row: Row; span: Span } | undefined {
  const { left = -1, top = -1 } = u.cursor;
  const row = rows[Math.floor((top / u.over.clientHeight) * rows.length)];
  if (row === undefined || left < 0) return undefined;
  const time = u.posToVal(left, "x");
  const span = spansOf(row, merge).find(({ from, to }) => from <= time && time < to);
  return span === undefined ? undefined : { row, span };
}
