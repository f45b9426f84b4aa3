/** The lab as its tests use it: one lab for all of them, brought up and changed as a user would. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import type { NodeOutput } from "../../../contract/outputs";
import { quoted } from "../../../infra/kubeadm/step";
import { defaultKubernetesVersion } from "../../../infra/versions";
import { labEngine } from "../../../lab/cli/labEngine";
import { writeWhole } from "../../../lab/files";
import { SystemdMachines } from "../../../lab/host/systemdMachines";
import { type PulumiRun, runPulumi } from "../../../lab/pulumi/engine/pulumi";
import { ensureStack, stackOptions, type StackSettings } from "../../../lab/pulumi/engine/stacks";
import { Cloud } from "../../../lab/pulumi/providers/aws/cloud";
import { labFolders, labSettings as labHostSettings, npmPrograms } from "../../../lab/settings";
import { buildToolchain, program } from "../../../lab/supply/toolchain/build";
import { kubernetesComponent } from "../../../lab/supply/toolchain/components";
import { repositoryRoot } from "../../../settings/repositoryRoot";

const execute = promisify(execFile);

/** Settings of the lab's own stack, as a user would edit them. */
export type LabConfig = Readonly<Record<string, unknown>>;

const own = parse(readFileSync(join(repositoryRoot, "Pulumi.lab.yaml"), "utf8")) as { config: LabConfig };

/** `Pulumi.lab.yaml` with other values: `labSettings({ workers: [...] })`. */
function labSettings(changes: LabConfig = {}): StackSettings {
  const changed = Object.fromEntries(
    Object.entries(changes).map(([key, value]) => [`perigee-infra:${key}`, value]),
  );
  return { config: { ...own.config, ...changed } };
}

/** The same settings as a file, for LAB_CONFIG. */
export async function labConfigFile(changes: LabConfig): Promise<string> {
  return scratchFile("Pulumi.lab.yaml", JSON.stringify(labSettings(changes)));
}

export const pool = (count: number, more: LabConfig = {}): LabConfig => ({
  workers: [{ name: "default", count, diskGiB: 20, ...more }],
});

/** Runs the engine on the lab's stack with these settings; the caller checks the exit code. */
export async function engine(
  command: string,
  changes: LabConfig = {},
  ...args: string[]
): Promise<PulumiRun> {
  return engineOf(repositoryRoot, command, changes, ...args);
}

/** The same of another program, such as a changed copy of this one (changedProgram.ts). */
export async function engineOf(
  project: string,
  command: string,
  changes: LabConfig,
  ...args: string[]
): Promise<PulumiRun> {
  return runOnStack(command, { project, settings: labSettings(changes) }, ...args).finally(forgetOutputs);
}

/** A stack `lab` in the lab's backend, and how the engine runs on it. */
export interface StackRun {
  /** Folder of the program's Pulumi.yaml. */
  readonly project: string;
  readonly settings: StackSettings;
  /** Variables of the engine and its plugins. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Called with the engine's process id once it runs. */
  readonly onStart?: ((pid: number) => void) | undefined;
}

/** Runs the engine on a stack of any project, such as an example's; the caller checks the exit code. */
export async function runOnStack(
  command: string,
  { project, settings, environment, onStart }: StackRun,
  ...args: string[]
): Promise<PulumiRun> {
  const lab = await labEngine();
  const options = { ...lab, cwd: project, variables: { ...lab.variables, ...environment } };
  const stack = await ensureStack(project, "lab", options, settings);
  const consent = ["up", "destroy", "refresh"].includes(command) ? ["--yes", "--skip-preview"] : [];
  return runPulumi([command, ...consent, ...stackOptions(stack), ...args], {
    ...options,
    ...(onStart !== undefined && { onStart }),
  });
}

/** The same run when it succeeded. */
export function succeeded(command: string, run: PulumiRun): PulumiRun {
  if (run.exitCode === 0) return run;
  throw new Error(`pulumi ${command}: exit ${run.exitCode}\n${run.stdout}\n${run.stderr}`);
}

