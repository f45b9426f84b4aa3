/** The table of docs/architecture.md that says who may talk to whom, from infra/network/trafficRules.ts. */
import { portText, trafficRules, type Peer } from "../../infra/network/trafficRules";

const begin = "<!-- traffic-rules -->";
const end = "<!-- /traffic-rules -->";

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

/**
 * The document with the table between its two markers replaced.
 * @throws Error when a marker is missing
 */
export function withTrafficTable(document: string): string {
  const [first, last] = [document.indexOf(begin), document.indexOf(end)];
  if (first < 0 || last < first) throw new Error(`the markers ${begin} and ${end} are missing`);
  return `${document.slice(0, first + begin.length)}\n${trafficTable()}\n${document.slice(last)}`;
}
