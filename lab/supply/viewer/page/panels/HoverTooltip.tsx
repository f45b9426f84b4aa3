/** Grafana's tooltip of a graph, with the links of the clicked value. */
import {
  DashboardCursorSync,
  type DataFrame,
  dateTimeFormat,
  type Field,
  type LinkModel,
} from "@grafana/data";
import { TooltipDisplayMode, type VizTooltipOptions } from "@grafana/schema";
import {
  getFieldDisplayItems,
  getFieldDisplayLinks,
  TooltipPlugin2,
  type UPlotConfigBuilder,
  VizTooltipContent,
  VizTooltipFooter,
  VizTooltipHeader,
  VizTooltipWrapper,
} from "@grafana/ui";
import { useSession } from "../session";

interface Props {
  readonly builder: UPlotConfigBuilder;
  readonly frame: DataFrame;
  readonly tooltip: VizTooltipOptions;
}

/** Grafana's `TooltipHoverMode`, which it does not export: the series under the cursor, or all. */
const hoverModes = { one: 0, all: 1 } as const;

export function HoverTooltip({ builder, frame, tooltip }: Props) {
  const { timeZone, zoom } = useSession();
  if (tooltip.mode === TooltipDisplayMode.None) return null;
  const render = (indices: (number | null)[], series: number | null, isPinned: boolean) => {
    const [time] = frame.fields;
    const index = indices[0] ?? indices.find((one) => one !== null);
    if (time === undefined || index === undefined || index === null) return null;
    const isVisible = (field: Field): boolean =>
      (field.config.custom as { hideFrom?: { tooltip?: boolean } } | undefined)?.hideFrom?.tooltip !== true;
    const items = getFieldDisplayItems(
      frame.fields,
      time,
      indices,
      series,
      tooltip.mode,
      tooltip.sort,
      isVisible,
    );
    return (
      <VizTooltipWrapper>
        <VizTooltipHeader
          item={{ label: "", value: dateTimeFormat(Number(time.values[index]), { timeZone }) }}
          isPinned={isPinned}
        />
        <VizTooltipContent items={items} isPinned={isPinned} />
        {isPinned && <VizTooltipFooter dataLinks={linksOf(frame, series, indices)} />}
      </VizTooltipWrapper>
    );
  };
  return (
    <TooltipPlugin2
      config={builder}
      hoverMode={tooltip.mode === TooltipDisplayMode.Single ? hoverModes.one : hoverModes.all}
      syncMode={DashboardCursorSync.Crosshair}
      syncScope="dashboard"
      queryZoom={zoom}
      render={(_, indices, series, isPinned) => render(indices, series, isPinned)}
    />
  );
}

function linksOf(
  frame: DataFrame,
  series: number | null,
  indices: readonly (number | null)[],
): LinkModel<Field>[] {
  const field = series === null ? undefined : frame.fields[series];
  const index = series === null ? null : (indices[series] ?? null);
  return field === undefined || index === null ? [] : getFieldDisplayLinks(field, index);
}
