/** Start and end of the infra program's steps, from the engine's output while it runs. */
import type { Phase } from "./timing";

/** A line about a step, such as ` +  command:remote:Command cluster-init created (73s)`. */
const linePattern = /\+ +command:remote:Command (\S+) (creating|created)\b/;

interface Span {
  readonly begun: number;
  readonly ended: number;
}

export class StepWatch {
  private readonly spans = new Map<string, Span>();
  private unfinished = "";

  /** @param now current time in milliseconds */
  hear(text: string, now = performance.now()): void {
    const lines = (this.unfinished + text).split("\n");
    this.unfinished = lines.pop() ?? "";
    for (const line of lines) {
      const [, name, state] = linePattern.exec(line) ?? [];
      if (name === undefined) continue;
      const { begun, ended } = this.spans.get(name) ?? { begun: now, ended: Number.NaN };
      this.spans.set(name, { begun, ended: state === "created" ? now : ended });
    }
  }

  /**
   * Seconds from the first start to the last end of a phase's steps (`cluster-init`, `<worker>-join`). A worker's
   * certificate request is made while the control plane starts, and takes no extra time.
   */
  seconds(phase: Phase): number {
    const spans = [...this.spans].filter(([name]) => name.endsWith(`-${phase}`)).map(([, span]) => span);
    const begun = Math.min(...spans.map((span) => span.begun));
    return (Math.max(...spans.map((span) => span.ended)) - begun) / 1000;
  }
}
