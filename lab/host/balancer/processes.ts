/** Records and logs of the two processes of a balancer. */
import type { LabFolders } from "../../settings";

export function balancerProcesses(folders: LabFolders, id: string) {
  return {
    keeper: folders.process(`balancer-${id}`),
    haproxy: folders.process(`balancer-${id}-haproxy`),
  } as const;
}
