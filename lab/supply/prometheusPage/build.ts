/**
 * Prometheus' own web page, for its image: built with npm from the sources in Prometheus' Go module, which contains
 * the page's sources but not the built page.
 */
import { copyFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../command";
import { formatSeconds, type Progress, withHeartbeat } from "../../progress";
import { ensureCacheEntry } from "../cacheEntry";
import { contentHash } from "../contentHash";
import { installPackages, runPackage } from "../npmStep";
import { prometheusModule } from "./prometheusModule";

/**
 * Where the page is in its cache entry and in the image: Prometheus looks below its working directory, which is `/` in
 * the image (web/ui/ui.go; a directory called `prometheus`, `web` or `ui` has the page elsewhere).
 */
export const pageFolder = "static/mantine-ui";

/** Files beside this one that the page is built with. */
const ownFiles = ["package.json", "package-lock.json", "vite.config.mjs"] as const;

/** Folders below the module's web/ui with the page's sources. */
const upstreamFolders = ["mantine-ui", "module/codemirror-promql"] as const;

const product = "Prometheus' web page";

/** Ensures that the page is in the cache, and returns the folder that {@link pageFolder} is in. Needs Go and npm. */
export async function ensurePrometheusPage(progress: Progress): Promise<string> {
  const { version, folder } = await prometheusModule();
  const say = (state: string) => progress(`Prometheus' page: ${state}`);
  return ensureCacheEntry({
    name: "prometheusPage",
    key: await pageKey(version),
    progress,
    build: async (target) => {
      const start = Date.now();
      say(`building that of ${version}`);
      await withHeartbeat(
        () => say("still building"),
        async () => buildPage(await folder(), target),
      );
      say(`built in ${formatSeconds(Date.now() - start)}`);
    },
  });
}

/**
 * Cache key of the page.
 * @param version of Prometheus' Go module
 * @param folder with the files that the page is built with
 */
export async function pageKey(version: string, folder = __dirname): Promise<string> {
  const contents: Record<string, string | Buffer> = { ":module": version };
  for (const file of [...ownFiles, "build.ts"]) contents[file] = await readFile(join(folder, file));
  return contentHash(contents);
}

async function buildPage(module: string, target: string): Promise<void> {
  const scratch = join(target, ".scratch");
  await mkdir(scratch);
  for (const file of ownFiles) await copyFile(join(__dirname, file), join(scratch, file));
  // Go's cache is read-only, and the copy must be writable to be removed again.
  const sources = upstreamFolders.map((folder) => join(module, "web/ui", folder));
  await run("cp", ["--recursive", "--no-preserve=mode,ownership", ...sources, scratch]);
  await installPackages(product, scratch);
  const compile = ["--project", "codemirror-promql", "--declaration", "false", "--sourceMap", "false"];
  await runPackage(product, join(scratch, "node_modules/.bin/tsc"), compile, scratch);
  await runPackage(product, join(scratch, "node_modules/.bin/vite"), ["build"], scratch);
  await mkdir(join(target, pageFolder, ".."), { recursive: true });
  await rename(join(scratch, "dist"), join(target, pageFolder));
  await rm(scratch, { recursive: true });
}
