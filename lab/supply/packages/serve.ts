/** HTTP server of the package repositories, and the apt files of a machine that uses Debian's. */
import { join } from "node:path";
import { startProcess, type TcpAddress, typescriptProgram } from "../../processes";
import type { LabFolders } from "../../settings";

const server = join(__dirname, "server.ts");

/** Address of a supply server, and the folders of its record and log. */
export interface Service {
  folders: LabFolders;
  /** Name of its record and its log. */
  name: string;
  listen: TcpAddress;
}

/**
 * Serves a package repository over HTTP in a process that outlives this one; does nothing when one
 * runs that serves this folder. Another folder, as with another version of Kubernetes, replaces it.
 */
export async function servePackages(root: string, service: Service): Promise<void> {
  const { folders, name, listen } = service;
  const program = typescriptProgram(server, root, listen.address, String(listen.port));
  await startProcess(folders.root, { ...program, serves: root, listen, ...folders.process(name) });
}

/** A file that a machine has before it boots. */
export interface MachineFile {
  path: string;
  content: string;
}

/**
 * Files for installing Debian packages from the served repository: the base tree itself has no archive, since the
 * address is known only when a lab is made.
 * @param url URL of the repository's root, e.g. `http://10.0.1.1:5080`
 * @param releaseKey the content of `<root>/debian/Release.key`
 * @param folders repositories below the root; apt takes a package's newest version of them all
 */
export function archiveFiles(url: string, releaseKey: string, folders: readonly string[]): MachineFile[] {
  const keyring = "/etc/apt/keyrings/debian-archive.asc";
  return [
    { path: keyring, content: releaseKey },
    {
      path: "/etc/apt/sources.list",
      content: folders.map((folder) => `deb [signed-by=${keyring}] ${url}/${folder} ./\n`).join(""),
    },
  ];
}
