/**
 * Two rules that accept the lab's packets on hosts whose packet filter drops forwarded packets by default (as Docker
 * sets it). br_netfilter sends bridged packets through the same chain, so without the rules machines could not even
 * reach each other.
 */
import { run } from "../command";
import { bridgeName } from "./addresses";

const ruleComment = "perigee lab";

/** Adds the two rules unless the host's forward policy is ACCEPT. */
export async function allowForwarding(): Promise<void> {
  const chain = await forwardChain();
  if (chain === undefined || chain.includes("-P FORWARD ACCEPT")) return;
  for (const rule of rules()) {
    if (!chain.some((line) => isOurs(line) && line.includes(rule.slice(0, 2).join(" ")))) {
      await run("iptables", ["-w", "-I", "FORWARD", ...rule]);
    }
  }
}

/** Removes the rules of the lab, if any. */
export async function disallowForwarding(): Promise<void> {
  const ours = await forwardingRules();
  for (const rule of rules()) {
    if (ours.some((line) => line.includes(rule.slice(0, 2).join(" ")))) {
      await run("iptables", ["-w", "-D", "FORWARD", ...rule]);
    }
  }
}

/** The lab's rules in the host's forward chain. */
export async function forwardingRules(): Promise<string[]> {
  return ((await forwardChain()) ?? []).filter(isOurs);
}

function rules(): string[][] {
  return ["-i", "-o"].map((side) => [
    side,
    bridgeName,
    "-m",
    "comment",
    "--comment",
    ruleComment,
    "-j",
    "ACCEPT",
  ]);
}

function isOurs(line: string): boolean {
  return line.includes(`--comment "${ruleComment}"`);
}

/** The chain as `iptables -S` prints it; undefined on a host without iptables or without that table in its kernel. */
async function forwardChain(): Promise<string[] | undefined> {
  try {
    // Listing through iptables would create an empty filter table on a host without one: check first.
    if (!(await run("nft", ["list", "tables"])).split("\n").includes("table ip filter")) return undefined;
    return (await run("iptables", ["-w", "-S", "FORWARD"])).trimEnd().split("\n");
  } catch {
    return undefined;
  }
}
