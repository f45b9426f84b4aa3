/** Runs of the whole stack 2 program under Pulumi mocks, and every resource that they register. */
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { contentHash } from "../../../contract/contentHash";
import { contractVersion, type InfraOutputs } from "../../../contract/outputs";
import { defaultKubernetesVersion } from "../../../infra/versions";
import program from "../../../workloads";
import { setSettings, settledOutputs, signatureKey, unwrapped } from "../mocks";

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
  ...{ instanceType: "t3.large", diskGiB: 30, availabilityZone: "eu-central-1a", subnet: 1 },
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

class RecordingMocks implements pulumi.runtime.Mocks {
  readonly resources: RecordedResource[] = [];

  constructor(private readonly infra: Partial<InfraOutputs>) {}

  newResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs): {
    id: string;
    state: Record<string, unknown>;
  } {
    const given = inputs as Record<string, unknown>;
    this.resources.push({
      type,
      name,
      inputs: unwrapped(given) as Record<string, unknown>,
      hasSecret: JSON.stringify(given).includes(signatureKey),
    });
    return { id: `${name}-id`, state: { ...given, ...this.computed(type, given) } };
  }

  call({ token }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
    if (token === "pulumi:pulumi:readStackOutputs") return { outputs: this.infra };
    throw new Error(`unexpected function ${token}`);
  }

  private computed(type: string, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    switch (type) {
      case "kubernetes:core/v1:Secret":
        // Another version with each content, as the API server gives it.
        return {
          metadata: {
            ...(given["metadata"] as object),
            resourceVersion: contentHash(JSON.stringify(unwrapped(given))),
          },
        };
      case "pulumi:pulumi:StackReference":
        return { outputs: this.infra, secretOutputNames: ["kubeconfig", "sshPrivateKey"] };
      case "command:local:Command":
        // The program that makes an authority prints it as JSON.
        return String(given["create"]).includes("X509CertificateGenerator")
          ? { stdout: JSON.stringify({ certificate: "made-certificate", key: "generated-secret-0000" }) }
          : { stdout: "generated-secret-0000" };
      default:
        return {};
    }
  }
}

/**
 * Runs workloads/index.ts with these settings.
 * @param raw settings as a user writes them, without the namespace
 * @param infra further outputs of stack 1
 */
export async function deploy(
  raw: Readonly<Record<string, unknown>>,
  infra: Partial<InfraOutputs> = {},
): Promise<Deployment> {
  const mocks = new RecordingMocks({ ...infraOutputs, ...infra });
  setSettings("perigee-workloads", raw);
  await pulumi.runtime.setMocks(mocks, "perigee-workloads", "test", false, "organization");
  return { resources: mocks.resources, ...(await settledOutputs(await program())) };
}
