/** The host's packet rules: an Internet gateway for the lab's machines, as nft text. Pure. */
import { bridgeName, labAddresses, metadataIp, metadataPort, s3Ports } from "./addresses";

/** Public address of one machine, and the private address behind it. */
export interface PublicAddress {
  readonly publicIp: string;
  readonly privateIp: string;
}

/** Hops that the answers of a machine's metadata live. */
export interface MetadataHops {
  readonly privateIp: string;
  readonly hops: number;
}

/** EC2's own: an answer reaches the machine, and is dropped on the way to a pod. */
export const defaultMetadataHops = 1;

/**
 * Packet rules for one-to-one NAT at the edge, as an Internet gateway does it: a machine never sees its public
 * address. (eth0 must not have it either: kube-proxy in nftables mode answers node ports only on the node's primary
 * address.) A connection from one machine to another's public address arrives from a public address, so that rules
 * with a security group as the source do not admit it, as on EC2.
 * A packet whose address is in no map passes unchanged.
 *
 * A machine's request for metadata goes to the lab's server, and the answer has the hops that the instance's options
 * give it. Only packets from the bridge are translated, so that this host's own metadata, where it is a cloud's
 * machine, stays what it is for this host; the lab's machines cannot reach it, nor any other link-local address.
 */
export function hostRules(
  vpcCidr: string,
  addresses: readonly PublicAddress[],
  metadata: readonly MetadataHops[],
): string {
  const sorted = [...addresses].sort((a, b) => a.publicIp.localeCompare(b.publicIp));
  const inward = elements(sorted.map(({ publicIp, privateIp }) => `${publicIp} : ${privateIp}`));
  // A machine with several public addresses sends from the first.
  const byPrivate = new Map([...sorted].reverse().map(({ publicIp, privateIp }) => [privateIp, publicIp]));
  const outward = elements(
    [...byPrivate].map(([privateIp, publicIp]) => `${privateIp} : ${publicIp}`).sort(),
  );
  const { services } = labAddresses(vpcCidr);
  return `table ip perigee
delete table ip perigee
table ip perigee {
  map inward { type ipv4_addr : ipv4_addr;${inward} }
  map outward { type ipv4_addr : ipv4_addr;${outward} }
  chain arriving {
    type nat hook prerouting priority dstnat; policy accept;
    iifname "${bridgeName}" ip daddr ${metadataIp} tcp dport 80 dnat to ${services}:${metadataPort}
    iifname "${bridgeName}" ip daddr ${services} tcp dport 443 redirect to :${s3Ports.https}
    iifname "${bridgeName}" ip daddr ${services} tcp dport 80 redirect to :${s3Ports.http}
    dnat to ip daddr map @inward
  }
  chain fromHere {
    type nat hook output priority -100; policy accept;
    dnat to ip daddr map @inward
  }
  chain metadata {
    type filter hook output priority mangle; policy accept;
${hopLines(services, metadata)}  }
  chain linkLocal {
    type filter hook forward priority filter; policy accept;
    iifname "${bridgeName}" ip daddr 169.254.0.0/16 drop
  }
  chain leaving {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${vpcCidr} ct status dnat snat to ip saddr map @outward
    ip saddr ${vpcCidr} oifname != "${bridgeName}" masquerade
  }
}
`;
}

function hopLines(server: string, metadata: readonly MetadataHops[]): string {
  const others = metadata.filter(({ hops }) => hops !== defaultMetadataHops);
  const answers = `ip saddr ${server} tcp sport ${metadataPort}`;
  return [
    `${answers} ip ttl set ${defaultMetadataHops}`,
    ...others.map(({ privateIp, hops }) => `${answers} ip daddr ${privateIp} ip ttl set ${hops}`).sort(),
  ]
    .map((line) => `    ${line}\n`)
    .join("");
}

function elements(list: readonly string[]): string {
  return list.length === 0 ? "" : ` elements = { ${list.join(", ")} };`;
}