/** Runs the engine and throws when it fails. */
export async function engineSucceeds(
  command: string,
  changes: LabConfig = {},
  ...args: string[]
): Promise<PulumiRun> {
  return succeeded(command, await engine(command, changes, ...args));
}

export interface LabOutputs {
  readonly apiServerUrl: string;
  readonly nodes: readonly NodeOutput[];
  readonly kubeconfig: string;
  readonly sshPrivateKey: string;
  readonly publishedHost: string;
  /** Where `access.oidc` names a provider. */
  readonly peopleKubeconfig?: string;
}

let known: Promise<LabOutputs> | undefined;

/** The stack's outputs, read once between two changes of the lab. */
export function outputs(): Promise<LabOutputs> {
  if (known === undefined) {
    known = readOutputs();
    known.catch(forgetOutputs); // the lab may not be up yet
  }
  return known;
}

function forgetOutputs(): void {
  known = undefined;
}

const readOutputs = (): Promise<LabOutputs> => outputsIn<LabOutputs>(repositoryRoot);

/** Outputs of the lab's stack of a project, secrets in clear. */
export const outputsIn = <T>(project: string): Promise<T> => readStack<T>(project, "output", "--json");

/** What the engine tells of the lab's stack of a project, secrets in clear. */
async function readStack<T>(project: string, what: "output" | "export", ...args: string[]): Promise<T> {
  // The built CLI reads the outputs of any lab, also of one whose sources only its own commands see.
  const options = { ...(await labEngine()), released: false, cwd: project };
  const run = await runPulumi(["stack", what, "--stack", "lab", "--show-secrets", ...args], options);
  if (run.exitCode !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as T;
}

export async function node(name: string): Promise<NodeOutput> {
  const { nodes } = await outputs();
  const found = nodes.find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`no node ${name} among ${nodes.map((one) => one.name).join(", ")}`);
  }
  return found;
}

export const controlPlane = "perigee-lab-control-plane-1";
export const worker = "perigee-lab-default-1";
export const secondWorker = "perigee-lab-default-2";

let scratch: Promise<string> | undefined;

/** Path of a file in a temporary folder; whole at any time, for what reads it while a test writes it again. */
async function scratchFile(name: string, content: string): Promise<string> {
  scratch ??= mkdtemp(join(tmpdir(), "perigee-lab-test-"));
  const file = join(await scratch, name);
  await writeWhole(file, content);
  return file;
}

let kubectlProgram: Promise<string> | undefined;
let helmProgram: Promise<string> | undefined;

/** Runs kubectl as the operator; returns its output. */
export async function kubectl(...args: string[]): Promise<string> {
  kubectlProgram ??= buildToolchain([kubernetesComponent(defaultKubernetesVersion)], () => undefined).then(
    (all) => program(all, `kubectl-${defaultKubernetesVersion}`),
  );
  return asOperator(await kubectlProgram, ["--request-timeout=60s", ...args]);
}

/** Runs Helm as the operator; returns its output. */
export async function helm(...args: string[]): Promise<string> {
  helmProgram ??= buildToolchain(["helm"], () => undefined).then((all) => program(all, "helm"));
  return asOperator(await helmProgram, args);
}

async function asOperator(file: string, args: readonly string[]): Promise<string> {
  const kubeconfig = await scratchFile("kubeconfig", (await outputs()).kubeconfig);
  const { stdout } = await execute(file, ["--kubeconfig", kubeconfig, ...args], { maxBuffer: 64 * 2 ** 20 });
  return stdout.trim();
}

/** Applies objects. */
export async function apply(...objects: readonly object[]): Promise<void> {
  await kubectl(
    "apply",
    "-f",
    await scratchFile("objects.json", JSON.stringify({ apiVersion: "v1", kind: "List", items: objects })),
  );
}

