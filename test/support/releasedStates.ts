/** States of stacks as a released Perigee left them: `test/states/<version>/`, written by `npm run states`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { contractVersion } from "../../contract/outputs";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { twoPools } from "./infra/settingsExamples";
import { alerting, secrets } from "./workloads/settingsExamples";

export const statesFolder = join(repositoryRoot, "test/states");

/** The lab's account has no policy of its own that could be a boundary. */
const pools = Object.entries(twoPools).filter(([key]) => key !== "permissionsBoundary");

/** The stacks whose states are kept, with everything optional on. */
export const keptSettings = {
  infra: {
    config: {
      "aws:region": "eu-central-1",
      ...Object.fromEntries(pools.map(([key, value]) => [`perigee-infra:${key}`, value])),
    },
  },
  workloads: {
    monitoring: {
      alerting,
      grafanaAdminPassword: secrets.grafana,
      storage: { kind: "local", node: "orbit-default-1" },
    },
    // Without the program's bundle, which is another one with every change of it.
    telemetry: { image: "registry.example/perigee-telemetry:1" },
  },
} as const;

/** Outputs of stack 1 that the kept stack 2 stands on. */
export const keptOutputs = (kubeconfig: string, kubernetesVersion: string) => ({
  ...{ contractVersion, clusterName: "orbit", kubernetesVersion, kubeconfig },
  nodes: [
    {
      ...{ name: "orbit-default-1", role: "worker", instanceId: "i-1" },
      ...{ privateIp: "10.0.1.10", publicIp: "203.0.113.10" },
    },
  ],
  publishedHost: "203.0.113.10",
});

/** Versions of which there are states. */
export const releasedVersions = (): string[] => readdirSync(statesFolder).sort();

/** What `pulumi stack export --show-secrets` printed then. */
export function releasedState(version: string, project: "infra" | "workloads"): string {
  return gunzipSync(readFileSync(join(statesFolder, version, `${project}.json.gz`))).toString("utf8");
}
