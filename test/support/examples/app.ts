/** examples/app as each of its three ways makes it: the objects that a cluster would be given. */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { parseAllDocuments } from "yaml";
import { defaultKubernetesVersion } from "../../../infra/versions";
import { kubernetesComponent } from "../../../lab/supply/toolchain/components";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { builtProgram } from "../builtProgram";
import { setSettings } from "../mocks";

const run = promisify(execFile);

export const app = join(repositoryRoot, "examples/app");
export const chart = join(app, "chart");
export const overlay = (environment: Environment): string => join(app, "kustomize/overlays", environment);

/** Programs of the toolchain's cache, undefined where they were not built yet. */
export const helm = builtProgram("helm", "helm");
export const kubectl = builtProgram(kubernetesComponent(defaultKubernetesVersion), "kubectl");

export const environments = ["dev", "prod"] as const;
export type Environment = (typeof environments)[number];

export const namespaceOf = (environment: Environment): string =>
  environment === "prod" ? "flight-dynamics" : "flight-dynamics-test";

/** Kinds of what it is made of, and of what Kubernetes makes of that. */
export const kinds = [
  ...["deployment", "replicaset", "pod", "service", "endpointslice", "configmap", "serviceaccount"],
  ...["networkpolicy", "horizontalpodautoscaler", "poddisruptionbudget", "servicemonitor", "prometheusrule"],
].join();

/** Selector of all of it. */
export const selector = "app.kubernetes.io/name=planner";

export interface AppObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export type Way = (environment: Environment) => Promise<AppObject[]>;

const objectsOf = (text: string): AppObject[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as AppObject | null)
    .filter((object) => object !== null);

/** @param more arguments of Helm, such as `--set` */
export async function helmObjects(environment: Environment, ...more: string[]): Promise<AppObject[]> {
  const { stdout } = await run(helm ?? "helm", [
    ...["template", "planner", chart, "--namespace", namespaceOf(environment)],
    ...["--set", `environment=${environment}`, ...more],
  ]);
  return objectsOf(stdout);
}

async function kustomizeObjects(environment: Environment): Promise<AppObject[]> {
  return objectsOf((await run(kubectl ?? "kubectl", ["kustomize", overlay(environment)])).stdout);
}

class Recorder implements pulumi.runtime.Mocks {
  readonly objects: AppObject[] = [];

  newResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs): {
    id: string;
    state: Record<string, unknown>;
  } {
    const given = inputs as Record<string, unknown>;
    if (type === "pulumi:pulumi:StackReference") {
      return { id: name, state: { outputs: { kubeconfig: "kubeconfig" }, secretOutputNames: [] } };
    }
    if (given["kind"] !== undefined) this.objects.push(given as AppObject);
    return { id: name, state: given };
  }

  call({ token }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
    throw new Error(`unexpected function ${token}`);
  }
}

/** @param settings others of the program, without their namespace */
export async function pulumiObjects(
  environment: Environment,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<AppObject[]> {
  const recorder = new Recorder();
  setSettings("planner", { environment, ...settings });
  await pulumi.runtime.setMocks(recorder, "planner", "test", false, "organization");
  const program = join(app, "pulumi/index.ts");
  // All that it does it does when it is loaded, as by the engine.
  const load = createRequire(__filename);
  delete load.cache[program];
  load(program);
  await pulumi.runtime.disconnect();
  return recorder.objects;
}

export const ways: Readonly<Record<"Pulumi" | "Helm" | "Kustomize", Way>> = {
  Pulumi: (environment) => pulumiObjects(environment),
  Helm: (environment) => helmObjects(environment),
  Kustomize: kustomizeObjects,
};

/** The object of a kind; there is one. */
export function ofKind(objects: readonly AppObject[], kind: string): AppObject {
  const [found, ...others] = objects.filter((object) => object.kind === kind);
  if (found === undefined || others.length > 0) throw new Error(`not one ${kind}`);
  return found;
}
