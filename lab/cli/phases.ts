/** The phases of a long command: the current one, and at the end the duration of each. */
import { formatSeconds } from "../progress";
import { say } from "./command";

export class Phases {
  private readonly done: { readonly name: string; readonly ms: number }[] = [];

  /** Runs one phase; its errors pass through. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    say(`==> ${name}`);
    const start = Date.now();
    try {
      return await work();
    } finally {
      this.done.push({ name, ms: Date.now() - start });
    }
  }

  /** One line per phase, and the total. */
  summary(): string {
    const total = { name: "total", ms: this.done.reduce((sum, { ms }) => sum + ms, 0) };
    const width = Math.max(...[...this.done, total].map(({ name }) => name.length));
    return [...this.done, total]
      .map(({ name, ms }) => `  ${name.padEnd(width)}  ${formatSeconds(ms)}`)
      .join("\n");
  }
}
