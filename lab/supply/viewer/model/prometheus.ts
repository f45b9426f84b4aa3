/** Answers of Prometheus' query API as data frames, in the shape that Grafana's own code reads. */
import type { Target } from "./dashboard";
import { type Labels, seriesName } from "./legend";

/** A time and a value, as Prometheus writes them: seconds, and text. */
type Sample = readonly [seconds: number, value: string];

export type Answer =
  | {
      readonly resultType: "matrix";
      readonly result: readonly { metric: Labels; values: readonly Sample[] }[];
    }
  | { readonly resultType: "vector"; readonly result: readonly { metric: Labels; value: Sample }[] }
  | { readonly resultType: "scalar" | "string"; readonly result: Sample };

/** A column, as `Field` of @grafana/data. */
interface Column {
  readonly name: string;
  readonly type: "time" | "number" | "string";
  readonly config: { displayNameFromDS?: string; interval?: number };
  readonly labels?: Record<string, string>;
  readonly values: (number | string)[];
}

/** A table of columns of one length, as `DataFrame` of @grafana/data. */
export interface Frame {
  readonly refId: string;
  readonly name?: string;
  readonly fields: Column[];
  readonly length: number;
  readonly meta?: { readonly executedQueryString: string };
}

interface Series {
  readonly labels: Labels;
  readonly samples: readonly Sample[];
}

export interface FrameRequest {
  readonly target: Target;
  /** The query as it was sent. */
  readonly expression: string;
  /** Step of a range query: a longer silence is a gap. */
  readonly stepMs?: number;
  /** True when other queries of the panel give tables too: the columns of values then bear the query's letter. */
  readonly amongOthers: boolean;
}

/** Frames of an answer: one per series, or one table of all. */
export function frames(answer: Answer, request: FrameRequest): Frame[] {
  const series = seriesOf(answer);
  if (request.target.format === "table") return series.length === 0 ? [] : [table(series, request)];
  return series.map((one) => seriesFrame(one, request));
}

function seriesOf(answer: Answer): Series[] {
  switch (answer.resultType) {
    case "matrix":
      return answer.result.map(({ metric, values }) => ({ labels: metric, samples: values }));
    case "vector":
      return answer.result.map(({ metric, value }) => ({ labels: metric, samples: [value] }));
    default:
      return [{ labels: {}, samples: [answer.result] }];
  }
}

function seriesFrame({ labels, samples }: Series, { target, expression, stepMs }: FrameRequest): Frame {
  const name = seriesName(labels, target.legendFormat, expression);
  const time: Column = {
    name: "Time",
    type: "time",
    config: stepMs === undefined ? {} : { interval: stepMs },
    values: samples.map(([seconds]) => milliseconds(seconds)),
  };
  const value: Column = {
    name: "Value",
    type: "number",
    config: { displayNameFromDS: name },
    labels: { ...labels },
    values: samples.map(([, text]) => numberOf(text)),
  };
  const meta = { executedQueryString: expression };
  return { refId: target.refId, name, fields: [time, value], length: samples.length, meta };
}

/** A row per sample; a column for the time, one for each label, sorted by name, and one for the value. */
function table(series: readonly Series[], { target, expression, amongOthers }: FrameRequest): Frame {
  const rows = series.flatMap(({ labels, samples }) => samples.map((sample) => ({ labels, sample })));
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].sort();
  const column = (name: string, type: Column["type"], values: Column["values"]): Column => ({
    name,
    type,
    config: {},
    values,
  });
  return {
    refId: target.refId,
    fields: [
      column(
        "Time",
        "time",
        rows.map(({ sample: [seconds] }) => milliseconds(seconds)),
      ),
      ...names.map((name) =>
        column(
          name,
          "string",
          rows.map(({ labels }) => labels[name] ?? ""),
        ),
      ),
      column(
        amongOthers ? `Value #${target.refId}` : "Value",
        "number",
        rows.map(({ sample: [, text] }) => numberOf(text)),
      ),
    ],
    length: rows.length,
    meta: { executedQueryString: expression },
  };
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

function numberOf(text: string): number {
  if (text === "+Inf") return Infinity;
  return text === "-Inf" ? -Infinity : Number(text);
}
