/** One command on another machine: over SSH, or scripted by the engine tests. */
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

/** Receives output as it arrives, so that the order of the two streams is kept. */
export interface OutputSink {
  stdout(data: string): void;
  stderr(data: string): void;
}

export interface RemoteMachine {
  /** @throws Error with the released provider's message when the machine cannot be reached */
  run(run: RemoteRun, sink: OutputSink, call: ResourceCall): Promise<CommandEnd>;
}

/** Result of a command: undefined after success, else Go's words, such as `Process exited with status 1`. */
export type CommandEnd = string | undefined;
