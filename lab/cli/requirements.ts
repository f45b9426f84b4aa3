/** Requirements of the lab on this machine: constants. */
import { metadataPort, s3Ports } from "../host/addresses";
import type { Family } from "./distribution";

/** Memory for one control plane and one worker with the monitoring stack (2.6 GiB measured) and the engine. */
export const memoryGib = 5;

/** Disk for the state folder: the data that two machines write, images included (measured: about 3 GiB each). */
export const stateDiskGib = 10;

/**
 * Disk for the first `make up`: Go's modules and build cache, programs, packages, images (measured: 9 GiB, with the
 * lab's own state).
 */
export const buildDiskGib = 10;

/** Ports of the lab's servers on the gateways. */
export const gatewayPorts = [
  { port: 53, use: "resolver" },
  { port: 5000, use: "image registry" },
  { port: 8080, use: "package server" },
  { port: metadataPort, use: "instance metadata" },
  { port: s3Ports.https, use: "S3" },
  { port: s3Ports.http, use: "S3" },
] as const;

/** A program on PATH, or else files of which one must exist; and the package that brings it. */
export interface Requirement {
  readonly name: string;
  readonly files?: readonly string[];
  readonly packages: Readonly<Record<Family, string>>;
  /** True when only what is built needs it. */
  readonly forBuilds?: boolean;
}

/** A program; Debian and Ubuntu name all of these packages alike, Fedora does not. */
const program = (name: string, debian: string, fedora = debian): Requirement => ({
  name,
  packages: { debian, ubuntu: debian, fedora },
});
const file = (name: string, files: readonly string[], debian: string, fedora: string): Requirement => ({
  ...program(name, debian, fedora),
  files,
});

/**
 * What the lab runs or reads, and the package that brings it. The machines are Debian's on every host: apt, dpkg and
 * mmdebstrap make them, which Fedora has as packages too.
 */
export const requirements: readonly Requirement[] = [
  program("runc", "runc"),
  program("nft", "nftables"),
  program("ip", "iproute2", "iproute"),
  program("dnsmasq", "dnsmasq-base", "dnsmasq"),
  program("haproxy", "haproxy"),
  program("mkfs.xfs", "xfsprogs"),
  program("losetup", "mount", "util-linux"),
  program("unshare", "util-linux"),
  program("setpriv", "util-linux"),
  program("flock", "util-linux"),
  program("modprobe", "kmod"),
  program("ssh", "openssh-client", "openssh-clients"),
  program("mmdebstrap", "mmdebstrap"),
  program("apt-get", "apt"),
  program("dpkg-deb", "dpkg"),
  program("apt-ftparchive", "apt-utils"),
  program("openssl", "openssl"),
  program("gpg", "gpg", "gnupg2"),
  program("gpgconf", "gpgconf", "gnupg2"),
  program("tar", "tar"),
  { ...program("gcc", "gcc"), forBuilds: true },
  { ...file("C headers", ["/usr/include/stdlib.h"], "libc6-dev", "glibc-devel"), forBuilds: true },
  // Flannel has C in it, and is linked statically: see lab/supply/toolchain/components.ts.
  {
    ...file(
      "static C library",
      ["/usr/lib/x86_64-linux-gnu/libc.a", "/usr/lib64/libc.a", "/usr/lib/libc.a"],
      "libc6-dev",
      "glibc-static",
    ),
    forBuilds: true,
  },
  // Where Go looks: crypto/x509/root_linux.go.
  file(
    "CA certificates",
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"],
    "ca-certificates",
    "ca-certificates",
  ),
  // By which mmdebstrap trusts Debian's archive on hosts that are not Debian's: it looks for this very file.
  file(
    "keys of Debian's archive",
    ["/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"],
    "debian-archive-keyring",
    "debian-keyring",
  ),
];

/**
 * Required kernel features, each tested by shell commands in temporary network and mount namespaces ($1: a folder on
 * the disk of the cache): a kernel's configuration shows neither which parts are modules nor which the virtual
 * machine's owner left out.
 */
export const kernelFeatures: readonly { readonly feature: string; readonly tried: string }[] = [
  {
    feature: "XFS on a loop device, which machines' disks are (CONFIG_XFS_FS, CONFIG_BLK_DEV_LOOP)",
    tried:
      "! command -v mkfs.xfs || { mount -t tmpfs tmpfs /run && truncate -s 400M /run/disk && mkfs.xfs -q /run/disk && mkdir /run/mnt && mount -o loop /run/disk /run/mnt; }",
  },
  {
    // A kernel stacks two overlays and no more: a container's root is one already.
    feature:
      "an overlay over the folder of what is built, which machines' roots are: move it by XDG_CACHE_HOME",
    tried:
      'mount -t tmpfs tmpfs /run && cd /run && mkdir upper work root && mount -t overlay overlay -o "lowerdir=$1,upperdir=upper,workdir=work" root',
  },
  { feature: "network bridges (CONFIG_BRIDGE)", tried: "ip link add t0 type bridge" },
  { feature: "virtual Ethernet pairs (CONFIG_VETH)", tried: "ip link add t0 type veth peer name t1" },
  {
    feature: "VXLAN, for Flannel (CONFIG_VXLAN)",
    tried: "ip link add t0 type vxlan id 1 dstport 8472 dev lo",
  },
  { feature: "nftables (CONFIG_NF_TABLES, _INET)", tried: "nft add table inet t" },
  {
    feature: "nftables connection tracking (CONFIG_NFT_CT)",
    tried:
      "nft 'table inet t { chain c { type filter hook prerouting priority -150; ct state established accept; }; }'",
  },
  {
    feature: "nftables address translation (CONFIG_NFT_NAT, _MASQ)",
    tried: "nft 'table ip t { chain c { type nat hook postrouting priority 100; masquerade; }; }'",
  },
  {
    feature: "nftables fib and numgen, for kube-proxy (CONFIG_NFT_FIB_INET, CONFIG_NFT_NUMGEN)",
    tried:
      "nft 'table ip t { chain a {}; chain c { type nat hook prerouting priority -100; fib daddr type local numgen random mod 2 vmap { 0 : goto a, 1 : goto a }; }; }'",
  },
  {
    feature: "iptables rules in nftables, for Flannel (CONFIG_NFT_COMPAT, CONFIG_NETFILTER_XT_MATCH_COMMENT)",
    tried: "! command -v iptables-nft || iptables-nft -A FORWARD -m comment --comment t -j ACCEPT",
  },
];
