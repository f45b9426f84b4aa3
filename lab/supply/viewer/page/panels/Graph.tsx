/** Time series: Grafana's own graph with its legend, tooltip and thresholds; the dashboard's annotations are drawn on it. */
import { DashboardCursorSync, type DataFrame, EventBusSrv, FieldType, type PanelData } from "@grafana/data";
import {
  LegendDisplayMode,
  SortOrder,
  TooltipDisplayMode,
  type VizLegendOptions,
  type VizTooltipOptions,
} from "@grafana/schema";
import {
  PanelContextProvider,
  SeriesVisibilityChangeMode,
  TimeSeries,
  type UPlotConfigBuilder,
} from "@grafana/ui";
import { useMemo, useState } from "react";
import { isNumeric } from "../fieldConfig";
import { useSession } from "../session";
import { HoverTooltip } from "./HoverTooltip";
import { Marks } from "./Marks";
import type { PanelProps } from "./PanelProps";

interface GraphOptions {
  readonly legend?: VizLegendOptions;
  readonly tooltip?: VizTooltipOptions;
}

const noLegend: VizLegendOptions = {
  ...{ showLegend: true, displayMode: LegendDisplayMode.List, placement: "bottom", calcs: [] },
};
const oneSeries: VizTooltipOptions = { mode: TooltipDisplayMode.Single, sort: SortOrder.None };

export function Graph({ panel, frames, width, height }: PanelProps) {
  const { range, timeZone } = useSession();
  const { legend = noLegend, tooltip = oneSeries } = (panel.options ?? {}) as GraphOptions;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const drawn = useMemo(() => frames.flatMap((frame) => drawable(frame, hidden)), [frames, hidden]);
  const context = useMemo(() => {
    const all = namesOf(frames);
    const onToggle = (label: string | string[] | null, mode: SeriesVisibilityChangeMode): void =>
      setHidden((before) => toggled(before, [label ?? []].flat(), mode, all));
    return {
      ...{ eventsScope: "dashboard", eventBus: new EventBusSrv(), sync: () => DashboardCursorSync.Crosshair },
      onToggleSeriesVisibility: onToggle,
    };
  }, [frames]);
  if (drawn.length === 0) return null;
  return (
    <PanelContextProvider value={context}>
      <TimeSeries {...{ frames: drawn, width, height, timeRange: range, timeZone, legend }}>
        {(builder: UPlotConfigBuilder, aligned: DataFrame) => (
          <>
            <HoverTooltip {...{ builder, frame: aligned, tooltip }} />
            <Marks builder={builder} />
          </>
        )}
      </TimeSeries>
    </PanelContextProvider>
  );
}

/** The frame as a graph takes it: its time and its numbers; what is not finite is a gap. */
function drawable(frame: DataFrame, hidden: ReadonlySet<string>): DataFrame[] {
  const time = frame.fields.find(({ type }) => type === FieldType.time);
  const numbers = frame.fields.filter(isNumeric).map((field) => ({
    ...field,
    values: (field.values as unknown[]).map((value) => (Number.isFinite(value) ? value : null)),
    config: {
      ...field.config,
      custom: {
        ...(field.config.custom as object | undefined),
        hideFrom: { viz: hidden.has(nameOf(field)), legend: false, tooltip: hidden.has(nameOf(field)) },
      },
    },
  }));
  return time === undefined || numbers.length === 0 ? [] : [{ ...frame, fields: [time, ...numbers] }];
}

const nameOf = ({ config, name }: PanelData["series"][number]["fields"][number]): string =>
  config.displayName ?? config.displayNameFromDS ?? name;

const namesOf = (frames: readonly DataFrame[]): string[] =>
  frames.flatMap(({ fields }) => fields.filter(isNumeric).map(nameOf));

/** A click on a name shows it alone, or all again; with a modifier key it shows or hides this one. */
function toggled(
  before: ReadonlySet<string>,
  names: readonly string[],
  mode: SeriesVisibilityChangeMode,
  all: readonly string[],
): ReadonlySet<string> {
  if (mode === SeriesVisibilityChangeMode.AppendToSelection) {
    return new Set(all.filter((name) => before.has(name) !== names.includes(name)));
  }
  const others = new Set(all.filter((name) => !names.includes(name)));
  const isAlone = others.size === before.size && [...others].every((name) => before.has(name));
  return isAlone ? new Set() : others;
}
