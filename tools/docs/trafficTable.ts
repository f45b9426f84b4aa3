/** Table of allowed traffic in docs/architecture.md, from infra/network/trafficRules.ts. */
import { type Peer, portText, trafficRules } from "../../infra/network/trafficRules";
import { between } from "./marks";

const names: Readonly<Record<Peer, string>> = {
  admin: "`adminCidrs`",
  node: "every node",
  "control-plane": "control planes",
  balancer: "the API's balancer",
};

export function trafficTable(): string {
  const one = trafficRules();
  const several = trafficRules([], 3).filter((rule) => !one.some((other) => other.why === rule.why));
  const rules = [...one, ...several];
  return [
    "| to | port | from | why |",
    "|---|---|---|---|",
    ...rules.map((rule) => {
      const from = rule.from.map((peer) => names[peer]).join(", ");
      return `| ${names[rule.to]} | ${portText(rule)}/${rule.protocol} | ${from} | ${rule.why} |`;
    }),
  ].join("\n");
}

/** Document with the table between its marks. */
export const withTrafficTable = (document: string): string =>
  between("traffic-rules", document, trafficTable());
