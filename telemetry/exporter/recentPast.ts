/** Recent past of the numeric parameters: a few points of each, evenly spaced, for the small plots of the page. */
import { isText } from "../decoder";
import type { Parameter } from "../dictionary";
import type { TelemetryState } from "./telemetryState";

/** Content of /recent.json. */
export interface RecentDocument {
  /** Seconds between two points. */
  readonly stepSeconds: number;
  /** Time of the last point, in seconds since 1970; null: there is none yet. */
  readonly end: number | null;
  /** Points by metric, in base units, the oldest first; null: no value, or stale. */
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
}

const spanSeconds = 600;
const mostPoints = 120;
/** Points of all parameters together: 2 MB of memory. */
const mostValues = 250_000;

/** Numbers alone: a state or a text is read better in a timeline. */
const isPlotted = (parameter: Parameter): boolean =>
  !parameter.array && !isText(parameter) && parameter.type !== "enumeration" && parameter.type !== "boolean";

/** Ten minutes of each plotted parameter: 120 points, and fewer (never below 10) where there are thousands of parameters. */
export class RecentPast {
  readonly stepSeconds: number;
  private readonly plotted: readonly Parameter[];
  private readonly points: number;
  /** Point after point; within one, parameter after parameter. */
  private readonly values: Float64Array;
  /** Number of the newest point since 1970; undefined: there is none. */
  private newest: number | undefined;

  constructor(private readonly state: TelemetryState) {
    this.plotted = state.dictionary.parameters.filter(isPlotted);
    const affordable = Math.floor(mostValues / Math.max(1, this.plotted.length));
    this.points = Math.min(mostPoints, Math.max(10, affordable));
    this.stepSeconds = spanSeconds / this.points;
    this.values = new Float64Array(this.points * this.plotted.length).fill(NaN);
  }

  /** Takes the values of now, once within each step; what it slept through has no value. */
  take(now: number): void {
    const point = Math.floor(now / this.stepSeconds);
    if (this.newest !== undefined && point <= this.newest && point > this.newest - this.points) return;
    const slept = Math.min(this.points, Math.abs(point - (this.newest ?? point)));
    for (let each = point - slept + 1; each < point; each++) this.row(each).fill(NaN);
    const row = this.row(point);
    this.plotted.forEach((parameter, index) => {
      row[index] = this.state.value(parameter, now) ?? NaN;
    });
    this.newest = point;
  }

  document(): RecentDocument {
    const { newest, points, stepSeconds } = this;
    const rows =
      newest === undefined
        ? []
        : Array.from({ length: points }, (_, index) => this.row(newest - points + 1 + index));
    const values = this.plotted.map(({ metric }, index) => [metric, rows.map((row) => shown(row[index]))]);
    return {
      stepSeconds,
      end: newest === undefined ? null : newest * stepSeconds,
      values: Object.fromEntries(values) as RecentDocument["values"],
    };
  }

  private row(point: number): Float64Array {
    const from = (point % this.points) * this.plotted.length;
    return this.values.subarray(from, from + this.plotted.length);
  }
}

/** Six digits are more than a small plot can show. */
const shown = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(6));
