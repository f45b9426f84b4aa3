// A Pulumi program compiles only what it imports: the reference brings the types along.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference
/// <reference path="./grafanaSdk.d.ts" />

/** The parts of Grafana's SDK that the dashboards are made of. */
export type { Builder } from "@grafana/grafana-foundation-sdk/cog";
export * as common from "@grafana/grafana-foundation-sdk/common";
export * as model from "@grafana/grafana-foundation-sdk/dashboard";
export { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
export { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
export { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
export { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
export { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
