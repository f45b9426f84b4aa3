/** Runner of a command line of perigee-telemetry in this process. */
import { run } from "../../../telemetry/cli/main";
import { jsonLog } from "../../../telemetry/log";

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  /** What the command complains of, in front of its log. */
  readonly stderr: string;
  /** Lines of its log. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

export async function runHere(...args: string[]): Promise<Ran> {
  const written = { stdout: "", stderr: "" };
  const log: Record<string, unknown>[] = [];
  const status = await run(args, {
    print: (each) => Promise.resolve(void (written.stdout += each)),
    complain: (line) => void (written.stderr += line),
    log: jsonLog((line) => log.push(JSON.parse(line) as Record<string, unknown>)),
    stopped: new AbortController().signal,
  });
  return { status, ...written, log };
}
