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
  type VizTooltipItem,
  VizTooltipWrapper,
} from "@grafana/ui";
import type uPlot from "uplot";
import type { Span } from "../../model/spans";
import { useSession } from "../session";
import { type Row, spansOf } from "./spanDrawing";
import { rowUnder } from "./timelinePlot";

interface Props {
  readonly builder: UPlotConfigBuilder;
  readonly rows: readonly Row[];
  readonly mergeValues: boolean;
}

interface Under {
  readonly row: Row;
  readonly span: Span;
}

export function SpanTooltip({ builder, rows, mergeValues }: Props) {
  const { timeZone, zoom } = useSession();
  const render = (u: uPlot, isPinned: boolean) => {
    const under = underCursor(u, rows, mergeValues);
    if (under === undefined) return null;
    const { row, span } = under;
    return (
      <VizTooltipWrapper>
        <VizTooltipHeader
          item={{ label: "", value: dateTimeFormat(u.posToVal(u.cursor.left ?? 0, "x"), { timeZone }) }}
          isPinned={isPinned}
        />
        <VizTooltipContent items={itemsOf(under, timeZone)} isPinned={isPinned} />
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

/** Lines of the tooltip: the state in its colour, since when, and how long. */
function itemsOf({ row, span: { value, from, to } }: Under, timeZone: string): VizTooltipItem[] {
  const display = row.field.display?.(value);
  return [
    {
      label: row.name,
      value: display === undefined ? String(value) : formattedValueToString(display),
      ...(display?.color !== undefined && { color: display.color }),
      colorIndicator: VizTooltipColorIndicator.value,
      colorPlacement: VizTooltipColorPlacement.trailing,
    },
    { label: "From", value: dateTimeFormat(from, { timeZone }) },
    { label: "Duration", value: intervalToAbbreviatedDurationString({ start: from, end: to }) },
  ];
}

function underCursor(u: uPlot, rows: readonly Row[], merge: boolean): Under | undefined {
  const { left = -1 } = u.cursor;
  const row = rows[rowUnder(u, rows.length)];
  if (row === undefined || left < 0) return undefined;
  const time = u.posToVal(left, "x");
  const span = spansOf(row, merge).find(({ from, to }) => from <= time && time < to);
  return span === undefined ? undefined : { row, span };
}
