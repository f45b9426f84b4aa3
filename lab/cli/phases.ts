/** The phases of a long command: what is being done now, and in the end how long each took. */
import { formatSeconds } from "../progress";
import { say } from "./command";

export class Phases {
  private readonly done: { readonly name: string; readonly ms: number }[] = [];

  /** Runs one phase; what it throws passes through. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    say(`==> ${name}`);
    const start = Date.now();
    try {
      return await work();
    } finally {
      this.done.push({ name, ms: Date.now() - start });
    }
  }

  /** One line per phase, and the sum. */
  summary(): string {
    const total = { name: "total", ms: this.done.reduce((sum, { ms }) => sum + ms, 0) };
    const width = Math.max(...[...this.done, total].map(({ name }) => name.length));
    return [...this.done, total]
      .map(({ name, ms }) => `  ${name.padEnd(width)}  ${formatSeconds(ms)}`)
      .join("\n");
  }
}