/** Runs a command on a node as root, over SSH, as an operator would; returns its output. */
export async function ssh(name: string, command: string, privateKey?: string): Promise<string> {
  const key = await scratchFile("key", privateKey ?? (await outputs()).sshPrivateKey);
  const { publicIp } = await node(name);
  const options = [
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    "ConnectTimeout=10",
  ];
  const { stdout } = await execute(
    "ssh",
    [
      "-i",
      key,
      ...options.flatMap((option) => ["-o", option]),
      `ubuntu@${publicIp}`,
      "sudo",
      "bash",
      "-c",
      quoted(command),
    ],
    { maxBuffer: 64 * 2 ** 20 },
  );
  return stdout.trim();
}

/** A command of the lab as the Makefile runs it, in its own process group so that all of it can be killed. */
export class LabCommand {
  output = "";
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;

  /** @param inside command before it, such as nsenter with its arguments */
  constructor(
    command: "up" | "down",
    environment: Readonly<Record<string, string>> = {},
    inside: readonly string[] = [],
  ) {
    const [program = "", ...args] = [...inside, join(npmPrograms, "tsx"), "lab/cli/main.ts", command];
    this.child = spawn(program, args, {
      cwd: repositoryRoot,
      env: { ...process.env, ...environment },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
    this.ended = new Promise<number | null>((resolve) => this.child.once("close", resolve)).finally(
      forgetOutputs,
    );
  }

  /** Waits for its end; returns the output, or throws an error with it when the exit code is not 0. */
  async succeeds(): Promise<string> {
    const code = await this.ended;
    if (code !== 0) throw new Error(`exit ${code}\n${this.output}`);
    return this.output;
  }

  async fails(): Promise<string> {
    const code = await this.ended;
    if (code === 0) throw new Error(`it should have failed:\n${this.output}`);
    return this.output;
  }

  /** Its output once it has ended, else false. */
  hasEnded(): string | false {
    return this.child.exitCode !== null && `it ended before: ${this.output}`;
  }

  /** Waits until a condition holds while it runs, then sends SIGKILL to it and all its children. */
  async killWhen(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    await eventually(
      what,
      condition,
      900,
      () => this.child.exitCode !== null && `it ended before: ${this.output}`,
    );
    if (this.child.pid !== undefined) process.kill(-this.child.pid, "SIGKILL");
    await this.ended;
  }
}

/** Kills a machine from outside, as a power cut would, all of it; returns its instance ID. */
export async function killMachine(name: string): Promise<string> {
  const { instanceId } = await node(name);
  const machines = new SystemdMachines();
  const init = await machines.initPid(instanceId);
  if (init === undefined) throw new Error(`${name} (${instanceId}) does not run`);
  process.kill(init, "SIGKILL");
  // The kernel ends it when all of the machine's processes have ended: until then some of them still answer.
  await eventually(`${name} to be dead`, async () => (await machines.initPid(instanceId)) === undefined, 60);
  return instanceId;
}

/** Lets go of the elastic address of a machine in the lab's AWS, as somebody with the console would. */
export async function loseElasticAddress(name: string): Promise<string> {
  const { publicIp } = await node(name);
  await new Cloud(labHostSettings().stateFolder, () => "lab-local-1").change((account) => {
    const [lost] = account.where("aws:ec2/eip:Eip", "publicIp", publicIp);
    if (lost === undefined) throw new Error(`${publicIp} is no elastic address`);
    for (const { type, id } of account.where(
      "aws:ec2/eipAssociation:EipAssociation",
      "allocationId",
      lost.id,
    )) {
      account.remove(type, id);
    }
    account.remove(lost.type, lost.id);
  });
  return publicIp;
}

/** Runs a step of stack 1 once more, as the last `up` ran it but for these inputs. */
export async function runStepAgain(
  resource: string,
  name: string,
  inputs: Readonly<Record<string, string>>,
): Promise<string> {
  const { create, stdin } = await stepOf(resource);
  const step = Object.entries(inputs).reduce((text, [input, value]) => {
    const declaration = new RegExp(`^declare -r ${input}='(?:[^']|'\\\\'')*'$`, "m");
    if (!declaration.test(text)) throw new Error(`${resource} has no input ${input}`);
    return text.replace(declaration, () => `declare -r ${input}=${quoted(value)}`);
  }, stdin);
  const command = `${create.replace("sudo ", "")} <<'END_OF_STEP' 2>&1\n${step}\nEND_OF_STEP`;
  return ssh(name, command).catch((error: unknown) => {
    // The message repeats the whole script; what it said is on stdout.
    throw new Error(`${resource} on ${name}: ${String((error as { stdout?: unknown }).stdout)}`);
  });
}

interface ExportedResource {
  readonly urn: string;
  readonly inputs?: { readonly create: string; readonly stdin: string | { readonly plaintext: string } };
}

/** Command and script of a step, as the state has them. */
async function stepOf(resource: string): Promise<{ create: string; stdin: string }> {
  const { inputs } = await resourceOf(`remote:Command::${resource}`);
  if (inputs === undefined) throw new Error(`${resource} has no inputs in the state`);
  const { create, stdin } = inputs;
  return { create, stdin: typeof stdin === "string" ? stdin : (JSON.parse(stdin.plaintext) as string) };
}

/** URN of a machine, for the engine's `--replace`. */
export async function instanceUrn(name: string): Promise<string> {
  return (await resourceOf(`ec2/instance:Instance::${name}`)).urn;
}

/** URN of stack 2's resource whose URN ends so, for the engine's `--replace`. */
export async function workloadsUrn(ending: string): Promise<string> {
  return (await resourceOf(ending, join(repositoryRoot, "workloads"))).urn;
}

/** A resource of the lab's stack of a project whose URN ends so. */
async function resourceOf(ending: string, project = repositoryRoot): Promise<ExportedResource> {
  const { deployment } = await readStack<{ deployment: { resources: ExportedResource[] } }>(
    project,
    "export",
  );
  const found = deployment.resources.find(({ urn }) => urn.endsWith(ending));
  if (found === undefined) throw new Error(`no ${ending} in the state`);
  return found;
}

/** Gives a Spot machine AWS's notice, as `make interrupt` does. */
export async function interrupt(name: string): Promise<void> {
  const args = ["lab/cli/main.ts", "interrupt", name];
  await execute(join(npmPrograms, "tsx"), args, { cwd: repositoryRoot });
}

/** Number of an application's pods on a node. */
export async function podsOn(name: string, app: string): Promise<number> {
  const selectors = ["--selector", `app=${app}`, "--field-selector", `spec.nodeName=${name}`];
  const names = await kubectl("get", "pods", ...selectors, "--output", "name");
  return names.split("\n").filter((line) => line !== "").length;
}

/** Waits until cluster DNS is Available. */
export async function clusterDns(limitSeconds: number): Promise<void> {
  const limit = `--timeout=${limitSeconds}s`;
  await kubectl("-n", "kube-system", "wait", "deployment/coredns", "--for=condition=Available", limit);
}

/** Waits until a condition holds; the limit is in seconds. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitSeconds = 120,
  stop: () => string | false = () => false,
): Promise<void> {
  const deadline = Date.now() + limitSeconds * 1000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    const reason = stop();
    if (reason !== false) throw new Error(`waiting for ${what}: ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(
    `timed out after ${limitSeconds}s waiting for ${what}${last === undefined ? "" : `: ${(last as Error).message}`}`,
  );
}

/** PIDs on this host of processes on the lab's machines whose command line contains this text. */
export async function processes(text: string): Promise<number[]> {
  const { cgroup } = labFolders(labHostSettings().stateFolder);
  const { stdout } = await execute("ps", ["-eo", "pid=,args="], { maxBuffer: 16 * 2 ** 20 });
  const pids = stdout
    .split("\n")
    .filter((line) => line.includes(text))
    .map((line) => Number(line.trim().split(" ")[0]));
  const inLab = await Promise.all(
    pids.map((pid) =>
      readFile(`/proc/${pid}/cgroup`, "utf8").then(
        (content) => content.split(/[/\n]/).includes(cgroup),
        () => false,
      ),
    ),
  );
  return pids.filter((_, index) => inLab[index]);
}
