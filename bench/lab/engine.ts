/**
 * Cost of stack 1 with the real engine and without machines: time, memory, number of resources.
 *   tsx bench/lab/engine.ts [--up 1,100] [--preview 1,100,700]
 * Each size has its own stack; a size that both options name is previewed first, then brought up.
 */
import { parseArgs } from "node:util";
import type { StackSettings } from "../../lab/pulumi/engine/stacks";
import { TestStack } from "../../test/support/testStack";
import { poolsOf } from "../pools";
import { circumstances, load, markdown, progress } from "./circumstances";
import { TreeUse } from "./treeUse";

const runLimitMs = 40 * 60_000;

interface Measured {
  readonly workers: number;
  readonly verb: "preview" | "up";
  readonly seconds: number;
  readonly use: TreeUse;
  readonly resources: number;
}

function settings(workers: number): StackSettings {
  return {
    config: {
      "aws:region": "eu-central-1",
      "perigee-infra:clusterName": "orbit",
      "perigee-infra:adminCidrs": ["198.51.100.7/32"],
      // Room for a /24 per node.
      "perigee-infra:podCidr": "10.128.0.0/9",
      "perigee-infra:availabilityZones": 3,
      "perigee-infra:workers": poolsOf(workers),
    },
  };
}

async function measure(stack: TestStack, verb: Measured["verb"], workers: number): Promise<Measured> {
  progress(`${verb} of 1 + ${workers} nodes`);
  const use = new TreeUse();
  const onStart = (pid: number): void => use.watch(pid);
  const run = await stack
    .run(verb, settings(workers), { limitMs: runLimitMs, onStart })
    .finally(() => use.stop());
  if (run.exitCode !== 0) {
    throw new Error(`pulumi ${verb} failed:\n${run.stdout.slice(-4000)}\n${run.stderr}`);
  }
  const resources = run.events.summary["create"] ?? 0;
  return { workers, verb, seconds: run.seconds, use, resources };
}

async function measureSize(workers: number, verbs: readonly Measured["verb"][]): Promise<Measured[]> {
  const stack = await TestStack.make();
  const measured: Measured[] = [];
  try {
    for (const verb of verbs) measured.push(await measure(stack, verb, workers));
  } finally {
    await stack.remove();
  }
  return measured;
}

function row(one: Measured, smallest: Measured | undefined): string[] {
  const more = smallest === undefined || one.workers === smallest.workers ? undefined : smallest;
  const perWorker = more && (one.resources - more.resources) / (one.workers - more.workers);
  return [
    `1 + ${one.workers}`,
    `\`${one.verb}\``,
    `${one.seconds.toFixed(1)} s`,
    ...(["engine", "program", "providers"] as const).map(
      (role) => `${one.use.cpuSeconds(role).toFixed(1)} s`,
    ),
    `${one.use.peakMiB.toFixed(0)} MiB`,
    String(one.resources),
    perWorker === undefined ? "" : String(Number(perWorker.toFixed(2))),
  ];
}

/** @throws Error with the option and its value when it is not a list of whole numbers */
function sizes(option: string, list: string): number[] {
  const given = list.split(",").filter((size) => size !== "");
  if (given.some((size) => !/^[1-9]\d{0,3}$/.test(size))) {
    throw new Error(`--${option} ${list}: numbers of workers, 1 to 9999, with commas between`);
  }
  return given.map(Number);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { up: { type: "string", default: "1,100" }, preview: { type: "string", default: "1,100,700" } },
  });
  const up = sizes("up", values.up);
  const preview = sizes("preview", values.preview);
  const loadBefore = load();
  const all: Measured[] = [];
  for (const workers of [...new Set([...up, ...preview])].sort((a, b) => a - b)) {
    const verbs = (["preview", "up"] as const).filter((verb) =>
      (verb === "up" ? up : preview).includes(workers),
    );
    all.push(...(await measureSize(workers, verbs)));
  }
  const head = [
    "nodes",
    "command",
    "time",
    "processor: engine",
    "program",
    "providers",
    "peak memory",
    "resources",
    "per worker",
  ];
  process.stdout.write(
    `${circumstances(loadBefore)}\n\n${markdown([head, ...all.map((one) => row(one, all[0]))])}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
