/** The Go module of the Prometheus that the lab runs. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { moduleSources, programsFolder } from "../toolchain/goBuild";

const modulePath = "github.com/prometheus/prometheus";

export interface PrometheusModule {
  /** As in go.mod, e.g. `v0.315.0` for Prometheus 3.15.0. */
  readonly version: string;
  /** Folder of its sources in Go's cache, read-only; they are downloaded when they are missing. */
  readonly folder: () => Promise<string>;
}

/**
 * Prometheus' module as the toolchain pins it. The version is read without Go, so that a page that was built is found
 * without a network.
 * @throws Error when the toolchain's go.mod does not name the module
 */
export async function prometheusModule(): Promise<PrometheusModule> {
  const file = join(programsFolder, "go.mod");
  const pins = await readFile(file, "utf8");
  const version = new RegExp(`^\\s*(?:require )?${modulePath} (v\\S+)`, "m").exec(pins)?.[1];
  if (version === undefined) throw new Error(`${file} does not name ${modulePath}`);
  return { version, folder: () => moduleSources(modulePath) };
}
