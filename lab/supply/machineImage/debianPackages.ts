/** Debian release of the lab's machines: containerd, systemd and cloud-init come from it. */
export const release = "bookworm";

/**
 * Packages on a machine before its user data runs: those of Ubuntu's cloud image that this project's user data, or a
 * person who inspects a machine, needs. Nothing of Kubernetes, no container runtime.
 */
export const preinstalled = [
  "apt-utils",
  "ca-certificates",
  "cloud-guest-utils",
  "cloud-init",
  "curl",
  "dbus",
  "e2fsprogs",
  "ethtool",
  "gnupg",
  "iproute2",
  "iptables",
  "iputils-ping",
  "jq",
  "kmod",
  "less",
  "mount",
  "netbase",
  "nftables",
  "openssh-server",
  "procps",
  "sudo",
  "systemd-sysv",
  "util-linux",
  "xfsprogs",
] as const;

/** Packages that a machine can install from the lab's archive, which contains all their dependencies. */
export const offered = [
  "age",
  "apt-transport-https",
  "conntrack",
  "containerd",
  "ebtables",
  "ipset",
  "runc",
  "socat",
] as const;

/** The registry that serves the images. Extracted from its package: installing it would start a service here. */
export const registryPackage = "docker-registry";
