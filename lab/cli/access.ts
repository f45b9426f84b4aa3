/** Access to the lab: a shell on a node, a kubeconfig, the password for the dashboards. */
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { NodeOutput } from "../../contract/outputs";
import { labSettings } from "../settings";
import { command, say } from "./command";
import { readingEngine } from "./labEngine";
import { infraOutputs, outputsOf, workloads } from "./stacks";

export const sshCommand = command({
  name: "ssh",
  summary: "a shell on a node, or a command there",
  description: `Opens a shell as the login user (who may \`sudo\`) on the node of that name, through its public address, as on AWS; with
a command it runs that. \`make status\` lists the names; from the root: make ssh NODE=perigee-lab-default-1`,
  configure: (made) => made.argument("[node]").argument("[command...]").passThroughOptions(),
  run: async (name, ...words) => {
    const { nodes, sshPrivateKey } = await infraOutputs(await readingEngine());
    const node = chooseNode(nodes, name);
    const folder = join(labSettings().stateFolder, "ssh");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const key = join(folder, "id");
    await writeFile(key, sshPrivateKey, { mode: 0o600 });
    // Later machines reuse addresses, so known host keys are stored per instance.
    const known = join(folder, `known_hosts.${node.instanceId}`);
    const options = [
      "IdentitiesOnly=yes",
      "StrictHostKeyChecking=accept-new",
      `UserKnownHostsFile=${known}`,
      "LogLevel=ERROR",
    ];
    return inTerminal("ssh", [
      "-i",
      key,
      ...options.flatMap((option) => ["-o", option]),
      `${node.loginUser ?? "ubuntu"}@${node.publicIp}`,
      ...words,
    ]);
  },
});

export const kubeconfigCommand = command({
  name: "kubeconfig",
  summary: "write ./kubeconfig for kubectl",
  description: `Writes the cluster's admin kubeconfig to FILE (default ./kubeconfig, readable by you alone), or to standard output.`,
  configure: (made) => made.argument("[file]", "or - for standard output", "kubeconfig"),
  run: async (file = "kubeconfig") => {
    const { kubeconfig } = await infraOutputs(await readingEngine());
    if (file === "-") {
      process.stdout.write(kubeconfig);
      return 0;
    }
    const path = resolve(file);
    await writeFile(path, kubeconfig, { mode: 0o600 });
    say(`export KUBECONFIG=${path}`);
    return 0;
  },
});

export const passwordCommand = command({
  name: "password",
  summary: "the name and password for the dashboards",
  description: `Prints the name and the password with which one signs in to the dashboards (Grafana, or the lab's viewer). Nothing
else prints them.`,
  run: async () => {
    const password = (await outputsOf(workloads, await readingEngine()))?.["grafanaAdminPassword"];
    if (typeof password !== "string") {
      throw new Error("There are no dashboards here: `make up` brings them up.");
    }
    process.stdout.write(`admin\n${password}\n`);
    return 0;
  },
});

/**
 * The node with that name; without a name, the only node.
 * @throws Error with the names of all nodes
 */
export function chooseNode(nodes: readonly NodeOutput[], name: string | undefined): NodeOutput {
  const [only] = nodes;
  if (name === undefined && nodes.length === 1 && only !== undefined) return only;
  const found = nodes.find((node) => node.name === name);
  if (found !== undefined) return found;
  const names = nodes.map((node) => node.name).join(", ");
  throw new Error(`${name === undefined ? "NODE is not set" : `There is no node ${name}`}. Nodes: ${names}`);
}

function inTerminal(command: string, args: readonly string[]): Promise<number> {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { stdio: "inherit" });
    child.once("error", reject);
    child.once("close", (code) => done(code ?? 255));
  });
}
