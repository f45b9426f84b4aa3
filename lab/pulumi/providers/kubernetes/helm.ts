/** Helm releases through the real helm program. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Properties } from "../rpc/values";
import { UnreachableError } from "./cluster";
import { helmEnvironment } from "./environment";
import { asProperties } from "./kubernetesObject";
import type { Release, ReleaseReference, Releases, ReleaseSpec } from "./releases";
import type { KubernetesProviderSettings } from "./settings";

export interface HelmArgs {
  readonly kubeconfig: string;
  readonly context: string | undefined;
  readonly settings: Pick<KubernetesProviderSettings, "helm" | "stateFolder">;
}

interface HelmRun {
  readonly signal: AbortSignal;
  /** Passed by stdin: values never appear on a command line or in a file. */
  readonly stdin?: string;
}

/** Grace period after helm's own `--timeout`, before it is stopped. */
const graceMs = 60_000;
const askLimitSeconds = 60;

export class Helm implements Releases {
  constructor(private readonly args: HelmArgs) {}

  async find({ name, namespace }: ReleaseReference, signal: AbortSignal): Promise<Release | undefined> {
    const args = ["list", "--all", "--namespace", namespace, "--filter", `^${name}$`, "--output", "json"];
    const [found] = JSON.parse(await this.run(args, askLimitSeconds, { signal })) as ListedRelease[];
    return found === undefined ? undefined : released(found);
  }

  async values({ name, namespace }: ReleaseReference, signal: AbortSignal): Promise<Properties> {
    const args = ["get", "values", name, "--namespace", namespace, "--output", "json"];
    return asProperties(JSON.parse(await this.run(args, askLimitSeconds, { signal })));
  }

  install(spec: ReleaseSpec, signal: AbortSignal): Promise<Release> {
    return this.apply("install", spec, signal);
  }

  upgrade(spec: ReleaseSpec, signal: AbortSignal): Promise<Release> {
    return this.apply("upgrade", spec, signal);
  }

  private async apply(verb: Verb, spec: ReleaseSpec, signal: AbortSignal): Promise<Release> {
    const stdin = JSON.stringify(spec.values);
    await this.run(releaseArguments(verb, spec), spec.timeoutSeconds, { signal, stdin });
    const release = await this.find(spec, signal);
    if (release === undefined) throw new Error(`helm installed ${spec.name} and does not list it`);
    return release;
  }

  async uninstall(
    { name, namespace }: ReleaseReference,
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<void> {
    const flags = ["--namespace", namespace, "--wait", "--timeout", `${timeoutSeconds}s`];
    await this.run(["uninstall", name, ...flags], timeoutSeconds, { signal });
  }

  private async run(
    args: readonly string[],
    limitSeconds: number,
    { signal, stdin = "" }: HelmRun,
  ): Promise<string> {
    const { kubeconfig, context, settings } = this.args;
    const folder = await mkdtemp(join(tmpdir(), "perigee-helm-"));
    try {
      const file = join(folder, "kubeconfig");
      await writeFile(file, kubeconfig, { mode: 0o600 });
      const cluster = ["--kubeconfig", file, ...(context === undefined ? [] : ["--kube-context", context])];
      return await execute(settings, [...args, ...cluster], {
        signal,
        stdin,
        limitMs: limitSeconds * 1000 + graceMs,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

type Verb = "install" | "upgrade";

export function releaseArguments(verb: Verb, spec: ReleaseSpec): string[] {
  return [
    ...[verb, spec.name, spec.chart, "--namespace", spec.namespace],
    ...["--values", "-", "--timeout", `${spec.timeoutSeconds}s`],
    ...(verb === "upgrade" ? ["--history-max", String(spec.maxHistory)] : []),
    ...(spec.version === undefined ? [] : ["--version", spec.version]),
    ...(spec.repository === undefined ? [] : ["--repo", spec.repository]),
    ...(spec.skipAwait ? [] : ["--wait"]),
    ...(spec.createNamespace && verb === "install" ? ["--create-namespace"] : []),
    ...(spec.description === undefined ? [] : ["--description", spec.description]),
    ...(spec.skipCrds ? ["--skip-crds"] : []),
    ...(spec.atomic ? ["--atomic"] : []),
  ];
}

interface Execution {
  readonly signal: AbortSignal;
  readonly stdin: string;
  readonly limitMs: number;
}

function execute(
  settings: HelmArgs["settings"],
  args: readonly string[],
  { signal, stdin, limitMs }: Execution,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(settings.helm, args, {
      env: helmEnvironment(settings.stateFolder),
      stdio: "pipe",
      signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
    });
    const said = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
    child.on("error", (error: NodeJS.ErrnoException) => reject(startError(settings.helm, error)));
    child.on("close", (code) => (code === 0 ? resolve(said.stdout) : reject(helmError(args, said.stderr))));
    // A helm that ends before it has read its values reports the reason itself.
    child.stdin.on("error", () => undefined).end(stdin);
  });
}

function startError(program: string, error: NodeJS.ErrnoException): Error {
  if (error.code === "ENOENT") {
    return new Error(`${program} is not there: the lab builds it, PERIGEE_LAB_HELM names it`);
  }
  return error.name === "AbortError"
    ? new Error("helm was stopped: it took too long, or the engine cancelled")
    : error;
}

function helmError([verb = "", ...rest]: readonly string[], stderr: string): Error {
  const said = stderr
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("WARNING:"))
    .join("\n");
  if (/Kubernetes cluster unreachable/.test(said)) return new UnreachableError(said.replace(/^Error: /, ""));
  return new Error(`helm ${verb} ${rest.find((arg) => !arg.startsWith("-")) ?? ""}: ${said}`);
}

interface ListedRelease {
  name: string;
  namespace: string;
  revision: string;
  status: string;
  chart: string;
  app_version: string;
}

function released({ name, namespace, revision, status, chart, app_version }: ListedRelease): Release {
  return { name, namespace, revision: Number(revision), status, chart, appVersion: app_version };
}
