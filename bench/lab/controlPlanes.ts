/**
 * What three control planes cost in time, against one, in one run: from booted machines until all are Ready, with 1 worker,
 * through `pulumi up` and by hand (ways.ts); and an `up` of stack 1 with 3 workers that needs nothing.
 *   tsx bench/lab/controlPlanes.ts
 * Brings up a lab of one and then a lab of three control planes, and removes each. Everything is built already: run
 * `make toolchain` first, or the time of a build counts.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { labStackSettings } from "../../lab/cli/labConfig";
import { labEngine } from "../../lab/cli/labEngine";
import { stackName } from "../../lab/cli/stacks";
import { ensureStack, stackOptions } from "../../lab/pulumi/engine/stacks";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { circumstances, load, markdown, median, progress } from "./circumstances";
import { labRun, onOwnLab } from "./labRun";
import { pulumi } from "./pulumi";
import type { Timing } from "./timing";
import { bothWays } from "./ways";

/** Seconds. */
interface Figures {
  readonly ready: number;
  readonly byHand: number;
  readonly nothing: number;
}

const upsThatNeedNothing = 3;

/** Settings of the lab in a file, with so many control planes and workers. */
async function configFile(folder: string, controlPlanes: number, workers: number): Promise<string> {
  const { config } = parse(await readFile(join(repositoryRoot, "Pulumi.lab.yaml"), "utf8")) as {
    config: object;
  };
  const changed = {
    ...config,
    "perigee-infra:availabilityZones": 3,
    "perigee-infra:controlPlane": { count: controlPlanes, diskGiB: 20 },
    "perigee-infra:workers": [{ name: "default", count: workers, diskGiB: 20 }],
  };
  const file = join(folder, `${controlPlanes}-${workers}.yaml`);
  await writeFile(file, JSON.stringify({ config: changed }));
  return file;
}

/** Seconds of a `pulumi up` that changes nothing. */
async function upThatNeedsNothing(config: string): Promise<number> {
  const options = await labEngine();
  const stack = await ensureStack(repositoryRoot, stackName, options, await labStackSettings(config));
  const run = await pulumi(stack, ["up", "--yes", "--skip-preview", ...stackOptions(stack)], options);
  const { same, ...more } = run.events.summary;
  if (same === undefined || Object.keys(more).length > 0) {
    throw new Error(
      `an up that should need nothing changed something: ${JSON.stringify(run.events.summary)}`,
    );
  }
  return run.seconds;
}

async function measure(folder: string, controlPlanes: number): Promise<Figures> {
  const [small, large] = [
    await configFile(folder, controlPlanes, 1),
    await configFile(folder, controlPlanes, 3),
  ];
  await labRun("up", 40, { LAB_CONFIG: small });
  const ways = await bothWays(await labStackSettings(small), 1);
  await labRun("up", 40, { LAB_CONFIG: large });
  const ups: number[] = [];
  for (let run = 0; run < upsThatNeedNothing; run++) ups.push(await upThatNeedsNothing(large));
  progress(`${controlPlanes} control planes, an up that needs nothing: ${ups.join(", ")} s`);
  const total = (timings: readonly Timing[]): number => median(timings.map((timing) => timing.total));
  return { ready: total(ways.pulumi), byHand: total(ways.byHand), nothing: median(ups) };
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-bench-"));
  const loadBefore = load();
  try {
    const one = await onOwnLab(() => measure(folder, 1));
    const three = await onOwnLab(() => measure(folder, 3));
    const row = (title: string, figure: keyof Figures): string[] => [
      title,
      `${one[figure].toFixed(1)} s`,
      `${three[figure].toFixed(1)} s`,
      (three[figure] / one[figure]).toFixed(2),
    ];
    const table = markdown([
      ["", "1 control plane", "3 control planes", "ratio"],
      row("`pulumi up` until all is Ready, 1 worker", "ready"),
      row("the same by hand", "byHand"),
      row("`up` that needs nothing, 3 workers", "nothing"),
    ]);
    process.stdout.write(`${circumstances(loadBefore)}\n\n${table}\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
