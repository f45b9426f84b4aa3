/** Table of allowed traffic in docs/architecture.md, from infra/network/trafficRules.ts. */
import { type Peer, portText, trafficRules } from "../../infra/network/trafficRules";
import { between } from "./marks";

const names: Readonly<Record<Peer, string>> = {
  admin: "`adminCidrs`",
  node: "every node",
  "control-plane": "control planes",
};

export function trafficTable(): string {
  return [
    "| to | port | from | why |",
    "|---|---|---|---|",
    ...trafficRules().map((rule) => {
      const from = rule.from.map((peer) => names[peer]).join(", ");
      return `| ${names[rule.to]} | ${portText(rule)}/${rule.protocol} | ${from} | ${rule.why} |`;
    }),
  ].join("\n");
}

/** Document with the table between its marks. */
export const withTrafficTable = (document: string): string =>
  between("traffic-rules", document, trafficTable());
