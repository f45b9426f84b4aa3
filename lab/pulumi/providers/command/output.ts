/** Output of a command: collected for the outputs, and logged line by line when `logging` requests it. */
import type { ResourceLog } from "../rpc/provider";
import type { OutputSink } from "./remoteMachine";

export class CapturedOutput implements OutputSink {
  private out = "";
  private err = "";
  private both = "";
  private line = "";

  constructor(
    private readonly log: ResourceLog,
    private readonly logging: string | undefined,
  ) {}

  stdout(data: string): void {
    this.out += data;
    this.both += data;
    if (this.logs("stdout")) this.show(data);
  }

  stderr(data: string): void {
    this.err += data;
    this.both += data;
    if (this.logs("stderr")) this.show(data);
  }

  /** The outputs, without one newline at the end. */
  outputs(): { stdout: string; stderr: string } {
    this.finish();
    return { stdout: this.out.replace(/\n$/, ""), stderr: this.err.replace(/\n$/, "") };
  }

  /** The released provider's error for a failed command: how it ended, the command, and all its output. */
  failure(end: string, command: string): Error {
    this.finish();
    return new Error(`${end}: running ${JSON.stringify(command)}:\n${this.both}`);
  }

  private logs(stream: "stdout" | "stderr"): boolean {
    return this.logging === undefined || this.logging === stream || this.logging === "stdoutAndStderr";
  }

  private show(data: string): void {
    const lines = (this.line + data).split("\n");
    this.line = lines.pop() ?? "";
    for (const line of lines) this.log.status(line);
  }

  private finish(): void {
    if (this.line !== "") this.log.status(this.line);
    this.line = "";
  }
}
