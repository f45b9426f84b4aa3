/**
 * Body of a Prometheus remote write request, version 1.0 of its specification: a WriteRequest in protobuf, compressed
 * by snappy in its block format.
 *
 *   WriteRequest { repeated TimeSeries timeseries = 1 }
 *   TimeSeries { repeated Label labels = 1; repeated Sample samples = 2 }
 *   Label { string name = 1; string value = 2 }      Sample { double value = 1; int64 timestamp = 2 }
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
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

const { LengthDelimited, Bit64, Varint } = WireType;

/** Encoder of samples, which makes the labels of each series once. */
export class RequestEncoder {
  private readonly labels = new Map<number, Uint8Array>();

  constructor(private readonly series: ReadonlyMap<number, HistorySeries>) {}

  /**
   * Request with some samples of a block, sorted by time within each series, as the specification asks.
   * @param chosen positions in the block
   */
  encode(block: SampleBlock, chosen: Iterable<number>): EncodedRequest {
    const { times, values } = block;
    const writer = new BinaryWriter();
    let samples = 0;
    let sameTime = 0;
    for (const [slot, positions] of bySeries(block, chosen)) {
      writer.tag(1, LengthDelimited).fork().raw(this.labelsOf(slot));
      let last = NaN;
      let value = NaN;
      for (const at of positions) {
        const time = times[at] ?? 0;
        if (time === last) {
          if (values[at] === value) samples++;
          else sameTime++;
          continue;
        }
        last = time;
        value = values[at] ?? 0;
        writer.tag(2, LengthDelimited).fork().tag(1, Bit64).double(value);
        writer.tag(2, Varint).int64(time).join();
        samples++;
      }
      writer.join();
    }
    return { body: compress(writer.finish()), samples, sameTime };
  }

  /** Labels of a series as they are in the message, sorted by name. */
  private labelsOf(slot: number): Uint8Array {
    let known = this.labels.get(slot);
    if (known === undefined) this.labels.set(slot, (known = encodeLabels(this.series.get(slot))));
    return known;
  }
}

function encodeLabels(series: HistorySeries | undefined): Uint8Array {
  if (series === undefined) throw new TypeError("a sample without a series");
  const writer = new BinaryWriter();
  const labels = Object.entries({ __name__: series.metric, ...series.labels });
  for (const [name, value] of labels.sort(([a], [b]) => (a < b ? -1 : 1))) {
    writer.tag(1, LengthDelimited).fork();
    writer.tag(1, LengthDelimited).string(name).tag(2, LengthDelimited).string(value).join();
  }
  return writer.finish();
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
