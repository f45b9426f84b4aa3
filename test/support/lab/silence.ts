/** Longest silence of something that is asked five times a second, each time by a connection of its own. */
import { get } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

const pauseMs = 200;
/** An answer that takes longer is none. */
const patienceMs = 1000;

export interface Silence {
  /** Longest time between two answers, in milliseconds. */
  readonly longestMs: number;
  readonly asked: number;
  readonly failed: number;
}

export interface Watch {
  /** Ends it, and tells how long the longest silence was, up to now. */
  end(): Promise<Silence>;
}

/** Asks until it is ended; what fails or does not answer in time is no answer. */
export function watchSilence(ask: (signal: AbortSignal) => Promise<void>): Watch {
  const over = new AbortController();
  let last = Date.now();
  let longestMs = 0;
  let asked = 0;
  let failed = 0;
  const answered = (): void => {
    longestMs = Math.max(longestMs, Date.now() - last);
    last = Date.now();
  };
  const asking = (async () => {
    while (!over.signal.aborted) {
      const began = Date.now();
      asked += 1;
      await ask(AbortSignal.timeout(patienceMs)).then(answered, () => (failed += 1));
      await sleep(Math.max(0, began + pauseMs - Date.now()));
    }
  })();
  return {
    end: async () => {
      over.abort();
      await asking;
      return { longestMs: Math.max(longestMs, Date.now() - last), asked, failed };
    },
  };
}

/**
 * Asks an API server whether it is ready; its certificate is not what this is about.
 * @param server `https://<address>:6443`
 * @param servername name that is asked for
 */
export function askApi(server: string, servername: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { agent: false, servername, rejectUnauthorized: false, signal };
    get(`${server}/readyz`, options, (answer) => {
      answer.resume().once("error", reject);
      answer.once("end", () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`status ${answer.statusCode ?? 0}`));
      });
    }).once("error", reject);
  });
}

export const silenceText = ({ longestMs, asked, failed }: Silence): string =>
  `longest silence ${longestMs} ms; ${failed} of ${asked} requests without an answer`;
