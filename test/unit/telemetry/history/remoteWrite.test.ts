import assert from "node:assert/strict";
import fc from "fast-check";
import { BinaryReader } from "google-protobuf";
import { uncompress } from "snappyjs";
import { RequestEncoder } from "../../../../telemetry/history/remoteWrite";
import { blockSamples, type SampleBlock, SampleQueue } from "../../../../telemetry/history/sampleQueue";
import { historySeries } from "../../../../telemetry/history/series";
import { HistoryModel } from "../../../support/telemetry/historyModel";

interface Decoded {
  readonly labels: [string, string][];
  readonly samples: [time: number, value: number][];
}

/** A WriteRequest read back by Google's protobuf runtime, from the message's definition. */
function decoded(body: Uint8Array): Decoded[] {
  const found: Decoded[] = [];
  eachField(new BinaryReader(uncompress(body)), {
    1: (request) => {
      const series: Decoded = { labels: [], samples: [] };
      found.push(series);
      eachField(within(request), {
        1: (reader) => {
          const label: [string, string] = ["", ""];
          eachField(within(reader), {
            1: (text) => (label[0] = text.readString()),
            2: (text) => (label[1] = text.readString()),
          });
          series.labels.push(label);
        },
        2: (reader) => {
          const sample: [number, number] = [NaN, NaN];
          eachField(within(reader), {
            1: (number) => (sample[1] = number.readDouble()),
            2: (number) => (sample[0] = Number(number.readInt64String())),
          });
          series.samples.push(sample);
        },
      });
    },
  });
  return found;
}

const within = (reader: BinaryReader): BinaryReader => new BinaryReader(reader.readBytes());

function eachField(
  reader: BinaryReader,
  read: Readonly<Record<number, (reader: BinaryReader) => unknown>>,
): void {
  while (reader.nextField() && !reader.isEndGroup()) {
    const field = read[reader.getFieldNumber()];
    assert.ok(field, `field ${reader.getFieldNumber()} is not in the message`);
    field(reader);
  }
}

const { dictionary } = new HistoryModel();
const series = historySeries(dictionary, 'orbiter é"\\');
const slots = [...series.keys()];

type Sample = readonly [slot: number, time: number, value: number];

function blockOf(samples: readonly Sample[]): SampleBlock {
  const queue = new SampleQueue(blockSamples);
  for (const [slot, time, value] of samples) queue.push(slot, time, value);
  return (
    queue.shift() ?? {
      slots: new Uint32Array(),
      times: new Float64Array(),
      values: new Float64Array(),
      length: 0,
    }
  );
}

const anySample = fc.tuple(
  fc.constantFrom(...slots),
  // Years 1700 to 2200, and often the same few milliseconds.
  fc.oneof(fc.integer({ min: -8_000_000_000_000, max: 7_000_000_000_000 }), fc.integer({ min: 0, max: 5 })),
  fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 2 })),
);

describe("a remote write request", () => {
  it("says, read back, every sample of every series: the first of those at one time, sorted, with its labels", () => {
    fc.assert(
      fc.property(fc.array(anySample, { maxLength: 200 }), (samples) => {
        const block = blockOf(samples);
        const all = samples.map((_, at) => at);
        const { body, samples: written, sameTime } = new RequestEncoder(series).encode(block, all);
        const expected = new Map<number, Map<number, number>>();
        let others = 0;
        for (const [slot, time, value] of samples) {
          const known = expected.get(slot) ?? new Map<number, number>();
          expected.set(slot, known);
          if (!known.has(time)) known.set(time, value);
          else if (known.get(time) !== value) others++;
        }
        assert.deepEqual(
          decoded(body),
          [...expected].map(([slot, points]) => ({
            labels: Object.entries({ __name__: series.get(slot)?.metric, ...series.get(slot)?.labels }),
            samples: [...points].sort(([a], [b]) => a - b),
          })),
        );
        assert.deepEqual([written, sameTime], [samples.length - others, others]);
      }),
    );
  });

  it("has no other value at the time of a series' newest sample, which was in a request before", () => {
    const [slot = 0, other = 0] = slots;
    const encoder = new RequestEncoder(series);
    const send = (...samples: Sample[]): unknown => {
      const { body, ...counts } = encoder.encode(
        blockOf(samples),
        samples.map((_, at) => at),
      );
      return { ...counts, sent: decoded(body).flatMap((each) => each.samples) };
    };
    assert.deepEqual(send([slot, 1, 10], [slot, 2, 20]), {
      samples: 2,
      sameTime: 0,
      sent: [
        [1, 10],
        [2, 20],
      ],
    });
    // The same again is what is sent when it was not answered; an older time is for Prometheus to know.
    assert.deepEqual(send([slot, 2, 20], [slot, 2, 21], [slot, 1, 11], [other, 2, 5]), {
      samples: 3,
      sameTime: 1,
      sent: [
        [1, 11],
        [2, 20],
        [2, 5],
      ],
    });
  });

  it("has only what was chosen of the block, and can be empty", () => {
    const block = blockOf([
      [slots[0] ?? 0, 1, 10],
      [slots[0] ?? 0, 2, 20],
    ]);
    const encoder = new RequestEncoder(series);
    assert.deepEqual(decoded(encoder.encode(block, [1]).body)[0]?.samples, [[2, 20]]);
    assert.deepEqual(decoded(encoder.encode(block, []).body), []);
  });

  it("has labels sorted by name, each once, and names that no live series has", () => {
    const live = new Set(dictionary.parameters.map(({ metric }) => metric));
    for (const { metric, labels } of series.values()) {
      const names = ["__name__", ...Object.keys(labels)];
      assert.deepEqual(names, [...new Set(names)].sort());
      assert.ok(!live.has(metric) && !metric.startsWith("bus_"), metric);
    }
  });
});

describe("series of the history", () => {
  it("are one of each parameter and element: texts have none", () => {
    assert.deepEqual(
      [...series.values()].map(({ metric, labels }) => `${metric} ${labels["index"] ?? ""}`.trim()),
      [
        "onboard_bus_power_voltage_volts",
        "onboard_bus_power_boots_total",
        "onboard_bus_power_cells 0",
        "onboard_bus_power_cells 1",
        "onboard_bus_power_cells 2",
        "onboard_bus_power_current_amperes",
        "onboard_bus_attitude_mode",
      ],
    );
  });
});

describe("the queue of samples", () => {
  it("gives back what it got, in blocks, and has never more than it may", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 * blockSamples }), (count) => {
        const queue = new SampleQueue(2 * blockSamples);
        let taken = 0;
        for (let i = 0; i < count; i++) {
          if (!queue.hasRoom(1)) continue;
          queue.push(i, i * 1000, i / 2);
          taken++;
        }
        assert.equal(taken, Math.min(count, 2 * blockSamples));
        assert.equal(queue.length, taken);
        let next = 0;
        for (let block = queue.shift(); block; block = queue.shift()) {
          for (let at = 0; at < block.length; at++, next++) {
            assert.deepEqual(
              [block.slots[at], block.times[at], block.values[at]],
              [next, next * 1000, next / 2],
            );
          }
        }
        assert.deepEqual([next, queue.length], [taken, 0]);
      }),
      { numRuns: 10 },
    );
  });
});
