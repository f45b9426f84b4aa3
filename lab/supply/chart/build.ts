/**
 * The lab's offline edition of stack 2's charts, complete: with the operator's CRDs, which come from its Go module and
 * are not stored in this repository (4 MB).
 */
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Progress } from "../../progress";
import { ensureCacheEntry } from "../cacheEntry";
import { contentHash, folderContents } from "../contentHash";
import { moduleContents, moduleSources } from "../toolchain/goBuild";

/** Absolute paths of chart folders. */
export interface LabCharts {
  readonly stack: string;
  readonly definitions: string;
  readonly metricsServer: string;
}

const stackChart = "kube-prometheus-stack";
const crdsChart = "prometheus-operator-crds";
const metricsServerChart = "metrics-server";
const operatorModule = "github.com/prometheus-operator/prometheus-operator";

/** Ensures that the charts are in the cache, and returns their paths. Needs Go, for the operator's module; no root. */
export async function ensureLabCharts(progress: Progress): Promise<LabCharts> {
  const folder = await ensureCacheEntry({
    name: "charts",
    key: await chartsKey(),
    progress,
    build: async (target) => {
      for (const chart of [stackChart, crdsChart, metricsServerChart]) {
        await cp(join(__dirname, chart), join(target, chart), { recursive: true });
      }
      await writeDefinitions(join(target, crdsChart, "files"));
    },
  });
  return {
    stack: join(folder, stackChart),
    definitions: join(folder, crdsChart),
    metricsServer: join(folder, metricsServerChart),
  };
}

async function chartsKey(): Promise<string> {
  const module = await moduleContents("programs/go.mod");
  const charts = await folderContents(__dirname, (path) => !path.endsWith(".ts"));
  return contentHash({ ...module, ...charts, ":builder": await readFile(__filename) });
}

async function writeDefinitions(target: string): Promise<void> {
  const source = join(await moduleSources(operatorModule), "example", "prometheus-operator-crd");
  await mkdir(target);
  for (const file of await readdir(source)) {
    const definition: unknown = parse(await readFile(join(source, file), "utf8"));
    await writeFile(join(target, file), stringify(withoutDescriptions(definition), { lineWidth: 0 }));
  }
}

/**
 * The value without the fields' descriptions, four fifths of the CRDs: a Helm release contains its chart twice and
 * must fit into a Secret of 1 MiB. A field named `description` stays: its value is a schema, not text.
 */
export function withoutDescriptions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== "description" || typeof inner !== "string")
      .map(([key, inner]) => [key, withoutDescriptions(inner)]),
  );
}
