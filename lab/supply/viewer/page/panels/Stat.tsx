/** Stat: Grafana's big values, one per series. */
import {
  type DisplayValueAlignmentFactors,
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  type ReduceDataOptions,
  VizOrientation,
} from "@grafana/data";
import {
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  type BigValueJustifyMode,
  type BigValueTextMode,
  DataLinksContextMenu,
  useTheme2,
  VizRepeater,
  type VizRepeaterRenderValueProps,
} from "@grafana/ui";
import { fieldConfigOf } from "../fieldConfig";
import { useSession } from "../session";
import type { PanelProps } from "./PanelProps";

interface StatOptions {
  readonly reduceOptions?: ReduceDataOptions;
  readonly colorMode?: BigValueColorMode;
  readonly graphMode?: BigValueGraphMode;
  readonly justifyMode?: BigValueJustifyMode;
  readonly textMode?: BigValueTextMode;
  readonly orientation?: VizOrientation;
  readonly wideLayout?: boolean;
}

type Value = VizRepeaterRenderValueProps<FieldDisplay, DisplayValueAlignmentFactors>;

export function Stat({ panel, frames, width, height }: PanelProps) {
  const { replace, timeZone } = useSession();
  const theme = useTheme2();
  const options = (panel.options ?? {}) as StatOptions;
  const graphMode = options.graphMode ?? BigValueGraphMode.Area;
  const values = getFieldDisplayValues({
    ...{ data: [...frames], fieldConfig: fieldConfigOf(panel), replaceVariables: replace, theme, timeZone },
    reduceOptions: options.reduceOptions ?? { calcs: ["lastNotNull"] },
    sparkline: graphMode !== BigValueGraphMode.None,
  });
  const big = ({ value, alignmentFactors, count, ...size }: Value, onClick?: () => void) => (
    <BigValue
      {...{ width: size.width, height: size.height, theme, graphMode, count, alignmentFactors, onClick }}
      value={value.display}
      {...(value.sparkline !== undefined && { sparkline: value.sparkline })}
      colorMode={options.colorMode ?? BigValueColorMode.Value}
      justifyMode={options.justifyMode}
      textMode={options.textMode}
      disableWideLayout={options.wideLayout === false}
      hasLinks={value.hasLinks}
    />
  );
  const render = (props: Value) => {
    const { getLinks, hasLinks } = props.value;
    if (!hasLinks || getLinks === undefined) return big(props);
    return <DataLinksContextMenu links={getLinks}>{() => big(props)}</DataLinksContextMenu>;
  };
  return (
    <VizRepeater
      {...{ width, height, source: frames, renderCounter: 0, autoGrid: true, itemSpacing: 3 }}
      getValues={() => values}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={render}
      orientation={options.orientation ?? VizOrientation.Auto}
    />
  );
}
