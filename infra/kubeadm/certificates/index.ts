/**
 * Certificates that do not end: what a control plane does about them by itself. A timer renews its own, and a service
 * approves kubelets' requests for serving certificates. Why so: docs/adr/0007.
 */
import { type NodeFile, nodeScript, type Upkeep } from "../upkeep";

const source = (name: string): string => nodeScript(`kubeadm/certificates/${name}`);
const script = (name: string): NodeFile => ({
  path: `/opt/perigee/${name}`,
  content: source(name),
  mode: "0755",
});
const unit = (name: string): NodeFile => ({ path: `/etc/systemd/system/${name}`, content: source(name) });

/** For every control plane. Of which machines there are, the steps tell the cluster (scripts/told.sh). */
export const certificatesUpkeep: Upkeep = {
  files: [
    script("certificates.sh"),
    script("approve.sh"),
    unit("perigee-certificates.service"),
    unit("perigee-certificates.timer"),
    unit("perigee-approver.service"),
  ],
  units: ["perigee-approver.service", "perigee-certificates.timer"],
};
