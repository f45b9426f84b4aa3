/** Samples of the history as OpenMetrics text with times: what `promtool tsdb create-blocks-from openmetrics` reads. */
import type { Dictionary, Packet } from "../dictionary";
import { labelText, numberText, openMetricsEnd, openMetricsHeader } from "../exporter/exposition";
import { type HistorySeries, historySeries, sampleSlots } from "./series";

interface Point {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly value: number;
}

/** Collector of a file's samples, which the format wants by series and not by time. */
export class OpenMetricsHistory {
  /** Packets without an on-board time: they have no place in a history. */
  packetsWithoutTime = 0;
  private readonly series: ReadonlyMap<number, HistorySeries>;
  private readonly slots: Uint32Array;
  private readonly points = new Map<number, Point[]>();

  constructor(dictionary: Dictionary, spacecraft: string) {
    this.series = historySeries(dictionary, spacecraft);
    this.slots = new Uint32Array(dictionary.slots);
  }

  /** @param onboardTime seconds since 1970; NaN: the packet has no time */
  take(packet: Packet, onboardTime: number, values: Float64Array): void {
    if (Number.isNaN(onboardTime)) {
      this.packetsWithoutTime++;
      return;
    }
    const time = Math.round(onboardTime * 1000);
    const samples = sampleSlots(packet, values, this.slots);
    for (const slot of this.slots.subarray(0, samples)) {
      const known = this.points.get(slot);
      const point = { time, value: values[slot] ?? NaN };
      if (known) known.push(point);
      else this.points.set(slot, [point]);
    }
  }

  /** The text, a series at a time; of several values at one millisecond the first. */
  *text(): Generator<string> {
    let metric = "";
    for (const [slot, series] of this.series) {
      const points = this.points.get(slot);
      if (points === undefined) continue;
      if (series.metric !== metric) yield header(series);
      metric = series.metric;
      yield lines(series, points);
    }
    yield openMetricsEnd;
  }
}

function header({ metric, parameter }: HistorySeries): string {
  const { kind, description, unit } = parameter;
  return openMetricsHeader(kind, { name: metric, help: description, unit: unit.base.suffix });
}

function lines({ metric, labels }: HistorySeries, points: Point[]): string {
  const name = metric + labelText(labels);
  let last = NaN;
  let text = "";
  // Stable: of the same time, the first one taken stays the first.
  for (const { time, value } of points.sort((a, b) => a.time - b.time)) {
    if (time !== last) text += `${name} ${numberText(value)} ${(time / 1000).toFixed(3)}\n`;
    last = time;
  }
  return text;
}
