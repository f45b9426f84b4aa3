/** The lab's stacks, each a phase of `make up`, and the operations on them. */
import { join } from "node:path";
import type { InfraOutputs } from "../../contract/outputs";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { exists } from "../files";
import type { Progress } from "../progress";
import { type EngineOptions, type PulumiRun, type RunOptions, runPulumi } from "../pulumi/engine/pulumi";
import { ensureStack, type Stack, stackOptions, type StackSettings } from "../pulumi/engine/stacks";
import { labStackSettings, withoutMirrors } from "./labConfig";
import { sourcesOfLab } from "./sources";
import { table } from "./table";
import { workloadsFolder, workloadsSettings } from "./workloads";

export interface LabStack {
  /** Name for people, by what the stack makes. */
  readonly title: string;
  /** Folder of the program's Pulumi.yaml. */
  readonly project: string;
  /** Content of a `Pulumi.lab.yaml`. */
  readonly settings: (progress: Progress) => Promise<StackSettings>;
  /** Endpoints from its outputs, printed by `up` and `status`. */
  readonly endpoints: (
    outputs: Readonly<Record<string, unknown>>,
  ) => readonly (readonly [name: string, url: string])[];
}

export const stackName = "lab";

const infra: LabStack = {
  title: "cluster",
  project: repositoryRoot,
  settings: async () => withoutMirrors(await labStackSettings(), await sourcesOfLab()),
  endpoints: ({ apiServerUrl, publishedHost }) => [
    ["Kubernetes API", String(apiServerUrl)],
    ["published node ports", String(publishedHost)],
  ],
};

export const workloads: LabStack = {
  title: "monitoring and telemetry",
  project: workloadsFolder,
  settings: workloadsSettings,
  endpoints: (outputs) =>
    Object.entries(endpointNames).flatMap(([output, name]) =>
      typeof outputs[output] === "string" ? [[name, outputs[output]] as const] : [],
    ),
};

const endpointNames = {
  telemetryUrl: "telemetry page",
  grafanaUrl: "dashboards (`make password`)",
  prometheusUrl: "Prometheus",
  alertmanagerUrl: "Alertmanager",
  telemetryMetricsUrl: "telemetry metrics",
  telemetryAddress: "housekeeping packets",
} as const;

/** What a newcomer opens, in that order, and what there is to see. Pure. */
export function whatToOpen(outputs: Readonly<Record<string, unknown>>): string {
  const pages = [
    ["telemetryUrl", "every parameter with its limits, green while all is well; new values each second"],
    ["grafanaUrl", "dashboards: the fleet, then a spacecraft; name and password: make password"],
    ["prometheusUrl", "ask for a metric, e.g. bus_power_battery_voltage_volts; Alerts lists every rule"],
    ["alertmanagerUrl", "alarms on their way to people; Watchdog is always there"],
  ] as const;
  const lines = pages.flatMap(([output, what]) =>
    typeof outputs[output] === "string" ? [[outputs[output], what]] : [],
  );
  return `Open, in this order:\n${table(lines)}`;
}

/** Stacks in the order of `make up`; `make down` reverses it. */
export const labStacks: readonly LabStack[] = [infra, workloads];

/** Options of the lab's engine, with an abort signal. */
export type StackOptions = EngineOptions & Pick<RunOptions, "signal">;

/** Brings a stack up, after settling the pending operations of an interrupted engine. */
export async function bringUp(
  stack: LabStack,
  options: StackOptions,
  extra: readonly string[] = [],
): Promise<PulumiRun> {
  const selected = await select(stack, options);
  const engine = { ...options, cwd: stack.project, onOutput: echo };
  await settle(stack, selected, options);
  return runPulumi(["up", "--yes", "--skip-preview", ...stackOptions(selected), ...extra], engine);
}

/** Destroys a stack's resources. */
export async function destroy(stack: LabStack, options: StackOptions, limitMs: number): Promise<PulumiRun> {
  const selected = await select(stack, options);
  const engine = { ...options, cwd: stack.project, onOutput: echo, limitMs };
  await settle(stack, selected, options);
  return runPulumi(["destroy", "--yes", "--skip-preview", ...stackOptions(selected)], engine);
}

/** Outputs of a stack, secrets in plain text; undefined when it is not up. */
export async function outputsOf(
  stack: LabStack,
  options: EngineOptions,
): Promise<Record<string, unknown> | undefined> {
  // `pulumi stack output` creates a missing backend: a lab that is down stays without one.
  if (!(await exists(join(options.stateFolder, "backend")))) return undefined;
  const args = ["stack", "output", "--stack", stackName, "--json", "--show-secrets"];
  const run = await runPulumi(args, { ...options, cwd: stack.project });
  if (run.exitCode !== 0) return undefined;
  const outputs = JSON.parse(run.stdout) as Record<string, unknown>;
  return Object.keys(outputs).length === 0 ? undefined : outputs;
}

/**
 * Outputs of the cluster's stack.
 * @throws Error with the remedy when it is not up
 */
export async function infraOutputs(options: EngineOptions): Promise<InfraOutputs> {
  const outputs = await outputsOf(infra, options);
  if (outputs?.["kubeconfig"] === undefined) throw new Error("The lab is not up: `make up` brings it up.");
  return outputs as unknown as InfraOutputs;
}

async function select(stack: LabStack, options: StackOptions): Promise<Stack> {
  return ensureStack(
    stack.project,
    stackName,
    options,
    await stack.settings(options.progress ?? (() => undefined)),
  );
}

/**
 * Settles pending operations. A killed engine leaves them in the stack's state and reports them at every run until a
 * refresh has checked their resources. Everything that the programs start can be started again.
 */
async function settle(stack: LabStack, selected: Stack, options: StackOptions): Promise<void> {
  const engine = { ...options, cwd: stack.project };
  const state = await runPulumi(["stack", "export", "--stack", stackName], engine);
  if (state.exitCode !== 0 || !state.stdout.includes('"pending_operations": [')) return;
  const args = ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", ...stackOptions(selected)];
  await runPulumi(args, engine);
}

function echo(text: string, stream: "stdout" | "stderr"): void {
  process[stream].write(text);
}
