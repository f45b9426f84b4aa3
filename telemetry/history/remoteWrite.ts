/**
 * Body of a Prometheus remote write request, version 1.0 of its specification: a WriteRequest in protobuf, compressed
 * by snappy in its block format.
 *
 *   WriteRequest { repeated TimeSeries timeseries = 1 }
 *   TimeSeries { repeated Label labels = 1; repeated Sample samples = 2 }
 *   Label { string name = 1; string value = 2 }      Sample { double value = 1; int64 timestamp = 2 }
 */
import { PbfWriter } from "pbf";
import { compress } from "snappyjs";
import type { SampleBlock } from "./sampleQueue";
import type { HistorySeries } from "./series";

export const requestHeaders: Readonly<Record<string, string>> = {
  "content-encoding": "snappy",
  "content-type": "application/x-protobuf",
  "x-prometheus-remote-write-version": "0.1.0",
};

export interface EncodedRequest {
  readonly body: Uint8Array;
  /** Samples that are in it, exact duplicates counted too. */
  readonly samples: number;
  /** Samples left out: of a series with another value at the same millisecond, which Prometheus cannot keep. */
  readonly sameTime: number;
}

interface Newest {
  time: number;
  value: number;
}

/** Positions in a block of the samples of one series. */
interface Chosen {
  readonly slot: number;
  readonly block: SampleBlock;
  readonly positions: readonly number[];
  readonly series: HistorySeries;
}

/** Encoder of samples. Its buffer is used again and again: garbage of each request would cost the live path pauses. */
export class RequestEncoder {
  private buffer = new Uint8Array(64 * 1024);
  private samples = 0;
  private sameTime = 0;
  /**
   * Newest sample of each series. Prometheus refuses another value at its time, and the whole request with it: where
   * on-board times are whole seconds and packets are not, each request begins with such samples.
   */
  private readonly newest = new Map<number, Newest>();

  constructor(private readonly series: ReadonlyMap<number, HistorySeries>) {}

  /**
   * Request with some samples of a block, sorted by time within each series, as the specification asks.
   * @param chosen positions in the block
   */
  encode(block: SampleBlock, chosen: Iterable<number>): EncodedRequest {
    const writer = new PbfWriter(this.buffer);
    this.samples = 0;
    this.sameTime = 0;
    for (const [slot, positions] of bySeries(block, chosen)) {
      const series = this.series.get(slot);
      if (series === undefined) throw new TypeError("a sample without a series");
      writer.writeMessage(1, this.writeSeries, { slot, block, positions, series });
    }
    const body = compress(writer.finish());
    this.buffer = writer.buf as Uint8Array<ArrayBuffer>;
    return { body, samples: this.samples, sameTime: this.sameTime };
  }

  private readonly writeSeries = ({ slot, block, positions, series }: Chosen, writer: PbfWriter): void => {
    const labels = Object.entries({ __name__: series.metric, ...series.labels });
    for (const label of labels.sort(([a], [b]) => (a < b ? -1 : 1))) {
      writer.writeMessage(1, writeLabel, label);
    }
    const { times, values } = block;
    const newest = this.newest.get(slot) ?? { time: -Infinity, value: NaN };
    this.newest.set(slot, newest);
    const last = { time: NaN, value: NaN };
    for (const at of positions) {
      const time = times[at] ?? 0;
      const value = values[at] ?? 0;
      const known = time === last.time ? last : time === newest.time ? newest : undefined;
      if (known && known.value !== value) {
        this.sameTime++;
        continue;
      }
      if (time !== last.time) writer.writeMessage(2, writeSample, { time, value });
      Object.assign(last, { time, value });
      if (time > newest.time) Object.assign(newest, last);
      this.samples++;
    }
  };
}

function writeLabel([name, value]: readonly [string, string], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeStringField(2, value);
}

function writeSample(
  { time, value }: { readonly time: number; readonly value: number },
  writer: PbfWriter,
): void {
  writer.writeDoubleField(1, value);
  writer.writeVarintField(2, time);
}

/** Positions by series, each in the order of time and, at one time, of arrival. */
function bySeries({ slots, times }: SampleBlock, chosen: Iterable<number>): Map<number, number[]> {
  const found = new Map<number, number[]>();
  const unsorted = new Set<number[]>();
  const time = (at: number): number => times[at] ?? 0;
  for (const at of chosen) {
    const slot = slots[at] ?? 0;
    const positions = found.get(slot);
    if (positions === undefined) {
      found.set(slot, [at]);
      continue;
    }
    if (time(at) < time(positions.at(-1) ?? at)) unsorted.add(positions);
    positions.push(at);
  }
  for (const positions of unsorted) positions.sort((a, b) => time(a) - time(b) || a - b);
  return found;
}
