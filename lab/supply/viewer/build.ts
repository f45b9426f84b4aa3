/**
 * Build of the lab's dashboard viewer into the cache: its server as one file, and its page.
 *
 * Grafana's packages and what they need are 460 MB, so that they are installed only for the build, in a folder that is
 * removed afterwards, from the viewer's own lock file. Needs the npm registry; no root.
 */
import { copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, type BuildOptions, type Metafile, type Plugin, version as bundler } from "esbuild";
import { type Progress, withHeartbeat } from "../../progress";
import { ensureCacheEntry } from "../cacheEntry";
import { contentHash, folderContents } from "../contentHash";
import { installPackages, runPackage } from "../npmStep";

/** The built viewer. Paths are absolute. */
export interface BuiltViewer {
  /** The server, for Node. */
  readonly server: string;
  /** Folder of the page's files. */
  readonly page: string;
}

/** Size limit of what the browser loads to show the first dashboard: React, Grafana's parts, the viewer. */
export const maxInitialBytes = 5 * 1024 * 1024;

const product = "The dashboard viewer";

const sources = /^(page|model|server)\/|^(build\.ts|package\.json|package-lock\.json|tsconfig\.json)$/;

/** Ensures that the viewer is in the cache, and returns its paths. */
export async function ensureViewer(progress: Progress): Promise<BuiltViewer> {
  const contents = await folderContents(__dirname, (path) => sources.test(path));
  const folder = await ensureCacheEntry({
    name: "viewer",
    key: contentHash({ ...contents, ":bundler": bundler }),
    progress,
    build: (target) => buildViewer(target, progress),
  });
  return { server: join(folder, "server.js"), page: join(folder, "page") };
}

async function buildViewer(target: string, progress: Progress): Promise<void> {
  const work = join(target, ".work");
  await mkdir(work);
  for (const name of ["page", "model", "server", "package.json", "package-lock.json", "tsconfig.json"]) {
    await cp(join(__dirname, name), join(work, name), { recursive: true });
  }
  progress("viewer: npm ci");
  await withHeartbeat(
    () => progress("viewer: still npm ci"),
    () => installPackages(product, work),
  );
  progress("viewer: tsc, esbuild");
  await runPackage(product, join(work, "node_modules/.bin/tsc"), ["-p", "."], work);
  await bundleServer(work, join(target, "server.js"));
  await bundlePage(work, join(target, "page"));
  await copyAssets(join(work, "node_modules"), join(target, "page", "public"));
  await rm(work, { recursive: true });
}

const common: BuildOptions = { bundle: true, minify: true, logLevel: "error", legalComments: "none" };

async function bundleServer(work: string, outfile: string): Promise<void> {
  const entryPoints = [join(work, "server", "main.ts")];
  await build({ ...common, entryPoints, outfile, platform: "node", target: "node22", keepNames: true });
}

/** Bundles the page: what its first load needs, and pieces that Grafana's parts load when they need them. */
export async function bundlePage(work: string, page: string): Promise<void> {
  const { metafile } = await build({
    ...common,
    entryPoints: [join(work, "page", "main.tsx")],
    absWorkingDir: work,
    outdir: join(page, "public"),
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    splitting: true,
    metafile: true,
    entryNames: "[name]-[hash]",
    chunkNames: "piece-[hash]",
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [leftOut],
  });
  const { script, style, bytes } = initialFiles(metafile);
  if (bytes > maxInitialBytes) {
    throw new Error(`the viewer's page loads ${bytes} bytes at first, more than ${maxInitialBytes}`);
  }
  const html = await readFile(join(work, "page", "index.html"), "utf8");
  await writeFile(
    join(page, "index.html"),
    html.replace("{{script}}", `{{root}}/public/${script}`).replace("{{style}}", `{{root}}/public/${style}`),
  );
}

/** The code editor is for writing queries, which a viewer does not. */
const leftOut: Plugin = {
  name: "left-out",
  setup(bundle) {
    bundle.onResolve({ filter: /^(monaco-editor|@monaco-editor)(\/|$)/ }, ({ path }) => ({
      path,
      namespace: "left-out",
    }));
    bundle.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({ contents: "module.exports = {}" }));
  },
};

/** Names of the page's script and style, and the bytes of all that the script loads at once. */
function initialFiles({ outputs }: Metafile): { script: string; style: string; bytes: number } {
  const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint?.endsWith("main.tsx"));
  if (entry === undefined) throw new Error("esbuild did not bundle the page");
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement") load(next);
    }
  };
  load(entry);
  const style = outputs[entry]?.cssBundle ?? "";
  const bytes = [...loaded, style].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
  return { script: basename(entry), style: basename(style), bytes };
}

/** Names under which Grafana's global styles ask for fonts. */
const fonts: Readonly<Record<string, string>> = {
  "inter/Inter-Regular.woff2": "inter/files/inter-latin-400-normal.woff2",
  "inter/Inter-Medium.woff2": "inter/files/inter-latin-500-normal.woff2",
  "inter/Inter-Italic.woff2": "inter/files/inter-latin-400-italic.woff2",
  "inter/Inter-MediumItalic.woff2": "inter/files/inter-latin-500-italic.woff2",
  "roboto/L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2":
    "roboto-mono/files/roboto-mono-latin-400-normal.woff2",
};

/** Icons and fonts, with the licences of what is given on. */
export async function copyAssets(modules: string, target: string): Promise<void> {
  await cp(join(modules, "@grafana/ui/dist/public/img"), join(target, "build/img"), { recursive: true });
  await mirrorIcon(join(target, "build/img/icons/unicons"), "angle-double-right", "angle-double-left");
  for (const [name, source] of Object.entries(fonts)) {
    await mkdir(join(target, "fonts", name, ".."), { recursive: true });
    await copyFile(join(modules, "@fontsource", source), join(target, "fonts", name));
  }
  const licences: Readonly<Record<string, string>> = {
    "grafana-LICENSE.txt": "@grafana/ui/LICENSE_APACHE2",
    "inter-LICENSE.txt": "@fontsource/inter/LICENSE",
    "roboto-mono-LICENSE.txt": "@fontsource/roboto-mono/LICENSE",
  };
  for (const [name, source] of Object.entries(licences)) {
    await copyFile(join(modules, source), join(target, name));
  }
}

/** Makes an icon that Grafana's time picker shows and its package lacks. */
async function mirrorIcon(folder: string, name: string, mirrored: string): Promise<void> {
  const icon = await readFile(join(folder, `${name}.svg`), "utf8");
  const turned = icon.replace(/<path /g, '<path transform="matrix(-1 0 0 1 24 0)" ');
  await writeFile(join(folder, `${mirrored}.svg`), turned);
}
