/** Files on a machine's disk before its first boot, over the base tree. Pure. */
import { stringify } from "yaml";
import type { MachineSpec } from "./machine";

export type FirstBootFile =
  | { readonly path: string; readonly text: string; readonly secret?: boolean }
  | { readonly path: string; readonly linkTo: string };

/**
 * Units that must not act on the host's devices or on the lab's packet filter from inside a machine: udev would
 * replay the host's device events through the shared /sys, nftables.service flushes every rule when it starts.
 */
const maskedUnits = [
  "systemd-udevd.service",
  "systemd-udevd-control.socket",
  "systemd-udevd-kernel.socket",
  "systemd-udev-trigger.service",
  "systemd-udev-settle.service",
  "nftables.service",
  "systemd-networkd.service",
  "systemd-resolved.service",
];

/** The NoCloud seed (cloud-init's data source for local files), name resolution, and masked units. */
export function firstBootFiles(spec: MachineSpec, resolver: string): FirstBootFile[] {
  const name = hostname(spec);
  return [
    {
      path: "var/lib/cloud/seed/nocloud/meta-data",
      text: stringify({ "instance-id": spec.id, "local-hostname": name }),
    },
    // User data may contain the SSH host key.
    { path: "var/lib/cloud/seed/nocloud/user-data", text: spec.userData, secret: true },
    // The lab has already configured eth0, as EC2's network does by DHCP.
    {
      path: "etc/cloud/cloud.cfg.d/99-perigee-lab.cfg",
      text: stringify({ network: { config: "disabled" } }),
    },
    { path: "etc/hostname", text: `${name}\n` },
    { path: "etc/hosts", text: `127.0.0.1 localhost\n${spec.privateIp} ${name}\n` },
    { path: "etc/resolv.conf", text: `nameserver ${resolver}\n` },
    ...maskedUnits.map((unit) => ({ path: `etc/systemd/system/${unit}`, linkTo: "/dev/null" })),
  ];
}

/** The instance's name as a DNS label, which host names must be. */
export function hostname(spec: Pick<MachineSpec, "id" | "name">): string {
  const label = spec.name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
  return label === "" ? spec.id : label;
}
