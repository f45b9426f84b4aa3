/** Requirements of the lab on this machine: constants. */

/** Memory for one control plane and one worker with the monitoring stack (2.6 GiB measured) and the engine. */
export const memoryGib = 5;

/** Disk for the state folder: the data that two machines write, images included (measured: about 3 GiB each). */
export const stateDiskGib = 10;

/**
 * Disk for the first `make up`: Go's modules and build cache, programs, packages, images (measured: 19 GiB, with the
 * lab's own state).
 */
export const buildDiskGib = 20;

/** Ports of the lab's servers on the gateways. */
export const gatewayPorts = [
  { port: 53, use: "resolver" },
  { port: 5000, use: "image registry" },
  { port: 8080, use: "package server" },
] as const;

/** Programs and the Debian packages that provide them. */
export const programs: readonly { readonly program: string; readonly debian: string }[] = [
  { program: "runc", debian: "runc" },
  { program: "nft", debian: "nftables" },
  { program: "ip", debian: "iproute2" },
  { program: "dnsmasq", debian: "dnsmasq-base" },
  { program: "mkfs.ext4", debian: "e2fsprogs" },
  { program: "losetup", debian: "mount" },
  { program: "unshare", debian: "util-linux" },
  { program: "modprobe", debian: "kmod" },
  { program: "ssh", debian: "openssh-client" },
  { program: "mmdebstrap", debian: "mmdebstrap" },
  { program: "dpkg-deb", debian: "dpkg" },
  { program: "apt-ftparchive", debian: "apt-utils" },
  { program: "gpg", debian: "gpg" },
  { program: "gpgconf", debian: "gpgconf" },
  { program: "tar", debian: "tar" },
  { program: "gcc", debian: "gcc" },
];

/** Files whose absence means a missing package, for packages without a program that is run by name. */
export const files: readonly { readonly file: string; readonly debian: string }[] = [
  { file: "/usr/include/stdlib.h", debian: "libc6-dev" },
  { file: "/etc/ssl/certs/ca-certificates.crt", debian: "ca-certificates" },
];

/**
 * Required kernel features, each tested by shell commands in a temporary network namespace: a kernel's configuration
 * shows neither which parts are modules nor which the virtual machine's owner left out.
 */
export const kernelFeatures: readonly { readonly feature: string; readonly tried: string }[] = [
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
