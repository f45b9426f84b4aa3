/** The lab's chart as Helm renders it with Perigee's values. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { cacheRoot } from "../../../../../lab/settings";
import { repositoryRoot } from "../../../../../settings/repositoryRoot";
import { chartValues } from "../../../../../workloads/monitoring/values";
import { settingsWith } from "../../../../support/workloads/settingsExamples";

const run = promisify(execFile);
const chart = join(repositoryRoot, "lab/supply/chart/kube-prometheus-stack");

/** Helm of the toolchain's cache: it is too long to be built for a test. */
function builtHelm(): string | undefined {
  const folder = join(cacheRoot(), "toolchain", "helm");
  const builds = existsSync(folder) ? readdirSync(folder) : [];
  return builds.map((build) => join(folder, build, "bin", "helm")).find((path) => existsSync(path));
}

/** Undefined where none was built yet: tests that render the chart are skipped. */
export const helm = builtHelm();

/** Objects of the chart. */
export async function renderedChart<Rendered>(
  change: (values: Record<string, object>) => void = () => undefined,
): Promise<Rendered[]> {
  const values = structuredClone(
    chartValues({
      ...settingsWith({ grafana: true, kubeStateMetrics: false }),
      ...{ publishedHost: "203.0.113.10", routingSecret: "alertmanager-routing", passwordVersion: "7" },
    }),
  );
  change(values as unknown as Record<string, object>);
  const folder = await mkdtemp(join(tmpdir(), "perigee-chart-"));
  await writeFile(join(folder, "values.json"), JSON.stringify(values));
  try {
    const { stdout } = await run(helm ?? "helm", [
      ...["template", "monitoring", chart, "--namespace", "monitoring"],
      ...["--values", join(folder, "values.json")],
    ]);
    return parseAllDocuments(stdout)
      .map((document) => document.toJS() as Rendered | null)
      .filter((object) => object !== null);
  } finally {
    await rm(folder, { recursive: true });
  }
}
