/** Start and stop of S3, on the address of the lab's services. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { s3Ports } from "../../../../host/addresses";
import { startProcess, stopProcess, typescriptProgram } from "../../../../processes";
import type { LabFolders } from "../../../../settings";
import { certificateFiles, ensureCertificates } from "./certificates";

const program = join(__dirname, "main.ts");

export interface ServedAt {
  readonly address: string;
  readonly region: string;
  readonly ports?: { readonly https: number; readonly http: number };
}

/**
 * Serves S3 in a process that outlives this one; does nothing when it already runs.
 * @returns the authority (PEM) of its certificate, which the lab's machines trust
 */
export async function serveS3(
  folders: LabFolders,
  { address, region, ports = s3Ports }: ServedAt,
): Promise<string> {
  await ensureCertificates(folders, region);
  const numbers = [ports.https, ports.http].map(String);
  await startProcess(folders.root, {
    ...typescriptProgram(program, folders.root, address, region, ...numbers),
    listen: { address, port: ports.https },
    ...folders.process("s3"),
  });
  return readFile(certificateFiles(folders, region).authority, "utf8");
}

/** Takes S3 away until it is served again, for tests of what happens then: the objects stay, nobody answers. */
export async function stopS3(folders: LabFolders): Promise<void> {
  await stopProcess(folders.process("s3").record);
}
