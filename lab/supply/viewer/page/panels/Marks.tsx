/** Annotations on a graph: a dashed line or a region, and a mark below it that says what it is. */
import { colorManipulator, dateTimeFormat, type GrafanaTheme2 } from "@grafana/data";
import { type UPlotConfigBuilder, useTheme2 } from "@grafana/ui";
import { useEffect, useLayoutEffect, useRef } from "react";
import type uPlot from "uplot";
import { type Mark, regions } from "../../model/annotations";
import { useSession } from "../session";

interface Drawing<M = Mark> {
  readonly marks: readonly M[];
  readonly theme: GrafanaTheme2;
  readonly timeZone: string;
}

/** What is drawn of a mark. */
type Drawn = Pick<Mark, "time" | "timeEnd" | "color">;

export function Marks({ builder }: { readonly builder: UPlotConfigBuilder }) {
  const { marks, timeZone } = useSession();
  const theme = useTheme2();
  const drawing = useRef<Drawing>({ marks, theme, timeZone });
  drawing.current = { marks, theme, timeZone };
  const plot = useRef<uPlot>(undefined);
  useLayoutEffect(() => {
    // Regions lie under what is drawn, so that its colours stay true.
    builder.addHook("drawClear", (u: uPlot) =>
      draw(u, { ...drawing.current, marks: regions(drawing.current.marks) }, fillRegion),
    );
    builder.addHook("draw", (u: uPlot) => {
      plot.current = u;
      draw(u, drawing.current, drawEnds);
      label(u, drawing.current);
    });
  }, [builder]);
  useEffect(() => plot.current?.redraw(false), [marks]);
  return null;
}

const inRange = (u: uPlot, { time, timeEnd }: Drawn): boolean =>
  timeEnd >= (u.scales["x"]?.min ?? Infinity) && time <= (u.scales["x"]?.max ?? -Infinity);

type DrawMark = (u: uPlot, from: number, to: number, color: string) => void;

/** Draws each mark that can be seen, inside the graph only. */
function draw(u: uPlot, { marks, theme }: Drawing<Drawn>, drawMark: DrawMark): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const mark of marks.filter((one) => inRange(u, one))) {
    const color = theme.visualization.getColorByName(mark.color);
    drawMark(u, u.valToPos(mark.time, "x", true), u.valToPos(mark.timeEnd, "x", true), color);
  }
  ctx.restore();
}

const fillRegion: DrawMark = ({ ctx, bbox }, from, to, color) => {
  ctx.fillStyle = colorManipulator.alpha(color, 0.1);
  ctx.fillRect(from, bbox.top, to - from, bbox.height);
};

const drawEnds: DrawMark = ({ ctx, bbox }, from, to, color) => {
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([5 * devicePixelRatio, 5 * devicePixelRatio]);
  for (const at of new Set([from, to])) {
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
  }
};

/** Elements below the graph, whose tooltip says what the mark is. */
function label(u: uPlot, { marks, theme, timeZone }: Drawing): void {
  for (const old of u.over.querySelectorAll(".perigee-mark")) old.remove();
  const width = u.over.clientWidth;
  for (const { time, timeEnd, title, text, color } of marks.filter((mark) => inRange(u, mark))) {
    const from = Math.max(0, u.valToPos(time, "x"));
    const to = Math.min(width, u.valToPos(timeEnd, "x"));
    const element = document.createElement("div");
    element.className = "perigee-mark";
    const when = (at: number): string => dateTimeFormat(at, { timeZone });
    element.title = [title, text, timeEnd > time ? `${when(time)} to ${when(timeEnd)}` : when(time)].join(
      "\n",
    );
    Object.assign(element.style, {
      ...{ position: "absolute", bottom: "-5px", height: "5px", zIndex: "1" },
      ...{ left: `${from - (to > from ? 0 : 3)}px`, width: `${Math.max(6, to - from)}px` },
      background: theme.visualization.getColorByName(color),
    });
    u.over.append(element);
  }
}
