/**
 * Duration of `make up`, in the phases that it prints. The lab is removed again.
 *   tsx bench/lab/up.ts           warm: everything is built already, as after the first `make up`
 *   tsx bench/lab/up.ts --cold    everything is built, in separate empty caches; your caches stay untouched
 *   --keep                        leaves the lab up
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { load } from "./circumstances";
import { labRun, onOwnLab, refuseWhereLabIs } from "./labRun";
import { upTable } from "./upPhases";

const limitMinutes = { warm: 20, cold: 90 } as const;

async function measure(kind: "warm" | "cold", environment: Readonly<Record<string, string>>): Promise<void> {
  const loadBefore = load();
  const run = await labRun("up", limitMinutes[kind], environment);
  process.stdout.write(upTable(kind, run, loadBefore));
}

/** Runs work with empty caches for everything that is built: the lab's own cache, Go's build cache and modules. */
async function inEmptyCaches(
  work: (environment: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-cold-"));
  try {
    await work({
      XDG_CACHE_HOME: join(folder, "cache"),
      GOCACHE: join(folder, "go-build"),
      GOMODCACHE: join(folder, "go-modules"),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({ options: { cold: flag, keep: flag } });
  if (values.cold && values.keep) {
    throw new Error("--cold with --keep: the lab would stand on caches that go");
  }
  await refuseWhereLabIs();
  if (values.cold) {
    await inEmptyCaches((caches) => onOwnLab(() => measure("cold", caches), caches));
  } else if (values.keep) await measure("warm", {});
  else await onOwnLab(() => measure("warm", {}));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
