/** Marks on graphs, from the answers to a dashboard's annotation queries. */
import type { Annotation } from "./dashboard";
import { formatted } from "./legend";
import type { Answer } from "./prometheus";

/** A mark: a moment, or a region from `time` to `timeEnd`. Milliseconds. */
export interface Mark {
  readonly time: number;
  readonly timeEnd: number;
  readonly title: string;
  readonly text: string;
  readonly color: string;
}

/** Smallest step of an annotation's query where it names none. */
export const defaultStepMs = 60_000;

/** Marks of a range query's answer: samples that are one step apart are one region; zeros are none. */
export function marks(answer: Answer, annotation: Annotation, stepMs: number): Mark[] {
  if (answer.resultType !== "matrix") return [];
  return answer.result.flatMap(({ metric, values }) => {
    const times = values
      .filter(([, value]) => Number(value) > 0)
      .map(([seconds]) => Math.round(seconds * 1000));
    return runs(times, stepMs).map(([time, timeEnd]) => ({
      time,
      timeEnd,
      title: formatted(annotation.titleFormat ?? annotation.name, metric),
      text: formatted(annotation.textFormat ?? "", metric),
      color: annotation.iconColor ?? "red",
    }));
  });
}

/** What is tinted: marks of one colour that overlap are one region, so that many alarms at once do not hide a graph. */
export function regions(marked: readonly Mark[]): Pick<Mark, "time" | "timeEnd" | "color">[] {
  const found: { time: number; timeEnd: number; color: string }[] = [];
  const open = new Map<string, { timeEnd: number }>();
  for (const { time, timeEnd, color } of marked.toSorted((one, other) => one.time - other.time)) {
    const region = open.get(color);
    if (region !== undefined && time <= region.timeEnd) {
      region.timeEnd = Math.max(region.timeEnd, timeEnd);
      continue;
    }
    const next = { time, timeEnd, color };
    found.push(next);
    open.set(color, next);
  }
  return found;
}

/** First and last moment of each run of moments that are at most a step apart. */
export function runs(times: readonly number[], stepMs: number): [first: number, last: number][] {
  const found: [number, number][] = [];
  for (const time of times) {
    const open = found.at(-1);
    if (open !== undefined && time - open[1] <= stepMs) open[1] = time;
    else found.push([time, time]);
  }
  return found;
}
