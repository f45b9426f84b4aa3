/** Table: Grafana's own. */
import type { FieldConfigSource } from "@grafana/data";
import type { TableCellHeight } from "@grafana/schema";
import { TableNG } from "@grafana/ui/unstable";
import { fieldConfigOf } from "../fieldConfig";
import type { PanelProps } from "./PanelProps";

interface TableOptions {
  readonly frameIndex?: number;
  readonly showHeader?: boolean;
  readonly cellHeight?: TableCellHeight;
  readonly sortBy?: { displayName: string; desc?: boolean }[];
}

export function Table({ panel, frames, width, height }: PanelProps) {
  const { frameIndex = 0, showHeader = true, cellHeight, sortBy } = (panel.options ?? {}) as TableOptions;
  const frame = frames[frameIndex] ?? frames[0];
  if (frame === undefined) return null;
  const fieldConfig: FieldConfigSource = fieldConfigOf(panel);
  return (
    <TableNG
      {...{ data: frame, width, height, noHeader: !showHeader, cellHeight, fieldConfig, resizable: true }}
      {...(sortBy !== undefined && { sortBy })}
      structureRev={frame.fields.length}
    />
  );
}
