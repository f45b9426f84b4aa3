/**
 * A stack of one of the repository's programs on the real engine, in its own state folder, without machines:
 * lab/pulumi/providers answers for AWS, scripted machines for SSH.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ResourceEvent } from "../../lab/pulumi/engine/events";
import {
  type EngineOptions,
  type PulumiRun,
  type RunOptions,
  runPulumi,
} from "../../lab/pulumi/engine/pulumi";
import { ensureStack, type Stack, stackOptions, type StackSettings } from "../../lab/pulumi/engine/stacks";
import type { AccountData } from "../../lab/pulumi/providers/aws/account";
import type { RecordedMachine, RecordedMachines } from "../../lab/pulumi/providers/aws/noMachines";
import type { JournalEntry } from "../../lab/pulumi/providers/command/scriptedMachines";
import { repositoryRoot } from "../../settings/repositoryRoot";

const stackName = "test";

type Verb = "up" | "preview" | "refresh" | "destroy";

/** The state of a project's test stack, secrets in clear. */
export async function exportState(project: string, options: EngineOptions): Promise<string> {
  const args = ["stack", "export", "--show-secrets", "--stack", stackName];
  const run = await runPulumi(args, { ...options, cwd: project });
  if (run.exitCode !== 0) throw new Error(run.stderr);
  return run.stdout;
}

/** Replaces the state of a project's test stack, which exists, by an exported one. */
export async function importState(project: string, options: EngineOptions, state: string): Promise<void> {
  type Exported = { deployment: { secrets_providers?: unknown } };
  const imported = JSON.parse(state) as Exported;
  const own = JSON.parse(await exportState(project, options)) as Exported;
  // Its secrets are in clear, and are encrypted as this stack's are.
  imported.deployment.secrets_providers = own.deployment.secrets_providers;
  const file = join(options.stateFolder, "imported.json");
  await writeFile(file, JSON.stringify(imported), { mode: 0o600 });
  const run = await runPulumi(["stack", "import", "--stack", stackName, "--file", file], {
    ...options,
    cwd: project,
  });
  if (run.exitCode !== 0) throw new Error(run.stderr);
}

export class TestStack {
  private readonly options: EngineOptions;
  private readonly runs: PulumiRun[] = [];
  private name = stackName;

  private constructor(
    readonly stateFolder: string,
    private readonly project: string,
  ) {
    // Waits that the life cycle does not need are shortened, and there is no cluster to query.
    const variables = {
      PERIGEE_LAB_DELETE_WAIT_SECONDS: "2",
      PERIGEE_CLUSTER_IS_GONE: "true",
      PERIGEE_API_WAIT_SECONDS: "0",
    };
    this.options = { stateFolder, machines: "none", variables };
  }

  static async make(project: string = repositoryRoot): Promise<TestStack> {
    return new TestStack(await mkdtemp(join(tmpdir(), "perigee-engine-")), project);
  }

  /** Runs one command of the engine with these settings of the program. */
  async run(
    verb: Verb,
    settings: StackSettings,
    { args = [], ...more }: Partial<RunOptions> & { readonly args?: readonly string[] } = {},
  ): Promise<PulumiRun> {
    const stack: Stack = await ensureStack(this.project, this.name, this.options, settings);
    const consent = verb === "preview" ? [] : ["--yes", "--skip-preview"];
    const options = { limitMs: 120_000, ...this.options, ...more, cwd: this.project };
    const run = await runPulumi([verb, ...consent, ...stackOptions(stack), ...args], options);
    this.runs.push(run);
    return run;
  }

  /** Runs a command that must succeed. */
  async succeed(verb: Verb, settings: StackSettings): Promise<PulumiRun> {
    const run = await this.run(verb, settings);
    if (run.exitCode !== 0) {
      throw new Error(`pulumi ${verb} failed:\n${run.stdout.slice(-6000)}\n${run.stderr}`);
    }
    return run;
  }

  /** `pulumi stack rename`, from now on. */
  async rename(name: string): Promise<void> {
    const { configFile } = await ensureStack(this.project, this.name, this.options, {});
    const options = { ...this.options, cwd: dirname(configFile) };
    const run = await runPulumi(["stack", "rename", name, "--stack", this.name], options);
    if (run.exitCode !== 0) throw new Error(run.stderr);
    this.name = name;
  }

  /** Everything the engine has printed so far. */
  printed(): string {
    return this.runs.map(({ stdout, stderr }) => stdout + stderr).join("");
  }

  /** Text of the state file on disk. */
  async stateText(): Promise<string> {
    const { name } = await this.projectName();
    return readFile(join(this.stateFolder, "backend/.pulumi/stacks", name, `${stackName}.json`), "utf8");
  }

  async outputs(): Promise<Record<string, unknown>> {
    const options = { ...this.options, cwd: this.project };
    const args = ["stack", "output", "--json", "--show-secrets", "--stack", stackName];
    return JSON.parse((await runPulumi(args, options)).stdout) as Record<string, unknown>;
  }

  /** The state as `pulumi stack export` writes it, secrets in clear. */
  async exportState(): Promise<string> {
    return exportState(this.project, this.options);
  }

  /** Replaces the state by an exported one, of a stack of the same name. */
  async importState(state: string, settings: StackSettings): Promise<void> {
    await ensureStack(this.project, stackName, this.options, settings);
    await importState(this.project, this.options, state);
  }

