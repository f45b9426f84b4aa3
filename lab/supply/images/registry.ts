/** Image registry of the lab (Debian's docker-registry): a read-only server, and a temporary one for builds. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { answering, freePort, startProcess } from "../../processes";
import type { Progress } from "../../progress";
import { plainEnvironment } from "../../settings";
import { ensureMachineImageParts } from "../machineImage/image";
import type { Service } from "../packages/serve";

export const registryConfiguration = join(__dirname, "registry.yml");

/**
 * Serves an image storage, read-only, in a process that outlives this one; does nothing when one runs
 * that serves this storage. After a restart it serves the same content from the folder.
 *
 * Uses Debian's docker-registry: `crane registry serve --disk` keeps manifests only in memory, until it ends.
 */
export async function startRegistry(storage: string, service: Service, progress: Progress): Promise<void> {
  const { registryProgram: command } = await ensureMachineImageParts(progress);
  const { folders, name, listen } = service;
  const environment = registryEnvironment(storage, `${listen.address}:${listen.port}`);
  environment["REGISTRY_STORAGE_MAINTENANCE_READONLY"] = "{enabled: true}"; // content-addressed data does not change
  const args = ["serve", registryConfiguration];
  await startProcess(folders.root, {
    command,
    args,
    environment,
    serves: storage,
    listen,
    ...folders.process(name),
  });
}

/**
 * Serves a storage folder on a free loopback port while `work` runs.
 * The registry ends with this process, also when that is killed: nothing else would end it.
 */
export async function withRegistry<T>(
  program: string,
  storage: string,
  work: (address: string) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const env = registryEnvironment(storage, address);
  const child = spawn("setpriv", ["--pdeathsig", "KILL", program, "serve", registryConfiguration], {
    env,
    stdio: "ignore",
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code) => resolve(`the registry ended with exit ${code}`));
  });
  try {
    const problem = await Promise.race([ended, answering({ address: "127.0.0.1", port }, 15_000)]);
    if (problem !== undefined) throw new Error(`${program}: ${problem}`);
    return await work(address);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

/** Variables of a registry that serves a storage folder at an address. */
export function registryEnvironment(storage: string, address: string): NodeJS.ProcessEnv {
  return {
    ...plainEnvironment(),
    REGISTRY_HTTP_ADDR: address,
    REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: storage,
  };
}
