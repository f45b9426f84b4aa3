/**
 * Simulated machines for the engine tests: each remote command is recorded in a journal in the state folder, and
 * answered as by a node of a healthy cluster. Only with PERIGEE_LAB_MACHINES=none.
 *
 * A machine answers while it is `running` in `machines.json` (see aws/noMachines.ts). A test makes a step fail by
 * writing its error output to `failures.json`: `{ "<host>/<step>": "<stderr>" }`, or `*` for any host.
 */
import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import type { RecordedMachine, RecordedMachines } from "../aws/noMachines";
import type { ResourceCall } from "../rpc/provider";
import { numeric, text } from "../rpc/values";
import type { CommandEnd, OutputSink, Phase, RemoteMachine, RemoteRun } from "./remoteMachine";

/** One line of `journal.jsonl`, in the order in which the commands started. */
export interface JournalEntry {
  readonly machine: string;
  readonly host: string;
  readonly step: string;
  readonly phase: Phase;
  readonly command: string;
  /** Hash of the stdin, which may contain secrets. */
  readonly stdinSha256: string;
  readonly resource: string;
}

/** Output of the infra program's steps on a healthy node. None of it is a usable credential. */
const answers: Readonly<Record<string, (machine: RecordedMachine) => string>> = {
  init: () => pem("CERTIFICATE", "certificate authority"),
  request: ({ name }) => pem("CERTIFICATE REQUEST", name),
  admit: ({ name }) => pem("CERTIFICATE", `client of ${name}`),
  "admit-control-plane": ({ name }) => pem("CERTIFICATE", `client of another, from ${name}`),
  kubeconfig: ({ privateIp }) =>
    [
      "apiVersion: v1",
      "kind: Config",
      "clusters:",
      `  - { name: kubernetes, cluster: { server: "https://${privateIp}:6443", certificate-authority-data: "Y2E=" } }`,
      "users:",
      `  - { name: kubernetes-admin, user: { client-key-data: "${scriptedSecret}" } }`,
      "",
    ].join("\n"),
};

/** Special failure: the step runs until the engine cancels, or is gone. */
export const neverEnds = "never ends";

/** Placeholder for a private key in a scripted machine's output: no state file or log may contain it in plain text. */
export const scriptedSecret = "c2NyaXB0ZWQtYWRtaW4ta2V5";

export class ScriptedMachines implements RemoteMachine {
  constructor(private readonly stateFolder: string) {}

  async run(run: RemoteRun, sink: OutputSink, call: ResourceCall): Promise<CommandEnd> {
    const host = text(run.connection, "host") ?? "";
    const machine = await this.reach(host, numeric(run.connection, "port") ?? 22);
    const step = /bash -s -- (\S+)/.exec(run.command)?.[1] ?? "";
    const stdinSha256 = createHash("sha256").update(run.stdin).digest("hex");
    const { command, phase } = run;
    await this.note({ machine: machine.name, host, step, phase, command, stdinSha256, resource: call.name });
    sink.stderr(`${step}: ${machine.name}\n`);
    const failure = await this.failureOf(machine.name, step);
    if (failure === neverEnds) await aborted(call.signal);
    if (failure !== undefined) {
      sink.stderr(`${failure}\n`);
      return "Process exited with status 1";
    }
    sink.stdout(answers[step]?.(machine) ?? "");
    return undefined;
  }

  /** The machine at that address; fails at once when it is not running. */
  private async reach(host: string, port: number): Promise<RecordedMachine> {
    const { machines } = await this.load<RecordedMachines>("machines.json", { machines: {}, zones: {} });
    const found = Object.values(machines).find(
      ({ privateIp, publicAddresses }) => privateIp === host || publicAddresses.includes(host),
    );
    if (found?.state === "running") return found;
    throw new Error(`after 0 failed attempts: dial tcp ${host}:${port}: i/o timeout`);
  }

  private async failureOf(machine: string, step: string): Promise<string | undefined> {
    const failures = await this.load<Record<string, string>>("failures.json", {});
    return failures[`${machine}/${step}`] ?? failures[`*/${step}`];
  }

  private async note(entry: JournalEntry): Promise<void> {
    const file = path.join(this.stateFolder, "journal.jsonl");
    await fs.appendFile(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  }

  private async load<T>(name: string, missing: T): Promise<T> {
    const content = await fs.readFile(path.join(this.stateFolder, name), "utf8").catch(() => undefined);
    return content === undefined ? missing : (JSON.parse(content) as T);
  }
}

function pem(kind: string, content: string): string {
  return `-----BEGIN ${kind}-----\n${Buffer.from(content).toString("base64")}\n-----END ${kind}-----\n`;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason instanceof Error ? signal.reason : new Error("cancelled"));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}
