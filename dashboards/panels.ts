/** Panel builders (graph, stat, table, timeline) with the project's defaults, and stable panel ids. */
import { thresholds, zones } from "./limits";
import {
  common,
  type DataqueryBuilder,
  model,
  StatBuilder,
  StateTimelineBuilder,
  TableBuilder,
  TimeseriesBuilder,
} from "./sdk";
import { colours } from "./style";

/** Specification of a panel. */
export interface PanelSpec {
  /** Unique key within the dashboard. The panel id is derived from it, so never change it. */
  readonly key: string;
  readonly title: string;
  readonly description: string;
  /** Unit in Grafana's format. */
  readonly unit: string;
  /** Width in the grid's 24 columns; default 8. */
  readonly width?: number;
  /** Height in the grid's rows; default 8. */
  readonly height?: number;
  readonly queries: readonly DataqueryBuilder[];
}

/** Id of a panel, from its key (FNV-1a): it does not change when other panels are added or removed. */
function panelId(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash % 0x3fffffff) + 1;
}

/** Methods common to all panel builders of this project. */
interface AnyPanel {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  span(width: number): this;
  height(height: number): this;
  targets(targets: DataqueryBuilder[]): this;
  datasource(ref: { type: string; uid: string }): this;
}

function describe<P extends AnyPanel>(panel: P, spec: PanelSpec): P {
  const named = spec.queries.map((query, i) => query.refId(refId(i)));
  return panel
    .id(panelId(spec.key))
    .title(spec.title)
    .description(spec.description)
    .unit(spec.unit)
    .span(spec.width ?? 8)
    .height(spec.height ?? 8)
    .datasource({ type: "prometheus", uid: "${datasource}" })
    .targets(named);
}

/** Id of a query: A, B, ... Z, A1, B1, ... */
function refId(place: number): string {
  const round = Math.floor(place / 26);
  return `${String.fromCharCode(65 + (place % 26))}${round > 0 ? round : ""}`;
}

export function graph(spec: PanelSpec): TimeseriesBuilder {
  return (
    describe(new TimeseriesBuilder(), spec)
      .lineWidth(1)
      .fillOpacity(5)
      .showPoints(common.VisibilityMode.Never)
      // A gap in the data is a loss of signal and must stay visible.
      .spanNulls(false)
      .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi))
      .legend(
        new common.VizLegendOptionsBuilder()
          .displayMode(common.LegendDisplayMode.List)
          .placement(common.LegendPlacement.Bottom)
          .showLegend(true)
          .calcs(["lastNotNull"]),
      )
  );
}

/** A graph with the limit of an alert rule as a zone. */
export function limitedGraph(spec: PanelSpec, limit: number, colour: string): TimeseriesBuilder {
  return graph(spec)
    .thresholds(
      thresholds([
        { value: null, color: "transparent" },
        { value: limit, color: colour },
      ]),
    )
    .thresholdsStyle(zones());
}

/** Panel of current values. `steps`: their colours; default: neutral. */
export function stat(spec: PanelSpec, steps?: model.Threshold[]): StatBuilder {
  return describe(new StatBuilder(), { height: 4, width: 4, ...spec })
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false))
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .noValue("no data")
    .thresholds(thresholds(steps ?? [{ value: null, color: colours.neutral }]));
}

export function table(spec: PanelSpec): TableBuilder {
  return describe(new TableBuilder(), { width: 24, ...spec })
    .noValue("")
    .thresholds(thresholds([{ value: null, color: colours.neutral }]));
}

export function timeline(spec: PanelSpec): StateTimelineBuilder {
  return describe(new StateTimelineBuilder(), { width: 24, height: 4, ...spec })
    .mergeValues(true)
    .showValue(common.VisibilityMode.Auto)
    .rowHeight(0.85)
    .fillOpacity(80)
    .spanNulls(false)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(false)
        .calcs([]),
    );
}

/** Threshold steps of an alarm count: green at 0, then the colour of the severity. */
export const alarmSteps = (colour: string): model.Threshold[] => [
  { value: null, color: colours.nominal },
  { value: 1, color: colour },
];

/** Mapping of values to words and colours. */
export function valueMap(
  entries: readonly (readonly [value: string | number, text: string, colour: string])[],
): model.ValueMapping {
  const options = Object.fromEntries(
    entries.map(([value, text, color], index) => [String(value), { text, color, index }]),
  );
  return { type: model.MappingType.ValueToText, options };
}
