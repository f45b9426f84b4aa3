/** HTTP server of the package repositories, and the apt files of a machine that uses the one of Debian's packages. */
import { startDaemon } from "../../daemon";
import type { Progress } from "../../progress";
import { buildToolchain, program } from "../toolchain/build";

/** Where a server of the supply listens and where it leaves its traces. */
export interface Service {
  listenAddress: string;
  port: number;
  pidFile: string;
  logFile: string;
}

/**
 * Serves a package repository over HTTP in a process that outlives this one; does nothing when it already runs.
 * To be ended with `stopDaemon(pidFile)`.
 * @returns the server's process id
 */
export async function servePackages(root: string, service: Service, progress: Progress): Promise<number> {
  const command = program(await buildToolchain(["file-server"], progress), "file-server");
  const { listenAddress: address, port, pidFile, logFile } = service;
  const args = ["-folder", root, "-listen", `${address}:${port}`];
  return startDaemon({ command, args, pidFile, logFile, listen: { address, port } });
}

/** A file that a machine has before it boots. */
export interface MachineFile {
  path: string;
  content: string;
}

/**
 * What a machine needs to install Debian's packages from the served repository: the base tree itself names no archive,
 * since the address is known only when a lab is made.
 * @param url where the repository's root is served, e.g. `http://10.0.1.1:5080`
 * @param releaseKey the content of `<root>/debian/Release.key`
 */
export function archiveFiles(url: string, releaseKey: string): MachineFile[] {
  const keyring = "/etc/apt/keyrings/debian-archive.asc";
  return [
    { path: keyring, content: releaseKey },
    { path: "/etc/apt/sources.list", content: `deb [signed-by=${keyring}] ${url}/debian ./\n` },
  ];
}
