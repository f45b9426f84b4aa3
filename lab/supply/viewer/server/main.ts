/** The viewer's server. */
import { readdir, readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Catalogue } from "./catalogue";
import { type DashboardFile, readConfigMaps } from "./configMaps";
import { pageFiles } from "./files";
import { listen } from "./server";
import { type ServerSettings, serverSettings } from "./settings";

function log(message: string): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), message })}\n`);
}

function reader(source: ServerSettings["source"]): () => Promise<DashboardFile[]> {
  if ("cluster" in source) return () => readConfigMaps(source.cluster, source.query);
  return async () => {
    const names = (await readdir(source.folder)).filter((name) => name.endsWith(".json"));
    return Promise.all(
      names.map(async (name) => ({
        name,
        folder: "Perigee",
        json: await readFile(join(source.folder, name), "utf8"),
      })),
    );
  };
}

async function main(): Promise<void> {
  const { source, pageFolder, port, host, rootPath, ...settings } = serverSettings();
  const catalogue = new Catalogue(reader(source), log, rootPath);
  const files = await pageFiles(pageFolder, rootPath);
  await catalogue.start();
  const onError = (error: unknown): void => log(String(error));
  const server = await listen(port, host, { ...settings, catalogue, files, version: "perigee", onError });
  log(`listening on ${host}:${(server.address() as AddressInfo).port}`);
  const end = (): void => {
    catalogue.stop();
    server.close();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 2_000).unref();
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

main().catch((error: unknown) => {
  log(String(error));
  process.exitCode = 1;
});
