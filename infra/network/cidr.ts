/** CIDR arithmetic for settings and subnets. */
import { Address4 } from "ip-address";

/** An IPv4 block without host bits, e.g. `10.0.1.0/24`. */
export interface Cidr {
  readonly text: string;
  readonly prefix: number;
  /** First and last address as 32-bit numbers. */
  readonly first: number;
  readonly last: number;
}

/**
 * Block parsed from `a.b.c.d/n`.
 * @throws Error with the reason: no IPv4 block, no prefix length, or host bits set
 */
export function parseCidr(text: string): Cidr {
  if (!/^[\d.]+\/\d+$/.test(text)) throw new Error("is not an IPv4 block such as 10.0.0.0/16");
  let address: Address4;
  try {
    address = new Address4(text);
  } catch (error) {
    throw new Error("is not an IPv4 block such as 10.0.0.0/16", { cause: error });
  }
  const prefix = address.subnetMask;
  const first = Number(address.startAddress().bigInt());
  if (Number(address.bigInt()) !== first) {
    throw new Error(`has host bits set; the block is ${dotted(first)}/${prefix}`);
  }
  return block(first, prefix);
}

/** True when the block lies within the other. */
export function within(block: Cidr, other: Cidr): boolean {
  return other.first <= block.first && block.last <= other.last;
}

/** True when the two blocks share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/**
 * The /24 subnets of a VPC for machines, one per availability zone.
 * The first /24 stays free; adding a zone never moves an existing block.
 * @throws Error when the VPC is too small for that many zones
 */
export function machineSubnets(vpc: Cidr, zones: number): Cidr[] {
  const blocks = 2 ** Math.max(0, 24 - vpc.prefix);
  if (zones > blocks - 1) {
    throw new Error(`${vpc.text} has room for ${Math.max(0, blocks - 1)} subnets, ${zones} are needed`);
  }
  return Array.from({ length: zones }, (_, zone) => block(vpc.first + (zone + 1) * 256, 24));
}

/** Addresses of a /24 that machines can have: AWS keeps the first four and the last. */
export const machinesInSubnet = 251;

/**
 * Number of the subnet, from 0, in which a pool's n-th machine is made. Every pool begins in the first one, so that a
 * pool that grows never moves.
 */
export function subnetOf(machine: number, subnets: number): number {
  return machine % subnets;
}

/** Number of machines of all pools in each subnet. */
export function machinesPerSubnet(counts: readonly number[], subnets: number): number[] {
  return Array.from({ length: subnets }, (_, subnet) =>
    counts.reduce((sum, count) => sum + Math.max(0, Math.ceil((count - subnet) / subnets)), 0),
  );
}

function block(first: number, prefix: number): Cidr {
  return { text: `${dotted(first)}/${prefix}`, prefix, first, last: first + 2 ** (32 - prefix) - 1 };
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
