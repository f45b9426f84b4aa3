/** The lab's addresses, all derived from the VPC's CIDR block. Pure. */
import { type Cidr, machineSubnets, parseCidr } from "../../infra/network/cidr";

export const bridgeName = "perigee0";

/**
 * Address of the operator: the source of connections from this host to the machines' public addresses. It is from
 * TEST-NET-3 (RFC 5737), which no real host uses. Only this address and the machines' own are routed to the lab, not
 * the whole block: private networks that use the rest have been observed.
 */
export const operatorIp = "203.0.113.1";

/** Address at which a machine asks for its own metadata, as on EC2. Only packets from the lab's bridge are translated. */
export const metadataIp = "169.254.169.254";

/** Port of the metadata's server, on the address of the lab's services. */
export const metadataPort = 8169;

/**
 * Ports of S3, on the address of the lab's services. Machines ask it at 443 and 80, as on AWS; only packets from the
 * lab's bridge are translated, since a host's own web server may have these.
 */
export const s3Ports = { https: 8443, http: 8180 } as const;

export interface LabAddresses {
  readonly vpcCidr: string;
  /** Up to three /24 subnets, each with its gateway: this host, on the bridge. */
  readonly subnets: readonly { readonly cidr: string; readonly gateway: string }[];
  /** Gateway of the first subnet: address of the package server, the image registry and the resolver. */
  readonly services: string;
}

/**
 * @param vpcCidr IPv4 block with room for at least one subnet
 * @throws Error when it is not an IPv4 block or is too small
 */
export function labAddresses(vpcCidr: string): LabAddresses {
  const vpc = parseCidr(vpcCidr);
  const zones = Math.min(3, 2 ** Math.max(0, 24 - vpc.prefix) - 1);
  const subnets = machineSubnets(vpc, Math.max(1, zones)).map(({ text }) => ({
    cidr: text,
    gateway: gatewayOf(text),
  }));
  const services = subnets[0]?.gateway ?? "";
  return { vpcCidr, subnets, services };
}

/** The subnet's first address, which is the VPC router's on AWS too. */
export function gatewayOf(subnetCidr: string): string {
  return addressIn(parseCidr(subnetCidr), 1);
}

/** The prefix length of a block, e.g. 24. */
export function prefixOf(cidr: string): number {
  return parseCidr(cidr).prefix;
}

function addressIn(block: Cidr, offset: number): string {
  const address = block.first + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
