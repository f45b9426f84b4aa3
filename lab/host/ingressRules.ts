/** A security group as the packet filter inside one machine's network namespace, as nft text. Pure. */
import type { IngressRule } from "./machine";

/**
 * Rules at priority -150: after connection tracking (-200), before kube-proxy's translation of node ports (-100), so
 * that they match the sender's destination port. Only packets from eth0 are filtered: pod traffic is inside VXLAN
 * packets that the rules have admitted, and AWS does not inspect those either. The rules are not on the host's
 * bridge, where they would be simpler to maintain, because many kernels cannot track connections there.
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
