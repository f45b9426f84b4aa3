/** Machines of a lab that `make up` finds: what was switched off starts, what AWS has taken back goes. */
import { readJson } from "../files";
import type { MachineSpec } from "../host/machine";
import { SystemdMachines } from "../host/systemdMachines";
import { Cloud } from "../pulumi/providers/aws/cloud";
import { goOnTakingBack } from "../pulumi/providers/aws/interruption/start";
import { hasTerminated } from "../pulumi/providers/aws/interruption/takeBack";
import type { LabFolders } from "../settings";
import { say } from "./command";

/**
 * Starts machines that were switched off, as `aws ec2 start-instances` does: their disks, and the cluster on them,
 * still exist. A killed or terminated machine is lost, and the engine makes a new one; a Spot machine whose time has
 * passed is terminated first.
 * @returns options for the engine, which detects them only by a refresh, as on AWS
 */
export async function startStopped(folders: LabFolders, baseTree: string): Promise<string[]> {
  await goOnTakingBack(folders);
  const machines = new SystemdMachines({ stateFolder: folders.root, baseTree });
  const cloud = new Cloud(folders.root, () => "");
  let allRan = !(await cloud.look(hasTerminated));
  for (const id of await machines.ids()) {
    const state = await machines.state(id);
    allRan &&= state === "running";
    const spec = await readJson<MachineSpec>(folders.machine(id).spec);
    if (spec === undefined || state !== "stopped") continue;
    say(`starting ${spec.name} (${id}), which was switched off`);
    await machines.start(spec);
  }
  return allRan ? [] : ["--refresh"];
}