  /** Every command that ran on a machine, in order. */
  async journal(): Promise<JournalEntry[]> {
    const content = await readFile(join(this.stateFolder, "journal.jsonl"), "utf8").catch(() => "");
    return content
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as JournalEntry);
  }

  async machines(): Promise<RecordedMachines> {
    const content = await readFile(join(this.stateFolder, "machines.json"), "utf8").catch(() => undefined);
    return content === undefined ? { machines: {}, zones: {} } : (JSON.parse(content) as RecordedMachines);
  }

  async machine(name: string): Promise<RecordedMachine | undefined> {
    return Object.values((await this.machines()).machines).find((machine) => machine.name === name);
  }

  /** Changes which instance types a zone does not offer. */
  async withdrawOffers(notOffered: Readonly<Record<string, string[]>>): Promise<void> {
    const account = { ...(await this.account()), notOffered };
    await writeFile(join(this.stateFolder, "cloud.json"), JSON.stringify(account));
  }

  async account(): Promise<AccountData> {
    return JSON.parse(await readFile(join(this.stateFolder, "cloud.json"), "utf8")) as AccountData;
  }

  /** Removes machines without the engine's knowledge. */
  async kill(...names: readonly string[]): Promise<void> {
    const recorded = await this.machines();
    for (const machine of Object.values(recorded.machines)) {
      if (names.includes(machine.name)) machine.state = "absent";
    }
    await writeFile(join(this.stateFolder, "machines.json"), JSON.stringify(recorded));
  }

  /** Makes steps fail on machines with these error outputs; without steps, all work again. */
  async breakSteps(failures: Readonly<Record<string, string>>): Promise<void> {
    await writeFile(join(this.stateFolder, "failures.json"), JSON.stringify(failures));
  }

  /** Provider processes of this stack that outlived their engine, by command line. */
  async providersLeft(): Promise<string[]> {
    const pids = (await readdir("/proc")).filter(
      (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
    );
    const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
    const found = await Promise.all(
      pids.map(async (pid) => {
        const ours = (await read(pid, "environ")).includes(`PERIGEE_LAB_STATE=${this.stateFolder}\0`);
        return ours ? (await read(pid, "cmdline")).replaceAll("\0", " ") : "";
      }),
    );
    return found.filter((line) => line.includes("lab/pulumi/providers"));
  }

  /** Files of the state backend that are not replaced as a whole when they are written. */
  async writtenInPlace(): Promise<string[]> {
    const names = await readdir(join(this.stateFolder, "backend"), { recursive: true });
    return names.filter((name) => name.endsWith(".attrs"));
  }

  async remove(): Promise<void> {
    await rm(this.stateFolder, { recursive: true, force: true });
  }

  private async projectName(): Promise<{ name: string }> {
    const found = /^name: (\S+)/m.exec(await readFile(join(this.project, "Pulumi.yaml"), "utf8"));
    return { name: found?.[1] ?? "" };
  }
}

/** Operations of the engine, without unchanged resources: `create aws:ec2/vpc:Vpc network`. */
export function done(run: PulumiRun, ...types: readonly string[]): string[] {
  return run.events.resources
    .filter(({ kind, planning }) => kind === "done" && !planning)
    .filter(({ operation }) => !quiet.has(operation))
    .filter(({ type }) => types.length === 0 || types.includes(type))
    .map(({ operation, type, name }) => `${operation} ${type} ${name}`);
}

const quiet = new Set(["same", "read", "refresh"]);

/** Messages of the engine and the plugins, one per line. */
export const messages = (run: PulumiRun): string =>
  run.events.diagnostics.map(({ message }) => message).join("\n");

/**
 * Run of an engine that is killed with SIGKILL as soon as a condition holds. Ends when the engine has ended.
 * @throws Error when the condition did not hold while the engine ran, or within a minute
 */
export async function killedWhen(
  reached: () => Promise<boolean>,
  start: (options: Pick<RunOptions, "onStart">) => Promise<PulumiRun>,
): Promise<PulumiRun> {
  let engine: number | undefined;
  let [isOver, isKilled] = [false, false];
  const limit = Date.now() + 60_000;
  const watch = async (): Promise<boolean> => {
    let isReached = false;
    try {
      while (!isOver && !isReached && Date.now() < limit) {
        await sleep(20);
        isReached = engine !== undefined && (await reached());
      }
    } finally {
      // In every case: nothing else would end one that waits.
      isKilled = engine !== undefined && !isOver && kill(engine);
    }
    return isReached;
  };
  const run = start({ onStart: (pid) => void (engine = pid) }).finally(() => (isOver = true));
  // Together: an error of either is never without somebody who awaits it.
  const [ended, isReached] = await Promise.all([run, watch()]);
  if (isReached && isKilled) return ended;
  const missed = isReached ? "came, and the engine had ended" : "did not come";
  throw new Error(`the moment to kill the engine ${missed}: exit code ${ended.exitCode}\n${messages(ended)}`);
}

/** False when there is no such process any more. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** Index of an event in the run, for comparisons; -1 when there is none. */
export function moment(run: PulumiRun, wanted: Partial<ResourceEvent>): number {
  return run.events.resources.findIndex((event) =>
    Object.entries(wanted).every(([key, value]) => event[key as keyof ResourceEvent] === value),
  );
}
