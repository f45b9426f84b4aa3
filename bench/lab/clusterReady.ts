/**
 * Time from booted machines to every node Ready: through `pulumi up`, and by hand with plain kubeadm, on the same
 * machines in the same run.
 *   tsx bench/lab/clusterReady.ts [--runs 1]
 * Brings a lab up (which warms the files that both ways read; its phases are printed too) and removes it at the end.
 * Before each way the machines are reset to their state after cloud-init: packages and images present, no cluster.
 * The order of the ways alternates.
 */
import { parseArgs } from "node:util";
import type { NodeOutput } from "../../contract/outputs";
import { parseSettings } from "../../infra/config";
import { flannelManifest } from "../../infra/kubeadm/flannel";
import { releaseOf } from "../../infra/versions";
import { labStackSettings } from "../../lab/cli/labConfig";
import { labEngine } from "../../lab/cli/labEngine";
import { changingTheLab } from "../../lab/cli/session";
import { infraOutputs, stackName, workloads } from "../../lab/cli/stacks";
import { ensureStack } from "../../lab/pulumi/engine/stacks";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { byHand, type Machines, resetMachines } from "./byHand";
import { circumstances, load, progress } from "./circumstances";
import { labRun, onOwnLab } from "./labRun";
import { destroy } from "./pulumi";
import { RemoteShell } from "./remoteShell";
import { forgetSteps, throughPulumi } from "./throughPulumi";
import { comparison, type Timing } from "./timing";
import { upTable } from "./upPhases";

interface Ways {
  readonly pulumi: () => Promise<Timing>;
  readonly byHand: () => Promise<Timing>;
}

async function waysOf(shell: RemoteShell, nodes: readonly NodeOutput[]): Promise<Ways> {
  const options = await labEngine();
  const settings = await labStackSettings();
  const stack = await ensureStack(repositoryRoot, stackName, options, settings);
  const machines = machinesOf(nodes);
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

/** Destroys stack 2 first: its resources disappear with the cluster, but stay in the engine's state. */
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
  const controlPlane = nodes.find(({ role }) => role === "control-plane");
  const [worker, ...more] = nodes.filter(({ role }) => role === "worker");
  if (controlPlane === undefined || worker === undefined || more.length > 0) {
    throw new Error("the comparison is made with one worker: see perigee-infra:workers in Pulumi.lab.yaml");
  }
  return { controlPlane, worker };
}

async function measure(runs: number): Promise<string> {
  const { nodes, sshPrivateKey } = await infraOutputs(await labEngine());
  const shell = await RemoteShell.withKey(sshPrivateKey);
  const taken: { readonly [Way in keyof Ways]: Timing[] } = { pulumi: [], byHand: [] };
  const loadBefore = load();
  try {
    const ways = await waysOf(shell, nodes);
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
  const title = runs === 1 ? "One run." : `Medians of ${runs} runs.`;
  return `${title} ${circumstances(loadBefore)}\n\n${comparison(taken.pulumi, taken.byHand)}\n`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "1" } } });
  if (!/^[1-9]\d?$/.test(values.runs)) throw new Error(`--runs ${values.runs}: 1 to 99`);
  await onOwnLab(async () => {
    const loadBefore = load();
    const up = await labRun("up", 40);
    process.stdout.write(upTable("as it came", up, loadBefore));
    await changingTheLab("bench/lab/clusterReady", async () => {
      await destroyWorkloads();
      process.stdout.write(await measure(Number(values.runs)));
      return 0;
    });
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
