/** A security group as the packet filter inside one machine's network namespace, as nft text. Pure. */
import type { IngressRule } from "./machine";

/**
 * Priority -150: after connection tracking (-200), before kube-proxy's translation of node ports (-100), so that the
 * rules see the port the sender wrote. Only what comes in through eth0 is looked at: traffic between pods is inside
 * the VXLAN packets that the rules have admitted, and AWS does not see into those either. Not on the host's bridge,
 * where this would be simpler to keep, because many kernels cannot track connections there.
 */
export function ingressRules(rules: readonly IngressRule[]): string {
  const lines = [...new Set(rules.map(ruleLine))];
  return `table inet perigee
delete table inet perigee
table inet perigee {
  chain ingress {
    type filter hook prerouting priority -150; policy accept;
    iifname != "eth0" accept
    ct state established,related accept
${lines.map((line) => `    ${line}\n`).join("")}    drop
  }
}
`;
}

function ruleLine(rule: IngressRule): string {
  const source = rule.sourceCidr === "0.0.0.0/0" ? "" : `ip saddr ${rule.sourceCidr} `;
  switch (rule.protocol) {
    case "tcp":
    case "udp":
      return `${source}${rule.protocol} dport ${ports(rule)} accept`;
    case "icmp":
      return `${source}ip protocol icmp accept`;
    case "all":
      return `${source}meta nfproto ipv4 accept`;
  }
}

function ports({ fromPort, toPort }: IngressRule): string {
  return fromPort === toPort ? String(fromPort) : `${fromPort}-${toPort}`;
}
