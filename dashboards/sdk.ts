// Types of the SDK: a Pulumi program compiles only imported files, so they need this reference.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference
/// <reference path="./grafanaSdk.d.ts" />

/** Parts of Grafana's SDK that the dashboards use. */
export type { Builder } from "@grafana/grafana-foundation-sdk/cog";
export * as common from "@grafana/grafana-foundation-sdk/common";
export * as model from "@grafana/grafana-foundation-sdk/dashboard";
export { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
export { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
export { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
export { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
export { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
