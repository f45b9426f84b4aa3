/** Longest silence of something that is asked five times a second, each time by a connection of its own. */
import { get, type RequestOptions } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";

const pauseMs = 200;
/** An answer that takes longer is none. */
const patienceMs = 1000;

export interface Silence {
  /** Longest time between two answers, in milliseconds. */
  readonly longestMs: number;
  /** When the longest began, to look it up in logs. */
  readonly since: Date;
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
  let since = new Date(last);
  let asked = 0;
  let failed = 0;
  const silentUntilNow = (): void => {
    const silentMs = Date.now() - last;
    if (silentMs > longestMs) [longestMs, since] = [silentMs, new Date(last)];
  };
  const answered = (): void => {
    silentUntilNow();
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
      silentUntilNow();
      return { longestMs, since, asked, failed };
    },
  };
}

/**
 * Reads something of a cluster, as a client with this kubeconfig does: what it holds is verified, and etcd is asked.
 * @returns what asks once; it fails where the API server says anything but 200
 */
export async function apiReader(kubeconfig: string): Promise<(signal: AbortSignal) => Promise<void>> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const url = `${config.getCurrentCluster()?.server ?? ""}/api/v1/namespaces/kube-system`;
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return (signal) =>
    new Promise((resolve, reject) => {
      get(url, { ...options, signal }, (answer) => {
        answer.resume().once("error", reject);
        answer.once("end", () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`status ${answer.statusCode ?? 0}`));
        });
      }).once("error", reject);
    });
}

export const silenceText = ({ longestMs, since, asked, failed }: Silence): string =>
  `longest silence ${longestMs} ms, from ${since.toISOString()}; ${failed} of ${asked} requests without an answer`;
