/** A client of the API that asks five times a second, each time by a connection of its own, and knows its longest silence. */
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

export class ApiClient {
  private readonly ending = new AbortController();
  private readonly work: Promise<void>;
  private readonly answers: number[] = [Date.now()];
  private failures = 0;
  private attempts = 0;

  /** @param server `https://<address>:6443` @param name in the server's certificate */
  constructor(
    private readonly server: string,
    private readonly name: string,
  ) {
    this.work = this.goOn();
  }

  /** Ends, and tells how long the longest silence was, up to now. */
  async end(): Promise<Silence> {
    this.ending.abort();
    await this.work;
    const times = [...this.answers, Date.now()];
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
    return { longestMs: Math.max(0, ...gaps), asked: this.attempts, failed: this.failures };
  }

  private async goOn(): Promise<void> {
    while (!this.ending.signal.aborted) {
      const began = Date.now();
      this.attempts += 1;
      if (await this.ask()) this.answers.push(Date.now());
      else this.failures += 1;
      await sleep(Math.max(0, began + pauseMs - Date.now()));
    }
  }

  private ask(): Promise<boolean> {
    return new Promise((resolve) => {
      const options = { agent: false, servername: this.name, rejectUnauthorized: false, timeout: patienceMs };
      const request = get(`${this.server}/readyz`, options, (answer) => {
        answer.resume().once("end", () => resolve(answer.statusCode === 200));
        answer.once("error", () => resolve(false));
      });
      const limit = setTimeout(() => request.destroy(), patienceMs);
      request.once("close", () => {
        clearTimeout(limit);
        resolve(false);
      });
      request.once("error", () => resolve(false));
    });
  }
}
