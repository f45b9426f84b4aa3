/** Leftovers of the lab, or of one of its machines, on this host. */
import { leftovers } from "../../../lab/host/leftovers";
import { labFolders, labSettings } from "../../../lab/settings";

export function labLeftovers(): Promise<string[]> {
  return leftovers(labFolders(labSettings().stateFolder));
}

/** @param instanceId ID of a machine that should be gone */
export async function leftoversOf(instanceId: string): Promise<string[]> {
  return (await labLeftovers()).filter((one) => one.includes(instanceId));
}
