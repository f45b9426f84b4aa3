/** The Go module of the Prometheus that the lab runs. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../command";
import { programsFolder } from "../toolchain/goBuild";
import { goEnvironment } from "../toolchain/settings";

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
  const cwd = programsFolder;
  const pins = await readFile(join(cwd, "go.mod"), "utf8");
  const version = new RegExp(`^\\s*(?:require )?${modulePath} (v\\S+)`, "m").exec(pins)?.[1];
  if (version === undefined) throw new Error(`${join(cwd, "go.mod")} does not name ${modulePath}`);
  const folder = async () => {
    const env = goEnvironment(false);
    await run("go", ["mod", "download", modulePath], { cwd, env });
    return (await run("go", ["list", "-m", "-f", "{{.Dir}}", modulePath], { cwd, env })).trim();
  };
  return { version, folder };
}
