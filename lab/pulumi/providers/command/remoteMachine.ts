/** One command on another machine: over SSH, or as the engine tests script it. */
import type { ResourceCall } from "../rpc/provider";
import type { Properties } from "../rpc/values";

export type Phase = "create" | "update" | "delete";

export interface RemoteRun {
  /** Revealed `connection` input, with its defaults. */
  readonly connection: Properties;
  readonly command: string;
  readonly stdin: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly phase: Phase;
}

/** Takes output as it comes, so that order between the two streams is kept. */
export interface OutputSink {
  stdout(data: string): void;
  stderr(data: string): void;
}

export interface RemoteMachine {
  /** @throws Error as the released provider words it when the machine cannot be reached */
  run(run: RemoteRun, sink: OutputSink, call: ResourceCall): Promise<CommandEnd>;
}

/** How a command ended: undefined when well, else in Go's words, such as `Process exited with status 1`. */
export type CommandEnd = string | undefined;
