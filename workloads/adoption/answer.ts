/** Requests to the Kubernetes API with retries: the API server may be restarting or busy with other requests. */
import { setTimeout as sleep } from "node:timers/promises";

/** Time limits in milliseconds. */
export interface Patience {
  /** Total time for all attempts. */
  readonly limit: number;
  /** Timeout of one attempt. */
  readonly answer: number;
  readonly pause: number;
}

const patience: Patience = { limit: 30_000, answer: 20_000, pause: 1_000 };

/** HTTP statuses to retry: too many requests, and a server that starts or stops. */
const later = [429, 500, 502, 503, 504];

export interface Question<T> {
  /** Subject of the request in error messages: `Helm's records of monitoring/monitoring`. */
  readonly what: string;
  readonly server: string;
  /** @param signal aborts the request when it timed out: an open connection would keep the program running */
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** HTTP status of an error that the server returned; undefined for any other error. */
  readonly statusOf: (error: unknown) => number | undefined;
}

/**
 * Response of the server. The request is retried for half a minute while there is none.
 * @throws the server's rejection unchanged; Error with server and request when the server did not respond
 */
export async function answer<T>(question: Question<T>, within: Patience = patience): Promise<T> {
  const { what, server, ask, statusOf } = question;
  const limit = Date.now() + within.limit;
  let before: unknown;
  for (;;) {
    const left = Math.max(1, limit - Date.now());
    try {
      // A try that the limit cuts short says less than the one before it.
      return await (left < within.answer ? limited(ask, left, before) : limited(ask, within.answer));
    } catch (error) {
      before = error;
      const status = statusOf(error);
      if (status !== undefined && !later.includes(status)) throw error;
      if (isForGood(error)) {
        const text = `the Kubernetes API ${server} cannot be asked for ${what}: ${reasonOf(error)}`;
        throw new Error(text, { cause: error });
      }
      if (Date.now() + within.pause >= limit) {
        const seconds = Math.round(within.limit / 1000);
        const text =
          status === undefined
            ? `gave no answer within ${seconds} s, asked for ${what}: ${reasonOf(error)}\n` +
              "  Is the control plane up, and may this machine reach it (adminCidrs of stack 1)?"
            : `answered ${status} for ${seconds} s, asked for ${what}: it is starting, or overloaded`;
        throw new Error(`the Kubernetes API ${server} ${text}`, { cause: error });
      }
      await sleep(within.pause);
    }
  }
}

async function limited<T>(
  ask: Question<T>["ask"],
  milliseconds: number,
  reason: unknown = new Error(`no answer within ${milliseconds / 1000} s`),
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(reason), milliseconds);
  try {
    return await ask(late.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** True when a retry cannot succeed: a rejected certificate, or an invalid address. */
function isForGood(error: unknown): boolean {
  const { code } = innermost(error) as { code?: unknown };
  return typeof code === "string" && /CERT|^ERR_TLS_|^UNABLE_TO_VERIFY|^ERR_INVALID_URL$/.test(code);
}

/** Message of the innermost cause of an error. The message of fetch is only "fetch failed". */
export function reasonOf(error: unknown): string {
  const found = innermost(error);
  return found instanceof Error ? found.message : String(found);
}

function innermost(error: unknown): unknown {
  if (error instanceof AggregateError) return innermost(error.errors[0]);
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}
