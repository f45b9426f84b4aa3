/** The host's packet rules: an Internet gateway for the lab's machines, as nft text. Pure. */
import { bridgeName } from "./addresses";

/** Public address of one machine, and the private address behind it. */
export interface PublicAddress {
  readonly publicIp: string;
  readonly privateIp: string;
}

/**
 * Packet rules for one-to-one NAT at the edge, as an Internet gateway does it: a machine never sees its public
 * address. (eth0 must not have it either: kube-proxy in nftables mode answers node ports only on the node's primary
 * address.) A connection from one machine to another's public address arrives from a public address, so that rules
 * with a security group as the source do not admit it, as on EC2.
 * A packet whose address is in no map passes unchanged.
 */
export function hostRules(vpcCidr: string, addresses: readonly PublicAddress[]): string {
  const sorted = [...addresses].sort((a, b) => a.publicIp.localeCompare(b.publicIp));
  const inward = elements(sorted.map(({ publicIp, privateIp }) => `${publicIp} : ${privateIp}`));
  // A machine with several public addresses sends from the first.
  const byPrivate = new Map([...sorted].reverse().map(({ publicIp, privateIp }) => [privateIp, publicIp]));
  const outward = elements(
    [...byPrivate].map(([privateIp, publicIp]) => `${privateIp} : ${publicIp}`).sort(),
  );
  return `table ip perigee
delete table ip perigee
table ip perigee {
  map inward { type ipv4_addr : ipv4_addr;${inward} }
  map outward { type ipv4_addr : ipv4_addr;${outward} }
  chain arriving {
    type nat hook prerouting priority dstnat; policy accept;
    dnat to ip daddr map @inward
  }
  chain fromHere {
    type nat hook output priority -100; policy accept;
    dnat to ip daddr map @inward
  }
  chain leaving {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${vpcCidr} ct status dnat snat to ip saddr map @outward
    ip saddr ${vpcCidr} oifname != "${bridgeName}" masquerade
  }
}
`;
}

function elements(list: readonly string[]): string {
  return list.length === 0 ? "" : ` elements = { ${list.join(", ")} };`;
}
