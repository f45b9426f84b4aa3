/**
 * Server of instance metadata, as a program: `main.ts STATE_FOLDER ADDRESS PORT`. It outlives the command and the engine
 * that are there when it starts, and reads the account anew at each request.
 */
import { readJson, readText } from "../../../../files";
import type { MachineSpec } from "../../../../host/machine";
import { labFolders } from "../../../../settings";
import { Cloud } from "../cloud";
import { RoleCredentialsIssuer } from "./roleCredentials";
import { metadataServer } from "./server";

const [stateFolder = "", address = "", port = ""] = process.argv.slice(2);
const now = (): Date => new Date();
const folders = labFolders(stateFolder);
// Every resource has its region; only what makes resources asks for the account's.
const cloud = new Cloud(stateFolder, () => "");
const issuer = new RoleCredentialsIssuer(stateFolder, now);

const server = metadataServer(
  {
    account: () => cloud.look((account) => account),
    now,
    userData: async (id) => (await readJson<MachineSpec>(folders.machine(id).spec))?.userData || undefined,
    credentials: (id, role) => issuer.current(id, role),
    // Whoever has just asked is in the host's table of neighbours.
    mac: async (machine) => hardwareAddress((await readText("/proc/net/arp")) ?? "", machine),
  },
  (line) => console.log(line),
);

server.listen(Number(port), address, () => console.log(`instance metadata on ${address}:${port}`));

/** Address in the kernel's table: `IP address, HW type, Flags, HW address, Mask, Device`. */
function hardwareAddress(table: string, machine: string): string | undefined {
  const line = table.split("\n").find((one) => one.startsWith(`${machine} `));
  return line?.split(/\s+/)[3];
}
