/** `make status`: tables of nodes, pods and endpoints, and what Prometheus knows. */
import type { V1Node, V1Pod } from "@kubernetes/client-node";
import type { NodeOutput } from "../../contract/outputs";
import { leftovers } from "../host/leftovers";
import type { MachineState } from "../host/machine";
import { SystemdMachines } from "../host/systemdMachines";
import type { EngineOptions } from "../pulumi/engine/pulumi";
import { labFolders } from "../settings";
import { askCluster, type ClusterView } from "./cluster";
import { command, say } from "./command";
import { readingEngine } from "./labEngine";
import { monitoringLines } from "./monitoring";
import { labStacks, outputsOf } from "./stacks";
import { age, table } from "./table";

export const statusCommand = command({
  name: "status",
  summary: "nodes with their age and readiness, endpoints, what runs where",
  description: `Prints the lab's nodes (machine state, readiness and age in the cluster), endpoints, and how many pods run on which
node, which targets are not up, which alerts fire, the last backup and the end of the first certificate. Exit code 0
when the lab is up and every node is Ready, else 1.`,
  run: async () => ((await printStatus(await readingEngine())) ? 0 : 1),
});

/** @returns true when the cluster answers and every node is Ready */
export async function printStatus(options: EngineOptions): Promise<boolean> {
  const outputs = await Promise.all(
    labStacks.map(async (stack) => [stack, await outputsOf(stack, options)] as const),
  );
  const [, infra] = outputs[0] ?? [];
  if (infra === undefined) {
    const left = await leftovers(labFolders(options.stateFolder));
    say(
      left.length === 0
        ? "The lab is down."
        : `The lab is not up, but there is something of it:\n${left.join("\n")}`,
    );
    return false;
  }
  const nodes = (infra["nodes"] ?? []) as NodeOutput[];
  const states = await machineStates(nodes);
  const cluster = await askCluster(String(infra["kubeconfig"])).catch((error: unknown) => String(error));
  say(`\nNodes\n${nodeTable(nodes, states, typeof cluster === "string" ? undefined : cluster)}`);
  if (typeof cluster === "string") say(`\nThe cluster does not answer: ${cluster}`);
  else say(`\nPods\n${podTable(cluster.pods)}`);
  const endpoints = outputs.flatMap(([stack, values]) =>
    values === undefined ? [] : stack.endpoints(values),
  );
  say(`\nEndpoints\n${table(endpoints.map(([name, url]) => [name, url]))}`);
  const [, stack2] = outputs[1] ?? [];
  const prometheus = stack2?.["prometheusUrl"];
  if (typeof prometheus === "string") {
    say(`\nMonitoring\n${(await monitoringLines(prometheus)).map((line) => `  ${line}`).join("\n")}`);
  }
  return typeof cluster !== "string" && nodes.every(({ name }) => isReady(nodeNamed(cluster, name)));
}

async function machineStates(nodes: readonly NodeOutput[]): Promise<Map<string, MachineState>> {
  const machines = new SystemdMachines();
  return new Map(
    await Promise.all(nodes.map(async ({ instanceId: id }) => [id, await machines.state(id)] as const)),
  );
}

export function nodeTable(
  nodes: readonly NodeOutput[],
  states: ReadonlyMap<string, MachineState>,
  cluster: ClusterView | undefined,
  now = new Date(),
): string {
  const rows = nodes.map(({ name, role, instanceId, privateIp, publicIp }) => {
    const node = cluster === undefined ? undefined : nodeNamed(cluster, name);
    const readiness = node === undefined ? "not in the cluster" : isReady(node) ? "Ready" : "NotReady";
    const since = node?.metadata?.creationTimestamp;
    const version = node?.status?.nodeInfo?.kubeletVersion ?? "";
    const state = states.get(instanceId) ?? "absent";
    return [
      name,
      role,
      state,
      cluster === undefined ? "unknown" : readiness,
      since ? age(since, now) : "",
      version,
      privateIp,
      publicIp,
    ];
  });
  return table([["NAME", "ROLE", "MACHINE", "NODE", "AGE", "KUBELET", "PRIVATE", "PUBLIC"], ...rows]);
}

/** Table of pod counts, running and not running, per node and namespace. */
function podTable(pods: readonly V1Pod[]): string {
  const counts = new Map<string, { running: number; other: number }>();
  for (const pod of pods) {
    const key = `${pod.spec?.nodeName ?? "(no node)"}\t${pod.metadata?.namespace ?? ""}`;
    const count = counts.get(key) ?? { running: 0, other: 0 };
    if (pod.status?.phase === "Running" || pod.status?.phase === "Succeeded") count.running += 1;
    else count.other += 1;
    counts.set(key, count);
  }
  const rows = [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, { running, other }]) => [...key.split("\t"), String(running), String(other)]);
  return table([["NODE", "NAMESPACE", "RUNNING", "NOT RUNNING"], ...rows]);
}

function nodeNamed(cluster: ClusterView, name: string): V1Node | undefined {
  return cluster.nodes.find((node) => node.metadata?.name === name);
}

function isReady(node: V1Node | undefined): boolean {
  return node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}
