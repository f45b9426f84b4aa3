/** Kinds of address blocks: which may be a network of the cluster, and where operators may come from. */
import { type Cidr, overlaps, parseCidr, within } from "./cidr";

/** Blocks of RFC 1918 and RFC 6598: nobody on the internet has their addresses. */
const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(parseCidr);

/** Blocks of the IANA special-purpose registry whose addresses never send a packet to another machine. */
const noSources = [
  { block: parseCidr("0.0.0.0/8"), what: "this network" },
  { block: parseCidr("127.0.0.0/8"), what: "loopback" },
  { block: parseCidr("169.254.0.0/16"), what: "link-local" },
  { block: parseCidr("224.0.0.0/4"), what: "multicast" },
  { block: parseCidr("240.0.0.0/4"), what: "reserved" },
];

/**
 * Reason why the block cannot be a network of the cluster, or undefined. With a public block, the machines could not
 * reach its owners; AWS and Linux use the other special blocks themselves (169.254.169.254, multicast, loopback).
 */
export function networkProblem(block: Cidr): string | undefined {
  if (privateBlocks.some((known) => within(block, known))) return undefined;
  return `is not private; allowed: blocks within ${privateBlocks.map(({ text }) => text).join(", ")}`;
}

/** Reason why no operator can come from the block, or undefined. */
export function sourceProblem(block: Cidr): string | undefined {
  const found = noSources.find((known) => overlaps(block, known.block));
  if (found === undefined) return undefined;
  return `no traffic comes from ${found.block.text} (${found.what}); give the public addresses that you reach AWS from, or private ones behind a VPN`;
}
