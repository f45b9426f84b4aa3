/** Answers of an API server that may be away for a moment: it restarts, or somebody else's request is in its way. */
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds. */
export interface Patience {
  /** For how long the server is asked again. */
  readonly limit: number;
  /** For how long one answer is waited for. */
  readonly answer: number;
  readonly pause: number;
}

const patience: Patience = { limit: 30_000, answer: 20_000, pause: 1_000 };

/** HTTP statuses that say "later": too many requests, and a server that starts or stops. */
const LATER = [429, 500, 502, 503, 504];

export interface Question<T> {
  /** What is asked for, as the error names it: `Helm's records of monitoring/monitoring`. */
  readonly what: string;
  readonly server: string;
  readonly ask: () => Promise<T>;
  /** The HTTP status of an error that is the server's own answer; undefined for any other. */
  readonly statusOf: (error: unknown) => number | undefined;
}

/**
 * The server's answer. Asked again for half a minute while there is none.
 * @throws the server's refusal as it came; Error that names server and question where it did not answer
 */
export async function answer<T>(question: Question<T>, within: Patience = patience): Promise<T> {
  const { what, server, ask, statusOf } = question;
  const limit = Date.now() + within.limit;
  for (;;) {
    try {
      return await limited(ask(), within.answer);
    } catch (error) {
      const status = statusOf(error);
      if (status !== undefined && !LATER.includes(status)) throw error;
      if (Date.now() >= limit) {
        const seconds = Math.round(within.limit / 1000);
        throw new Error(
          `the Kubernetes API ${server} gave no answer within ${seconds} s, asked for ${what}: ${reasonOf(error)}\n` +
            "  Is the control plane up, and may this machine reach it (adminCidrs of stack 1)?",
          { cause: error },
        );
      }
      await sleep(within.pause);
    }
  }
}

async function limited<T>(asked: Promise<T>, milliseconds: number): Promise<T> {
  const late = new AbortController();
  const timer = sleep(milliseconds, undefined, { signal: late.signal }).then(() => {
    throw new Error(`no answer within ${milliseconds / 1000} s`);
  });
  try {
    return await Promise.race([asked, timer]);
  } finally {
    late.abort();
    timer.catch(() => undefined); // taken back
  }
}

/** The innermost reason: fetch itself says "fetch failed" only. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  return cause === undefined ? error.message : reasonOf(cause);
}
