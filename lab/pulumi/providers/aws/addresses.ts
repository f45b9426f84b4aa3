/** IPv4 arithmetic for the simulated account. Blocks are valid CIDRs: the tables' checks ensure it. */
import { Address4 } from "ip-address";

export class Address {
  constructor(private readonly number: number) {}

  get text(): string {
    return [24, 16, 8, 0].map((shift) => (this.number >>> shift) & 255).join(".");
  }

  valueOf(): number {
    return this.number;
  }
}

export function firstAddress(cidr: string): Address {
  return new Address(Number(new Address4(cidr).startAddress().bigInt()));
}

export function lastAddress(cidr: string): Address {
  return new Address(Number(new Address4(cidr).endAddress().bigInt()));
}

export function nextAddress(address: Address, step = 1): Address {
  return new Address(address.valueOf() + step);
}

function isCidr(text: string): boolean {
  return text.includes("/") && Address4.isValid(text);
}

/** True when the block starts with its network address, as AWS requires. */
export function isNetwork(cidr: string): boolean {
  return isCidr(cidr) && cidr.startsWith(`${firstAddress(cidr).text}/`);
}

export function cidrContains(cidr: string, address: string): boolean {
  return isCidr(cidr) && Address4.isValid(address) && new Address4(address).isInSubnet(new Address4(cidr));
}

export function cidrsOverlap(left: string, right: string): boolean {
  const [a, b] = [new Address4(left), new Address4(right)];
  return a.isInSubnet(b) || b.isInSubnet(a);
}
