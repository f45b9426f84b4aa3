/** The Debian release that lab machines run: containerd, systemd and cloud-init come from it. */
export const release = "bookworm";

/**
 * What a machine has before its user data runs: what Ubuntu's cloud image has too, as far as this project's user data
 * or a person who looks into a machine needs it. Nothing of Kubernetes, no container runtime.
 */
export const preinstalled = [
  "apt-utils",
  "ca-certificates",
  "cloud-init",
  "curl",
  "dbus",
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
] as const;

/** What a machine can install from the lab's archive, with all that these depend on: they are published again there. */
export const offered = [
  "apt-transport-https",
  "conntrack",
  "containerd",
  "ebtables",
  "ipset",
  "runc",
  "socat",
] as const;

/** The registry that serves the images. Taken out of its package, since installing that would start a service here. */
export const registryPackage = "docker-registry";
