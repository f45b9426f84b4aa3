/**
 * Time from booted machines to every node Ready, on a lab that is up: through `pulumi up`, and by hand with plain kubeadm, on the
 * same machines in the same run. Before each way the machines are reset to their state after cloud-init: packages and images
 * present, no cluster. The order of the ways alternates.
 */
import type { NodeOutput } from "../../contract/outputs";
import { parseSettings } from "../../infra/config";
import { flannelManifest } from "../../infra/kubeadm/flannel";
import { releaseOf } from "../../infra/versions";
import { labEngine } from "../../lab/cli/labEngine";
import { changingTheLab } from "../../lab/cli/session";
import { infraOutputs, stackName, workloads } from "../../lab/cli/stacks";
import { ensureStack, type StackSettings } from "../../lab/pulumi/engine/stacks";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { byHand, type Machines, resetMachines } from "./byHand";
import { progress } from "./circumstances";
import { destroy } from "./pulumi";
import { RemoteShell } from "./remoteShell";
import { forgetSteps, throughPulumi } from "./throughPulumi";
import type { Timing } from "./timing";

interface Ways {
  readonly pulumi: () => Promise<Timing>;
  readonly byHand: () => Promise<Timing>;
}

/** Timings of so many runs of each way; stack 2 is destroyed before. */
export type BothWays = { readonly [Way in keyof Ways]: readonly Timing[] };

/** @param settings of stack 1, as in its file: those of the lab that is up */
export async function bothWays(settings: StackSettings, runs: number): Promise<BothWays> {
  const taken: { readonly [Way in keyof Ways]: Timing[] } = { pulumi: [], byHand: [] };
  await changingTheLab("bench/lab", async () => {
    await destroyWorkloads();
    const { nodes, sshPrivateKey } = await infraOutputs(await labEngine());
    const shell = await RemoteShell.withKey(sshPrivateKey);
    try {
      const ways = await waysOf(shell, machinesOf(nodes), settings);
      for (let run = 0; run < runs; run++) {
        for (const way of run % 2 === 0 ? (["byHand", "pulumi"] as const) : (["pulumi", "byHand"] as const)) {
          const timing = await ways[way]();
          taken[way].push(timing);
          progress(`run ${run + 1} of ${runs}, ${way}: ${JSON.stringify(timing)}`);
        }
      }
    } finally {
      await shell.close();
    }
    return 0;
  });
  return taken;
}

async function waysOf(shell: RemoteShell, machines: Machines, settings: StackSettings): Promise<Ways> {
  const options = await labEngine();
  const stack = await ensureStack(repositoryRoot, stackName, options, settings);
  const { kubernetesVersion, podCidr } = parseSettings(ownSettings(settings.config ?? {}), stackName);
  const manifest = flannelManifest(releaseOf(kubernetesVersion), podCidr.text);
  return {
    pulumi: async () => {
      await resetMachines(shell, machines);
      await forgetSteps(stack, options);
      return throughPulumi(stack, options);
    },
    byHand: async () => {
      await resetMachines(shell, machines);
      return byHand(shell, machines, manifest);
    },
  };
}

/** Its resources disappear with the cluster, but would stay in the engine's state. */
async function destroyWorkloads(): Promise<void> {
  progress("destroying stack 2");
  const options = await labEngine();
  const settings = await workloads.settings(progress);
  await destroy(await ensureStack(workloads.project, stackName, options, settings), options);
}

/** Settings of the infra program: `perigee-infra:name` -> `name`. The rest belongs to other programs. */
function ownSettings(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const prefix = "perigee-infra:";
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

function machinesOf(nodes: readonly NodeOutput[]): Machines {
  const [controlPlane, ...further] = nodes.filter(({ role }) => role === "control-plane");
  const [worker, ...more] = nodes.filter(({ role }) => role === "worker");
  if (controlPlane === undefined || worker === undefined || more.length > 0) {
    throw new Error("the comparison is made with one worker: see perigee-infra:workers in Pulumi.lab.yaml");
  }
  return { controlPlane, further, worker };
}
