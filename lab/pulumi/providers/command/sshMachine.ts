/** A real machine, over SSH. */
import os from "node:os";
import type { Client, ClientChannel } from "ssh2";
import type { ResourceCall } from "../rpc/provider";
import { dial } from "./dial";
import type { CommandEnd, OutputSink, RemoteMachine, RemoteRun } from "./remoteMachine";

export class SshMachine implements RemoteMachine {
  constructor(private readonly agent: string | undefined) {}

  async run(run: RemoteRun, sink: OutputSink, call: ResourceCall): Promise<CommandEnd> {
    const client = await dial(run.connection, this.agent, call);
    try {
      return await execute(client, run, sink, call.signal);
    } finally {
      client.end();
    }
  }
}

function execute(client: Client, run: RemoteRun, sink: OutputSink, signal: AbortSignal): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    const lost = (error: Error) => reject(error);
    const giveUp = () => {
      client.destroy();
      reject(signal.reason instanceof Error ? signal.reason : new Error("cancelled"));
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    client.on("error", lost);
    // The end of the channel carries the command's result; a lost connection carries none.
    client.once("close", () => resolve("wait: remote command exited without exit status or exit signal"));
    client.exec(run.command, { env: { ...run.environment } }, (error, channel) => {
      if (error !== undefined) return reject(error);
      watch(channel, sink, (end) => {
        signal.removeEventListener("abort", giveUp);
        resolve(end);
      });
      channel.end(run.stdin);
    });
  });
}

function watch(channel: ClientChannel, sink: OutputSink, finished: (end: CommandEnd) => void): void {
  const state: { end: CommandEnd } = {
    end: "wait: remote command exited without exit status or exit signal",
  };
  channel.setEncoding("utf8");
  channel.stderr.setEncoding("utf8");
  channel.on("data", (data: string) => sink.stdout(data));
  channel.stderr.on("data", (data: string) => sink.stderr(data));
  // A command that ends without reading its stdin closes the channel during the write: that is no error.
  channel.on("error", () => undefined);
  channel.on("exit", (code: number | null, signal?: string) => {
    state.end = exitText(code, signal);
  });
  channel.on("close", () => finished(state.end));
}

/** Text of an `*ssh.ExitError` in Go. */
function exitText(code: number | null, signal: string | undefined): CommandEnd {
  if (code === 0) return undefined;
  if (code !== null) return `Process exited with status ${code}`;
  const name = (signal ?? "").replace(/^SIG/, "");
  const number = os.constants.signals[`SIG${name}` as NodeJS.Signals];
  return `Process exited with status ${128 + number} from signal ${name}`;
}
