/** The lab's addresses, all of which follow from the VPC's block: pure. */
import { type Cidr, machineSubnets, parseCidr } from "../../infra/network/cidr";

export const BRIDGE = "perigee0";

/**
 * The person at the keyboard: where connections from this host to the machines' public addresses come from.
 * Of TEST-NET-3 (RFC 5737), whose addresses no real host has. Even so the block as a whole is not routed to the
 * lab, only this address and those that machines were given: private networks have been seen that use the rest.
 */
export const OPERATOR_ADDRESS = "203.0.113.1";

export interface LabAddresses {
  readonly vpcCidr: string;
  /** Up to three /24s, each with its gateway: this host, on the bridge. */
  readonly subnets: readonly { readonly cidr: string; readonly gateway: string }[];
  /** Gateway of the first subnet: where the package server, the image registry and the resolver answer. */
  readonly services: string;
}

/**
 * @param vpcCidr IPv4 block with room for at least one subnet
 * @throws Error when it is no IPv4 block or too small
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

/** The subnet's first address, which belongs to the VPC's router on AWS too. */
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
