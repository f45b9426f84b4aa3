/** Build of the telemetry bundle with esbuild, with a size limit: the bundle must fit into a ConfigMap. */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { defaultDictionaryText } from "./dictionary";
import { pageHtml } from "./exporter/page";
import { neededNode, perigeeVersion } from "./version";

/** Size limit of the bundle, below the 1 MiB that a ConfigMap may have with all of its keys. */
export const maxBundleBytes = 960 * 1024;

export const bundlePath = join(__dirname, "dist", "perigee-telemetry.js");

/** Pods import no definitions: 125 KiB less. */
const withoutImport: Plugin = {
  name: "without-import",
  setup: (bundle) =>
    bundle.onResolve({ filter: /\/importCommand$/ }, () => ({
      path: join(__dirname, "cli", "importElsewhere.ts"),
    })),
};

/** WebSockets of the MQTT client, which no source's URL names: 49 KiB less. What would open one says so. */
const withoutWebSockets: Plugin = {
  name: "without-web-sockets",
  setup: (bundle) => {
    bundle.onResolve({ filter: /^ws$/ }, () => ({ path: "ws", namespace: "absent" }));
    bundle.onLoad({ filter: /./, namespace: "absent" }, () => ({
      contents:
        'module.exports = class { constructor() { throw new Error("no WebSockets in this bundle"); } };',
    }));
  },
};

/**
 * Size of the built telemetry/dist/perigee-telemetry.js: one file for a stock Node image, including the page and the
 * default dictionary.
 * @returns the size in bytes
 * @throws Error when the size exceeds 960 KiB
 */
export async function buildBundle(outfile: string = bundlePath): Promise<number> {
  mkdirSync(join(outfile, ".."), { recursive: true });
  await build({
    entryPoints: [join(__dirname, "cli", "index.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node22",
    minify: true,
    // Readable names in stack traces.
    keepNames: true,
    legalComments: "none",
    // What the MQTT client brings for browsers: a copy of Node's own streams, 100 KiB, and timers of workers, 35 KiB.
    alias: { "readable-stream": "node:stream", "worker-timers": "node:timers" },
    plugins: [withoutImport, withoutWebSockets],
    logLevel: "error",
    define: {
      PERIGEE_DEFAULT_DICTIONARY: JSON.stringify(defaultDictionaryText()),
      PERIGEE_PAGE: JSON.stringify(pageHtml()),
      PERIGEE_VERSION: JSON.stringify(perigeeVersion()),
      PERIGEE_NODE: JSON.stringify(neededNode()),
    },
  });
  const { size } = statSync(outfile);
  if (size > maxBundleBytes) throw new Error(`${outfile} has ${size} bytes, more than ${maxBundleBytes}`);
  return size;
}

async function main(): Promise<void> {
  const size = await buildBundle();
  process.stdout.write(`${bundlePath}: ${Math.round(size / 1024)} KiB\n`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
}
