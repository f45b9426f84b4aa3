/** Writing of one block of samples: where the receiver refuses some of them for good, the others are still written. */
import type { DropReason } from "./drops";
import type { Answer } from "./receiver";
import type { RequestEncoder } from "./remoteWrite";
import type { SampleBlock } from "./sampleQueue";

export interface BlockWriterArgs {
  readonly encoder: RequestEncoder;
  /** Sends a request until it is written or refused; failed: the writer ends. */
  readonly send: (body: Uint8Array) => Promise<Answer>;
  readonly written: (samples: number) => void;
  readonly drop: (reason: DropReason, samples: number, why: Readonly<Record<string, unknown>>) => void;
}

export type WriteBlock = (block: SampleBlock) => Promise<void>;

/**
 * Prometheus takes a request as a whole, or not at all for the sake of one sample. So a refused one is halved until what
 * is wrong stands alone. The newer half comes first: when its oldest sample is too old, all before it are, and none of
 * them is asked for.
 */
export function blockWriter(args: BlockWriterArgs): WriteBlock {
  return async (block) => {
    const time = (at: number): number => block.times[at] ?? 0;
    let tooOld = -Infinity;
    let future = Infinity;
    const write = async (given: readonly number[], isHalf: boolean): Promise<void> => {
      const chosen = given.filter((at) => time(at) > tooOld && time(at) < future);
      args.drop("too_old", given.filter((at) => time(at) <= tooOld).length, {});
      args.drop("future", given.filter((at) => time(at) >= future).length, {});
      if (chosen.length === 0) return;
      const { body, samples, sameTime } = args.encoder.encode(block, chosen);
      const answer = await args.send(body);
      if (answer.kind === "failed") return args.drop("stopped", samples, {});
      if (answer.kind === "written") {
        args.drop("same_time", sameTime, {});
        return args.written(samples);
      }
      const { reason, why } = answer;
      const [first = 0] = chosen;
      if (chosen.length === 1) {
        if (reason === "too_old") tooOld = time(first);
        if (reason === "future") future = time(first);
        return args.drop(reason, 1, { onboardTime: time(first) / 1000, receiver: why });
      }
      const sorted = isHalf ? chosen : [...chosen].sort((a, b) => time(a) - time(b) || a - b);
      const middle = sorted.length >>> 1;
      await write(sorted.slice(middle), true);
      await write(sorted.slice(0, middle), true);
    };
    await write(
      Array.from({ length: block.length }, (_, at) => at),
      false,
    );
  };
}
