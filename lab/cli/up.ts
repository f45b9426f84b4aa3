/** `make up`: brings the lab up in phases, from the check of this machine to the first answer of Prometheus. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { startKeepers } from "../host/balancer";
import { clearLab, isFromBeforeRestart } from "../host/clear";
import { networkUp } from "../host/hostNetwork";
import { keepMachineFiles } from "../host/machineFiles";
import { failuresOf } from "../pulumi/engine/events";
import type { EngineOptions } from "../pulumi/engine/pulumi";
import { serveMetadata } from "../pulumi/providers/aws/metadata/serve";
import { serveS3 } from "../pulumi/providers/aws/s3/serve";
import type { LabFolders } from "../settings";
import { prepareSupply, serveSupply, type Supply, supplyFiles } from "../supply";
import { command, say } from "./command";
import { keepContainerd, labContainerd } from "./containerd";
import { ready } from "./install";
import { toEngine } from "./interrupt";
import { keepVersions, servedVersions } from "./kubernetesVersions";
import { type LabConfig, labConfig } from "./labConfig";
import { engineComponents, labEngine } from "./labEngine";
import { untilPrometheusAnswers } from "./monitoring";
import { Phases } from "./phases";
import { sayWhetherItCanRun } from "./preflight";
import { changingTheLab, type Session } from "./session";
import { labAuthority } from "./settings";
import { keepSources } from "./sources";
import { bringUp, labStacks, outputsOf, whatToOpen, workloads } from "./stacks";
import { startStopped } from "./startStopped";
import { printStatus } from "./status";

export const upCommand = command({
  name: "up",
  summary: "bring the lab up on this machine, or go on where an interrupted one stopped",
  description: `Brings the lab up: checks this machine, installs packages that are missing (on Debian and Ubuntu; names them elsewhere), builds
what the lab runs (once; kept in ~/.cache/perigee), makes the network, and runs the stack \`lab\` of the programs in this
repository. Ends by printing the nodes and endpoints. Needs root. Call it again after an interruption, or after a
change of Pulumi.lab.yaml. Ctrl-C ends what is in progress and stops; twice stops at once.`,
  // Without root, the check reports that together with all other problems.
  run: () => (process.getuid?.() === 0 ? changingTheLab("make up", up) : sayWhetherItCanRun()),
});

async function up({ folders, signal }: Session): Promise<number> {
  const phases = new Phases();
  const config = await labConfig();
  const sources = await phases.run("check this machine", () => ready(folders, config));
  if (sources === undefined) return 1;
  const containerd = await labContainerd(folders);
  await forgetLabOfEarlierRun(folders);
  const kubernetesVersions = await servedVersions(folders, config.kubernetesVersion);
  const demand = { kubernetesVersions, sources, containerd };
  const supply = await phases.run("programs, packages and images", async () =>
    prepareSupply(demand, say, await engineComponents(sources)),
  );
  await keepSources(folders, sources);
  await keepContainerd(folders, containerd);
  await keepVersions(folders, kubernetesVersions);
  await phases.run("network", () => openNetwork(folders, config, supply));
  const extra = await phases.run("machines", () => startStopped(folders, supply.baseTree));
  const options = await labEngine(say);
  for (const stack of labStacks) {
    if (signal.aborted) return 130;
    const engine = { ...options, ...toEngine(signal) };
    const run = await phases.run(stack.title, () => bringUp(stack, engine, extra));
    if (run.exitCode !== 0) {
      process.stderr.write(
        [
          `\nThe ${stack.title} is not up.`,
          ...failuresOf(run.events).map((failure) => failure.replace(/^/gm, "  ")),
          "`make up` tries again, `make down` removes it all.\n",
        ].join("\n"),
      );
      return signal.aborted ? 130 : 1;
    }
  }
  const outputs = (await outputsOf(workloads, options)) ?? {};
  await phases.run("first answer of Prometheus", () => firstAnswer(outputs, signal));
  if (signal.aborted) return 130;
  await finish(options, outputs, phases);
  return 0;
}

/** Removes a lab from before a restart of the host: nothing of it runs, but its cluster is in the engine's state. */
async function forgetLabOfEarlierRun(folders: LabFolders): Promise<void> {
  if (!(await isFromBeforeRestart(folders))) return;
  say("a lab from before this host's restart is cleared away");
  const failures = await clearLab(folders, say);
  if (failures.length > 0) throw new Error(`it cannot be cleared away:\n${failures.join("\n")}`);
  await rm(folders.root, { recursive: true, force: true });
}

async function openNetwork(folders: LabFolders, config: LabConfig, supply: Supply): Promise<void> {
  const { services: address } = await networkUp(folders, config.vpcCidr, say);
  const [s3Authority] = await Promise.all([
    serveS3(folders, { address, region: config.region }),
    serveSupply(supply, { address, folders }, say),
    serveMetadata(folders, address),
  ]);
  const authorities = { lab: s3Authority, operator: await labAuthority() };
  await startKeepers(folders);
  await keepMachineFiles(folders, await supplyFiles(supply, address, authorities));
}

type Outputs = Readonly<Record<string, unknown>>;

async function firstAnswer({ prometheusUrl: prometheus }: Outputs, signal: AbortSignal): Promise<void> {
  if (typeof prometheus === "string") await untilPrometheusAnswers(prometheus, signal);
}

async function finish(options: EngineOptions, outputs: Outputs, phases: Phases): Promise<void> {
  await printStatus(options);
  say(`\nHow long it took:\n${phases.summary()}`);
  say(`\n${whatToOpen(outputs)}`);
  say(
    `\nThen: make demo plays what happens to a spacecraft and says what to watch; make status, make ssh NODE=...,`,
  );
  say(`make kubeconfig; make down removes it all.`);
  say(`Logs of the lab's servers: ${join(options.stateFolder, "logs")}`);
}
