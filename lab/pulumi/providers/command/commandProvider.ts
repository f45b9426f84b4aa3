/**
 * A stand-in for the released `command` plugin 1.2.1, with the same behaviour in each phase of a resource's life,
 * derived from its public source. Differences: see README.md.
 */
import { randomBytes } from "node:crypto";
import { changes } from "../rpc/diff";
import type { CheckResult, Created, DiffResult, OldState, Provider, ResourceCall } from "../rpc/provider";
import { map, type Properties, revealAll, text, unknownValue } from "../rpc/values";
import { commandTypes, inputFailures, localCommandToken, withDefaults } from "./inputs";
import { runLocally, stringMap } from "./localCommand";
import { CapturedOutput } from "./output";
import type { Phase, RemoteMachine } from "./remoteMachine";
import type { CommandSettings } from "./settings";

export class CommandProvider implements Provider {
  readonly name = "command";
  configReplaces = (): readonly string[] => [];

  constructor(
    readonly version: string,
    private readonly settings: CommandSettings,
    private readonly machine: RemoteMachine,
  ) {}

  configure(): void {
    // The provider has no settings.
  }

  checkConfig(): [] {
    return [];
  }

  check(call: ResourceCall, _olds: Properties, news: Properties): Promise<CheckResult> {
    const type = commandTypes.get(call.type);
    const given = own(news);
    if (type === undefined) {
      const reason = `the lab's stand-in does not know ${call.type}; it knows: ${[...commandTypes.keys()].join(", ")}`;
      return Promise.resolve({ inputs: given, failures: [{ property: "", reason }] });
    }
    const failures = inputFailures(call.type, type, given);
    return Promise.resolve({ inputs: withDefaults(given), failures });
  }

  diff(_call: ResourceCall, _id: string, olds: OldState, news: Properties): Promise<DiffResult> {
    const found = changes(own(revealAll(olds.inputs)), own(revealAll(news)));
    return Promise.resolve({
      // The SDK (replaceOnChanges) makes a trigger within the list replace; this provider, the list as a whole.
      changes: found.map((change) => ({ ...change, replaces: change.path === "triggers" })),
      deleteBeforeReplace: false,
    });
  }

  async create(call: ResourceCall, inputs: Properties, preview: boolean): Promise<Created> {
    const id = `${call.name}${randomBytes(4).toString("hex")}`;
    if (preview) return { id, outputs: unsettled(call, inputs) };
    const command = text(revealAll(inputs), "create");
    const printed = command === undefined ? silent : await this.run(call, "create", command, inputs, silent);
    return { id, outputs: { ...inputs, ...printed } };
  }

  async update(
    call: ResourceCall,
    _id: string,
    olds: OldState,
    news: Properties,
    preview: boolean,
  ): Promise<Properties> {
    if (preview) return unsettled(call, news);
    const revealed = revealAll(news);
    const command = text(revealed, "update") ?? text(revealed, "create");
    const before = printedBy(olds.outputs);
    const printed = command === undefined ? before : await this.run(call, "update", command, news, before);
    return { ...news, ...printed };
  }

  read(_call: ResourceCall, _id: string, state: Properties): Promise<Properties> {
    return Promise.resolve(state);
  }

  async delete(call: ResourceCall, _id: string, state: Properties): Promise<void> {
    const command = text(revealAll(state), "delete");
    if (command !== undefined) await this.run(call, "delete", command, state, printedBy(state));
  }

  invoke(token: string): Promise<Properties> {
    throw new Error(`the lab's stand-in does not know the function ${token}`);
  }

  private async run(
    call: ResourceCall,
    phase: Phase,
    command: string,
    inputs: Properties,
    before: Printed,
  ): Promise<Printed> {
    const revealed = revealAll(inputs);
    const output = new CapturedOutput(call.log, text(revealed, "logging"));
    const previous = revealed["addPreviousOutputInEnv"] === false ? {} : previousOutput(before);
    const end =
      call.type === localCommandToken
        ? await runLocally(
            command,
            revealed,
            { ...this.settings.inherited, ...previous },
            output,
            call.signal,
          )
        : await this.machine.run(
            {
              connection: map(revealed, "connection"),
              command,
              stdin: text(revealed, "stdin") ?? "",
              environment: { ...stringMap(map(revealed, "environment")), ...previous },
              phase,
            },
            output,
            call,
          );
    if (end !== undefined) throw output.failure(end, command);
    return output.outputs();
  }
}

interface Printed extends Properties {
  readonly stdout: string;
  readonly stderr: string;
}

const silent: Printed = { stdout: "", stderr: "" };

function printedBy(outputs: Properties): Printed {
  const revealed = revealAll(outputs);
  return { stdout: text(revealed, "stdout") ?? "", stderr: text(revealed, "stderr") ?? "" };
}

function previousOutput({ stdout, stderr }: Printed): Record<string, string> {
  return {
    ...(stdout === "" ? {} : { PULUMI_COMMAND_STDOUT: stdout }),
    ...(stderr === "" ? {} : { PULUMI_COMMAND_STDERR: stderr }),
  };
}

/** Outputs in a preview: the output of a command that will run is unknown. */
function unsettled(call: ResourceCall, inputs: Properties): Properties {
  const outputs = commandTypes.get(call.type)?.outputs ?? [];
  return { ...inputs, ...Object.fromEntries(outputs.map((name) => [name, unknownValue])) };
}

function own(inputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(inputs).filter(
      ([name, value]) => value !== null && name !== "version" && !name.startsWith("__"),
    ),
  );
}
