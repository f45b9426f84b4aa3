import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";

const program = join(__dirname, "..", "..", "..", "telemetry", "bin", "perigee-telemetry.js");
const startSeconds = 30;

/** Arguments of an exporter that nobody but this machine reaches. @param httpPort default: any free one, as of UDP */
export const serveAtHome = (httpPort = 0): string[] => [
  ...["serve", "--http-port", String(httpPort), "--http-host", "127.0.0.1"],
  ...["--udp-port", "0", "--udp-host", "127.0.0.1"],
];

/** `perigee-telemetry` as a user runs it, in a process of its own. */
export class TelemetryProcess {
  readonly log: string[] = [];

  private constructor(private readonly process: ChildProcess) {
    process.stderr?.on("data", (chunk: Buffer) => this.log.push(chunk.toString()));
  }

  static start(...args: string[]): TelemetryProcess {
    return TelemetryProcess.startWith({}, ...args);
  }

  /** @param variables of its environment, beside those of this process */
  static startWith(variables: Readonly<Record<string, string>>, ...args: string[]): TelemetryProcess {
    const stdio: ["ignore", "ignore", "pipe"] = ["ignore", "ignore", "pipe"];
    const env = { ...process.env, ...variables };
    return new TelemetryProcess(spawn(process.execPath, [program, ...args], { stdio, env }));
  }

  /**
   * The fields of the log line with this message.
   * @throws Error with the log where it does not come
   */
  async said(message: string): Promise<Record<string, unknown>> {
    const end = Date.now() + startSeconds * 1000;
    while (Date.now() < end && this.process.exitCode === null) {
      for (const line of this.log.join("").split("\n").slice(0, -1)) {
        const entry = z.record(z.string(), z.unknown()).parse(JSON.parse(line));
        if (entry["message"] === message) return entry;
      }
      await pause(50);
    }
    throw new Error(
      `perigee-telemetry did not say "${message}" within ${startSeconds} s:\n${this.log.join("")}`,
    );
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGTERM");
    const isSlow = await Promise.race([ended.then(() => false), pause(5000, true)]);
    if (isSlow) this.process.kill("SIGKILL");
  }
}
