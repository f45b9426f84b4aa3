/** Runs of the whole stack 2 program under Pulumi mocks, and every resource that they register. */
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { contractVersion, type InfraOutputs } from "../../../contract/outputs";
import { defaultKubernetesVersion } from "../../../infra/versions";
import program from "../../../workloads";

/** A resource as the engine would receive it. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  /** Secrets unwrapped. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** True when any input is a secret. */
  readonly hasSecret: boolean;
}

export interface Deployment {
  readonly resources: readonly RecordedResource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Names of the outputs that are secret. */
  readonly secrets: readonly string[];
}

const node = (name: string, role: "control-plane" | "worker") => ({
  ...{ name, role, instanceId: `i-${name}` },
  ...{ privateIp: "10.0.1.10", publicIp: "203.0.113.10" },
});

const infraOutputs: Partial<InfraOutputs> = {
  contractVersion,
  clusterName: "orbit",
  kubernetesVersion: defaultKubernetesVersion,
  kubeconfig: "kubeconfig-secret-0000",
  nodes: [node("orbit-control-plane-1", "control-plane"), node("orbit-default-1", "worker")],
  publishedHost: "203.0.113.10",
};

// The SDK's mock monitor does not implement hooks: without an answer, resources with hooks would wait forever.
Object.assign(MockMonitor.prototype, {
  registerResourceHook: (_request: unknown, callback: (error: null, response: object) => void) =>
    callback(null, {}),
});

const secretSignature = "4dabf18193072939515e22adb298388d";

class RecordingMocks implements pulumi.runtime.Mocks {
  readonly resources: RecordedResource[] = [];

  newResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs): {
    id: string;
    state: Record<string, unknown>;
  } {
    const given = inputs as Record<string, unknown>;
    this.resources.push({
      type,
      name,
      inputs: unwrapped(given) as Record<string, unknown>,
      hasSecret: JSON.stringify(given).includes(secretSignature),
    });
    return { id: `${name}-id`, state: { ...given, ...computed(type, given) } };
  }

  call({ token }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
    if (token === "pulumi:pulumi:readStackOutputs") return { outputs: infraOutputs };
    throw new Error(`unexpected function ${token}`);
  }
}

function computed(type: string, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  switch (type) {
    case "kubernetes:core/v1:Secret":
      return { metadata: { ...(given["metadata"] as object), resourceVersion: "7" } };
    case "pulumi:pulumi:StackReference":
      return { outputs: infraOutputs, secretOutputNames: ["kubeconfig", "sshPrivateKey"] };
    case "command:local:Command":
      return { stdout: "generated-secret-0000" };
    default:
      return {};
  }
}

function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value && "value" in value) return unwrapped(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrapped(inner)]));
}

/**
 * Runs workloads/index.ts with these settings.
 * @param raw settings as a user writes them, without the namespace
 */
export async function deploy(raw: Readonly<Record<string, unknown>>): Promise<Deployment> {
  const mocks = new RecordingMocks();
  const config = Object.entries(raw).map(([key, value]): [string, string] => [
    `perigee-workloads:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(config));
  await pulumi.runtime.setMocks(mocks, "perigee-workloads", "test", false, "organization");
  const exported = await program();
  const outputs: Record<string, unknown> = {};
  const secrets: string[] = [];
  for (const [name, value] of Object.entries(exported)) {
    const output = pulumi.output(value);
    outputs[name] = await settled(output);
    if (await pulumi.isSecret(output)) secrets.push(name);
  }
  await pulumi.runtime.disconnect();
  return { resources: mocks.resources, outputs, secrets };
}

function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
