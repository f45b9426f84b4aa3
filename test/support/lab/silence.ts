/** Longest silence of something that is asked again and again. */
import { setTimeout as sleep } from "node:timers/promises";

export interface Watch {
  /** Ends it. @returns the longest time without an answer, in milliseconds */
  end(): Promise<number>;
}

/** Asks every `periodMs` until it is ended; what fails or does not answer is no answer. */
export function watchSilence(ask: (signal: AbortSignal) => Promise<void>, periodMs = 200): Watch {
  const over = new AbortController();
  let last = Date.now();
  let longest = 0;
  const answered = (): void => {
    longest = Math.max(longest, Date.now() - last);
    last = Date.now();
  };
  const asking = (async () => {
    while (!over.signal.aborted) {
      await ask(AbortSignal.timeout(1000)).then(answered, () => undefined);
      await sleep(periodMs);
    }
  })();
  return {
    end: async () => {
      over.abort();
      await asking;
      return Math.max(longest, Date.now() - last);
    },
  };
}
