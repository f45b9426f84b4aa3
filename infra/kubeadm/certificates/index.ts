/**
 * Certificates that do not end: what a control plane does about them by itself. A timer renews its own, and a service
 * approves kubelets' requests for serving certificates. Why so: docs/adr/0007.
 */
import type { Machine } from "../../machines";
import { type NodeFile, nodeScript, type Upkeep } from "../upkeep";

const source = (name: string): string => nodeScript(`kubeadm/certificates/${name}`);
const script = (name: string): NodeFile => ({
  path: `/opt/perigee/${name}`,
  content: source(name),
  mode: "0755",
});
const unit = (name: string): NodeFile => ({ path: `/etc/systemd/system/${name}`, content: source(name) });

/** @param controlPlanes every one of the cluster: their kubelets ask for serving certificates like a worker's */
export function certificatesUpkeep(controlPlanes: readonly Machine[]): Upkeep {
  return {
    files: [
      script("certificates.sh"),
      script("approve.sh"),
      unit("perigee-certificates.service"),
      unit("perigee-certificates.timer"),
      unit("perigee-approver.service"),
      ...controlPlanes.map(({ name, instance }) =>
        instance.privateIp.apply((privateIp) => ({
          path: `/var/lib/perigee/admitted/${name}.address`,
          content: `${privateIp}\n`,
        })),
      ),
    ],
    units: ["perigee-approver.service", "perigee-certificates.timer"],
  };
}
