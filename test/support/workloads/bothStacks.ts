/** Both stacks in one state folder: stack 2 as it is, stack 1 as outputs without a cluster. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import {
  type EngineOptions,
  type PulumiRun,
  type RunOptions,
  runPulumi,
} from "../../../lab/pulumi/engine/pulumi";
import { ensureStack, stackOptions, type StackSettings } from "../../../lab/pulumi/engine/stacks";
import type { Recorded } from "../../../lab/pulumi/providers/kubernetes/recordedCluster";
import type { RecordedRevisions } from "../../../lab/pulumi/providers/kubernetes/recordedReleases";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { exportState, importState } from "../testStack";
import { RecordedApi } from "./recordedApi";

const stackName = "test";

/** The engine finds the stand-in through PATH. */
const provider = join(repositoryRoot, "lab/pulumi/providers/kubernetes/bin");

type Verb = "up" | "preview" | "refresh" | "destroy";

export class BothStacks {
  private readonly runs: PulumiRun[] = [];

  private constructor(
    readonly stateFolder: string,
    private readonly api: RecordedApi,
  ) {}

  private get options(): EngineOptions {
    return { stateFolder: this.stateFolder, machines: "none" };
  }

  private readonly project = join(repositoryRoot, "workloads");

  static async make(): Promise<BothStacks> {
    if (!process.env.PATH?.split(delimiter).includes(provider)) {
      process.env.PATH = [provider, process.env.PATH].join(delimiter);
    }
    const stateFolder = await mkdtemp(join(tmpdir(), "perigee-engine-"));
    return new BothStacks(stateFolder, await RecordedApi.start(stateFolder));
  }

  /** How stack 2's program reaches the cluster that is only written down. */
  kubeconfig(token: string): string {
    return this.api.kubeconfig(token);
  }

  /** Stack 1 with these outputs. */
  async infra(outputs: Readonly<Record<string, unknown>>): Promise<PulumiRun> {
    const config = { "perigee-infra:outputs": outputs };
    return this.run("up", join(__dirname, "infra"), { config });
  }

  /** Stack 2 with these settings, without their namespace. */
  async workloads(
    verb: Verb,
    settings: Readonly<Record<string, unknown>> = {},
    options: Pick<RunOptions, "variables" | "onStart"> = {},
  ): Promise<PulumiRun> {
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`perigee-workloads:${key}`, value]),
    );
    return this.run(verb, this.project, { config }, options);
  }

  /** A stack of a user's own beside them, by the folder of its Pulumi.yaml. */
  async own(
    verb: Verb,
    project: string,
    config: Readonly<Record<string, string | number>>,
  ): Promise<PulumiRun> {
    return this.run(verb, project, { config });
  }

  private async run(
    verb: Verb,
    project: string,
    settings: StackSettings,
    more: Pick<RunOptions, "variables" | "onStart"> = {},
  ): Promise<PulumiRun> {
    const options = { stateFolder: this.stateFolder, machines: "none", ...more } as const;
    const stack = await ensureStack(project, stackName, options, settings);
    const consent = verb === "preview" ? [] : ["--yes", "--skip-preview"];
    const run = await runPulumi([verb, ...consent, ...stackOptions(stack)], {
      ...options,
      cwd: project,
      limitMs: 240_000,
    });
    this.runs.push(run);
    return run;
  }

  /** What the cluster would hold. */
  async recorded(): Promise<Recorded> {
    const text = await readFile(join(this.stateFolder, "kubernetes.json"), "utf8");
    return JSON.parse(text) as Recorded;
  }

  /** The newest revision of each Helm release: `monitoring/monitoring` and its status. */
  async releases(): Promise<Record<string, string | undefined>> {
    const text = await readFile(join(this.stateFolder, "helm.json"), "utf8").catch(() => "{}");
    return Object.fromEntries(
      Object.entries(JSON.parse(text) as RecordedRevisions).map(([name, all]) => [name, all.at(-1)?.status]),
    );
  }

  async setReachable(reachable: boolean): Promise<void> {
    const recorded = { ...(await this.recorded()), reachable };
    await writeFile(join(this.stateFolder, "kubernetes.json"), JSON.stringify(recorded));
  }

  /** Everything the engine has printed so far. */
  printed(): string {
    return this.runs.map(({ stdout, stderr }) => stdout + stderr).join("");
  }

  /** The state of stack 2 as it lies on disk. */
  async stateText(): Promise<string> {
    const file = join(this.stateFolder, "backend/.pulumi/stacks/perigee-workloads", `${stackName}.json`);
    return readFile(file, "utf8");
  }

  /** Replaces the state of stack 2 by an exported one. */
  async importState(state: string): Promise<void> {
    await ensureStack(this.project, stackName, this.options, {});
    await importState(this.project, this.options, state);
  }

  /** The state of stack 2 as `pulumi stack export` writes it, secrets in clear. */
  async exportState(): Promise<string> {
    return exportState(this.project, this.options);
  }

  async outputs(): Promise<Record<string, unknown>> {
    const options = { ...this.options, cwd: this.project };
    const args = ["stack", "output", "--json", "--show-secrets", "--stack", stackName];
    return JSON.parse((await runPulumi(args, options)).stdout) as Record<string, unknown>;
  }

  async remove(): Promise<void> {
    await this.api.stop();
    await rm(this.stateFolder, { recursive: true, force: true });
  }
}
