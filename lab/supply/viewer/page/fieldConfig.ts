/** Field options: which ones there are, and what each kind of panel takes where the dashboard says nothing. */
import {
  displayNameOverrideProcessor,
  FieldConfigOptionsRegistry,
  type FieldConfigPropertyItem,
  type FieldConfigSource,
  FieldType,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  ThresholdsMode,
  thresholdsOverrideProcessor,
  valueMappingsOverrideProcessor,
} from "@grafana/data";
import type { Panel } from "../model/dashboard";

type Process = FieldConfigPropertyItem["process"];

const same = identityOverrideProcessor as Process;

/** Options of any field. The processes are Grafana's own. */
const standard: Readonly<Record<string, Process>> = {
  unit: same,
  decimals: numberOverrideProcessor as Process,
  min: numberOverrideProcessor as Process,
  max: numberOverrideProcessor as Process,
  fieldMinMax: same,
  displayName: displayNameOverrideProcessor as Process,
  noValue: stringOverrideProcessor as Process,
  description: stringOverrideProcessor as Process,
  color: same,
  thresholds: thresholdsOverrideProcessor as Process,
  mappings: valueMappingsOverrideProcessor as Process,
  links: same,
  filterable: same,
};

/** Options of the panels' own, by their path below `custom`. */
const custom = [
  ...["drawStyle", "lineInterpolation", "lineWidth", "lineStyle", "lineColor", "fillOpacity", "fillBelowTo"],
  ...["gradientMode", "pointSize", "showPoints", "spanNulls", "barAlignment", "stacking", "transform"],
  ...[
    "axisPlacement",
    "axisLabel",
    "axisWidth",
    "axisSoftMin",
    "axisSoftMax",
    "axisColorMode",
    "axisGridShow",
  ],
  ...["axisBorderShow", "axisCenteredZero", "scaleDistribution", "thresholdsStyle", "hideFrom"],
  ...["align", "cellOptions", "inspect", "width", "minWidth", "filterable", "wrapText", "hidden"],
];

function item(id: string, process: Process, isCustom: boolean): FieldConfigPropertyItem {
  const none = () => null;
  return {
    ...{ id: isCustom ? `custom.${id}` : id, path: id, name: id, isCustom, process },
    ...{ editor: none, override: none, shouldApply: () => true },
  };
}

const items = [
  ...Object.entries(standard).map(([id, process]) => item(id, process, false)),
  ...custom.map((id) => item(id, same, true)),
];

export const fieldConfigRegistry = new FieldConfigOptionsRegistry(() => items);

/** The transformations that @grafana/data has. Its registry wants editors, which a viewer does not need. */
export function registerTransformations(): void {
  standardTransformersRegistry.setInit(() =>
    // One is there under two names.
    [...new Set(Object.values(standardTransformers))].map((transformer) => ({
      ...{ id: transformer.id, name: transformer.name, description: transformer.description ?? "" },
      ...{
        transformation: () => Promise.resolve(transformer),
        editor: () => null,
        imageDark: "",
        imageLight: "",
      },
    })),
  );
}

/** Grafana's default thresholds: green, and red from 80 on. */
const thresholds = {
  mode: ThresholdsMode.Absolute,
  steps: [
    { value: -Infinity, color: "green" },
    { value: 80, color: "red" },
  ],
};

/** How a kind of panel colours a field where the dashboard does not say. */
const colourModes: Readonly<Record<string, string>> = {
  timeseries: "palette-classic",
  "state-timeline": "continuous-GrYlRd",
};

/** Field options of a panel, complete. */
export function fieldConfigOf({ type, fieldConfig }: Panel): FieldConfigSource {
  const { defaults = {}, overrides = [] } = fieldConfig ?? {};
  return {
    defaults: { color: { mode: colourModes[type] ?? "thresholds" }, thresholds, ...defaults },
    overrides: structuredClone(overrides) as FieldConfigSource["overrides"],
  };
}

/** True for a field that a graph can draw. */
export const isNumeric = ({ type }: { type: FieldType }): boolean =>
  type === FieldType.number || type === FieldType.boolean;
