/** Boxes of a state timeline on a plot's canvas. */
import {
  colorManipulator,
  type DataFrame,
  type Field,
  formattedValueToString,
  type GrafanaTheme2,
} from "@grafana/data";
import type uPlot from "uplot";
import { type Span, spans } from "../../model/spans";

export interface Row {
  readonly name: string;
  readonly time: Field;
  readonly field: Field;
  readonly frame: DataFrame;
}

export interface TimelineStyle {
  readonly theme: GrafanaTheme2;
  readonly mergeValues: boolean;
  /** Share of a row's height that its boxes take. */
  readonly rowHeight: number;
  readonly showValue: "auto" | "always" | "never";
}

const fontSize = 12;

export function drawSpans(u: uPlot, rows: readonly Row[], style: TimelineStyle): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${fontSize * devicePixelRatio}px ${style.theme.typography.fontFamily}`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  const height = bbox.height / rows.length;
  for (const [place, row] of rows.entries()) {
    const top = bbox.top + height * (place + (1 - style.rowHeight) / 2);
    for (const span of spansOf(row, style.mergeValues)) {
      drawSpan(u, row, span, { top, height: height * style.rowHeight }, style);
    }
  }
  ctx.restore();
}

/** Spans of a row. Its time's interval is the query's step. */
export function spansOf({ time, field }: Row, merge: boolean): Span[] {
  return spans(time.values as number[], field.values as number[], time.config.interval ?? Infinity, merge);
}

function drawSpan(
  u: uPlot,
  { field }: Row,
  { from, to, value }: Span,
  { top, height }: { top: number; height: number },
  { theme, showValue }: TimelineStyle,
): void {
  const { ctx, bbox } = u;
  const left = Math.max(bbox.left, u.valToPos(from, "x", true));
  const right = Math.min(bbox.left + bbox.width, u.valToPos(to, "x", true));
  const display = field.display?.(value);
  const color = display?.color ?? theme.colors.text.secondary;
  const { fillOpacity = 70 } = (field.config.custom ?? {}) as { fillOpacity?: number };
  ctx.fillStyle = colorManipulator.alpha(color, fillOpacity / 100);
  // A short state must not vanish.
  ctx.fillRect(left, top, Math.max(devicePixelRatio, right - left), height);
  if (showValue === "never" || display === undefined) return;
  const text = formattedValueToString(display);
  const padding = 6 * devicePixelRatio;
  const room = right - left - 2 * padding;
  if (height < fontSize * devicePixelRatio) return;
  if (showValue === "auto" && ctx.measureText(text).width > room) return;
  ctx.fillStyle = theme.colors.getContrastText(color, theme.colors.contrastThreshold);
  ctx.fillText(text, left + padding, top + height / 2);
}
