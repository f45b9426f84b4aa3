import assert from "node:assert/strict";
import fc from "fast-check";
import { blockWriter } from "../../../../telemetry/history/blockWriter";
import type { DropReason } from "../../../../telemetry/history/drops";
import { type Answer, answerOf } from "../../../../telemetry/history/receiver";
import type { RequestEncoder } from "../../../../telemetry/history/remoteWrite";
import { SampleQueue } from "../../../../telemetry/history/sampleQueue";

type Sample = readonly [time: number, value: number];

/** A receiver that takes a request whole, or not at all for the sake of one sample, as Prometheus does. */
class Strict {
  readonly written: Sample[] = [];
  readonly dropped = new Map<DropReason, number>();
  requests = 0;

  constructor(
    private readonly window: { readonly from: number; readonly to: number },
    private readonly isBad: (sample: Sample) => boolean,
  ) {}

  async write(samples: readonly Sample[]): Promise<void> {
    const queue = new SampleQueue(samples.length);
    for (const [time, value] of samples) queue.push(0, time, value);
    const block = queue.shift();
    assert.ok(block);
    let request: Sample[] = [];
    const encoder = {
      encode: (_: unknown, chosen: readonly number[]) => {
        request = chosen.map((at): Sample => [block.times[at] ?? NaN, block.values[at] ?? NaN]);
        return { body: new Uint8Array(), samples: request.length, sameTime: 0 };
      },
    } as unknown as RequestEncoder;
    await blockWriter({
      encoder,
      send: () => Promise.resolve(this.answer(request)),
      written: () => void this.written.push(...request),
      drop: (reason, count) => void this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + count),
    })(block);
  }

  private answer(request: readonly Sample[]): Answer {
    this.requests++;
    for (const sample of request) {
      if (sample[0] < this.window.from) return answerOf(400, "too old sample");
      if (sample[0] > this.window.to) {
        return answerOf(400, "out of bounds: timestamp is too far in the future");
      }
      if (this.isBad(sample)) return answerOf(400, "duplicate sample for timestamp");
    }
    return { kind: "written" };
  }
}

const anyBlock = fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 50 })), {
  minLength: 1,
  maxLength: 300,
});

describe("a block of samples", () => {
  it("is written but for what the receiver refuses, each once, and every loss counted by its reason", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyBlock,
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 50 }),
        async (samples, from, to, bad) => {
          const receiver = new Strict({ from, to }, ([, value]) => value === bad);
          await receiver.write(samples);
          const reasonOf = ([time, value]: Sample): string =>
            time < from ? "too_old" : time > to ? "future" : value === bad ? "same_time" : "written";
          const expected = Map.groupBy(samples, reasonOf);
          const order = ([a, b]: Sample, [c, d]: Sample): number => a - c || b - d;
          assert.deepEqual(
            [...receiver.written].sort(order),
            [...(expected.get("written") ?? [])].sort(order),
          );
          for (const reason of ["too_old", "future", "same_time"] as const) {
            assert.equal(receiver.dropped.get(reason) ?? 0, expected.get(reason)?.length ?? 0, reason);
          }
        },
      ),
    );
  });

  it("of which half is too old takes some requests, not one of each sample", async () => {
    const receiver = new Strict({ from: 1_000, to: Infinity }, () => false);
    await receiver.write(Array.from({ length: 2_000 }, (_, i): Sample => [(i * 7919) % 2_000, i]));
    assert.equal(receiver.written.length, 1_000);
    assert.ok(receiver.requests < 40, `${receiver.requests} requests`);
  });
});

describe("an answer of the receiver", () => {
  const cases: readonly (readonly [number, string, string])[] = [
    [200, "", "written"],
    [204, "", "written"],
    [400, "out of order sample", "too_old"],
    [400, "too old sample", "too_old"],
    // Prometheus 2.42.
    [500, "too old sample", "too_old"],
    [400, "out of bounds", "too_old"],
    [400, "out of bounds: timestamp is too far in the future", "future"],
    [400, "duplicate sample for timestamp", "same_time"],
    [400, "invalid metric name", "refused"],
    [404, "remote write receiver needs to be enabled with --web.enable-remote-write-receiver", "failed"],
    [401, "", "failed"],
    [429, "", "failed"],
    [500, "disk full", "failed"],
    [503, "Service Unavailable", "failed"],
    [302, "", "failed"],
  ];
  for (const [status, text, meaning] of cases) {
    it(`${status} ${text} means ${meaning}`, () => {
      const answer = answerOf(status, text);
      assert.equal(answer.kind === "refused" ? answer.reason : answer.kind, meaning);
    });
  }
});
