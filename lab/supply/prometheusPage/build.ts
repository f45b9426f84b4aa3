/**
 * Prometheus' own web page, for its image: built with npm from the sources in Prometheus' Go module, which contains
 * the page's sources but not the built page.
 */
import { copyFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { run } from "../../command";
import { formatSeconds, type Progress, withHeartbeat } from "../../progress";
import { npmPrograms, plainEnvironment } from "../../settings";
import { ensureCacheEntry } from "../cacheEntry";
import { contentHash } from "../contentHash";
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

/** Measured: half a minute for 103 MB to download and 319 MB to unpack, 6 s for the build. A line may be slow. */
const downloadLimitMs = 600_000;
const buildLimitMs = 180_000;

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
  await runStep("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], scratch, downloadLimitMs);
  // Not by `npm run`, which would leave them running at the time limit.
  const compile = ["--project", "codemirror-promql", "--declaration", "false", "--sourceMap", "false"];
  await runStep(join(scratch, "node_modules/.bin/tsc"), compile, scratch, buildLimitMs);
  await runStep(join(scratch, "node_modules/.bin/vite"), ["build"], scratch, buildLimitMs);
  await mkdir(join(target, pageFolder, ".."), { recursive: true });
  await rename(join(scratch, "dist"), join(target, pageFolder));
  await rm(scratch, { recursive: true });
}

/** Runs npm or a program of an npm package, on the Node that Perigee pins; NODE_ENV decides which React is bundled. */
async function runStep(
  command: string,
  args: readonly string[],
  cwd: string,
  limitMs: number,
): Promise<void> {
  const own = plainEnvironment();
  const env = { ...own, PATH: [npmPrograms, own["PATH"] ?? ""].join(delimiter), NODE_ENV: "production" };
  try {
    await run(command, args, { cwd, env, limitMs });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Prometheus' web page could not be built: ${reason}\n` +
        "It is built once, from npm packages: npm must be on PATH and reach its registry " +
        "(`npm ping` tries it, `npm config get registry` names it). Then run the command again.",
      { cause },
    );
  }
}
