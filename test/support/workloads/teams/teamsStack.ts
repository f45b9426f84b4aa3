/** The program of teams on the real engine, with a real API server as its cluster. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineOptions, type PulumiRun, runPulumi } from "../../../../lab/pulumi/engine/pulumi";
import { ensureStack, stackOptions } from "../../../../lab/pulumi/engine/stacks";

const stackName = "test";
const project = join(__dirname, "program");

export class TeamsStack {
  private constructor(
    private readonly options: EngineOptions,
    private readonly kubeconfig: string,
  ) {}

  static async make(kubeconfig: string): Promise<TeamsStack> {
    const stateFolder = await mkdtemp(join(tmpdir(), "perigee-teams-"));
    // No machines, and stand-ins for the plugins; but the Kubernetes stand-in talks to a cluster.
    const variables = { PERIGEE_LAB_MACHINES: "systemd", PERIGEE_LAB_HELM: "helm" };
    return new TeamsStack({ stateFolder, machines: "none", variables }, kubeconfig);
  }

  /** @param teams the setting `teams`, as a user writes it */
  async run(verb: "up" | "preview" | "destroy", teams: readonly object[]): Promise<PulumiRun> {
    const config = { "perigee-teams:kubeconfig": this.kubeconfig, "perigee-teams:teams": teams };
    const stack = await ensureStack(project, stackName, this.options, { config });
    const consent = verb === "preview" ? [] : ["--yes", "--skip-preview"];
    return runPulumi([verb, ...consent, ...stackOptions(stack)], {
      ...this.options,
      cwd: project,
      limitMs: 300_000,
    });
  }

  /** Runs a command that must succeed. */
  async succeed(verb: "up" | "destroy", teams: readonly object[]): Promise<PulumiRun> {
    const run = await this.run(verb, teams);
    if (run.exitCode === 0) return run;
    throw new Error(`pulumi ${verb} failed:\n${run.stdout.slice(-6000)}\n${run.stderr}`);
  }

  async remove(): Promise<void> {
    await rm(this.options.stateFolder, { recursive: true, force: true });
  }
}
