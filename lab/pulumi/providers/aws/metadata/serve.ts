/** Start of the metadata's server, on the address of the lab's services. */
import { join } from "node:path";
import { metadataPort } from "../../../../host/addresses";
import { startProcess, typescriptProgram } from "../../../../processes";
import type { LabFolders } from "../../../../settings";

const server = join(__dirname, "main.ts");

/** Serves instance metadata in a process that outlives this one; does nothing when it already runs. */
export async function serveMetadata(folders: LabFolders, address: string): Promise<void> {
  const listen = { address, port: metadataPort };
  const program = typescriptProgram(server, folders.root, address, String(metadataPort));
  await startProcess(folders.root, { ...program, listen, ...folders.process("metadata") });
}
