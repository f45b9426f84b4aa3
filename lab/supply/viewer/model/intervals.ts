/** Steps of queries, and the variables that name them. */

const milliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Milliseconds of a duration such as `15s` or `1h30m`; undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (milliseconds[unit ?? ""] ?? 0), 0);
}

/** Duration in PromQL's notation, in whole milliseconds at least. */
function durationText(ms: number): string {
  for (const unit of ["d", "h", "m", "s"]) {
    const size = milliseconds[unit] ?? 1;
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${Math.max(1, Math.round(ms))}ms`;
}

/** Steps that a query may have, so that the same samples are asked for again while the range moves on. */
const roundSteps = [
  ...[1, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms),
  ...[1, 2, 5, 10, 15, 20, 30].map((s) => s * 1_000),
  ...[1, 2, 5, 10, 15, 20, 30].map((m) => m * 60_000),
  ...[1, 2, 3, 6, 12, 24].map((h) => h * 3_600_000),
];

/** Prometheus refuses more points in a series. */
const mostPoints = 11_000;

export interface StepRequest {
  readonly rangeMs: number;
  /** Points that can be seen: the panel's width in pixels. */
  readonly points: number;
  /** Smallest step: of the query, else of the panel, else the scrape interval of the data source. */
  readonly smallestMs: number;
}

/** Step of a range query in milliseconds: the next round one, never below the smallest, never with too many points. */
export function stepMs({ rangeMs, points, smallestMs }: StepRequest): number {
  const wanted = rangeMs / Math.max(1, points);
  const round = roundSteps.find((step) => step >= wanted) ?? Math.ceil(wanted / 86_400_000) * 86_400_000;
  return Math.max(round, smallestMs, Math.ceil(rangeMs / mostPoints));
}

/** Range for `rate` that has at least four samples in it, and reaches one scrape further than a step. */
export function rateIntervalMs(step: number, scrapeMs: number): number {
  return Math.max(step + scrapeMs, 4 * scrapeMs);
}

/** The variables that a query may use beside the dashboard's. */
export function intervalVariables(step: number, scrapeMs: number, rangeMs: number): Record<string, string> {
  return {
    __interval: durationText(step),
    __interval_ms: String(step),
    __rate_interval: durationText(rateIntervalMs(step, scrapeMs)),
    __range: `${Math.round(rangeMs / 1_000)}s`,
    __range_s: String(Math.round(rangeMs / 1_000)),
    __range_ms: String(rangeMs),
  };
}

/** A range whose ends are multiples of the step: the same points at every refresh. */
export function aligned(fromMs: number, toMs: number, step: number): { fromMs: number; toMs: number } {
  return { fromMs: Math.floor(fromMs / step) * step, toMs: Math.floor(toMs / step) * step };
}
