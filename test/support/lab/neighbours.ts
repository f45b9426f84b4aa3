/**
 * Series of other processes with the same metric names as the exporter, as a rule meets them on a whole cluster. The
 * rule tests run on top of them. `npm run neighbours` records them from the running lab.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadDictionary } from "../../../telemetry/dictionary";
import { defaultRuleSettings, ruleFile } from "../../../telemetry/rules";
import { metricsOf } from "../promql";
import { query } from "./prometheus";

export interface Neighbour {
  readonly labels: Readonly<Record<string, string>>;
  /** Value in Prometheus' text format. */
  readonly value: string;
}

const file = join(__dirname, "../../unit/telemetry/rules/neighbours.json");

/** The last recorded neighbours. */
export function recordedNeighbours(): Neighbour[] {
  return JSON.parse(readFileSync(file, "utf8")) as Neighbour[];
}

/** The neighbours in the running lab. */
export async function liveNeighbours(): Promise<Neighbour[]> {
  const { job, prometheusJob } = defaultRuleSettings;
  const names = ruleFile(loadDictionary()).groups.flatMap(({ rules }) =>
    rules.flatMap(({ expr }) => metricsOf(expr)),
  );
  // Metrics of Prometheus itself that an alert watches are no neighbours.
  const watched = ["prometheus_rule_evaluation_failures_total", "prometheus_rule_group_rules"];
  const selected = [...new Set(names)].filter((name) => !name.includes(":") && !watched.includes(name));
  const found = await query(`{__name__=~"${selected.join("|")}",job!="${job}"}`);
  if (!found.some(({ metric }) => metric["job"] === prometheusJob)) {
    throw new Error(`the lab's Prometheus does not scrape itself as ${prometheusJob}`);
  }
  return found
    .map(({ metric, value: [, value] }) => ({ labels: metric, value }))
    .sort((one, other) => (JSON.stringify(one.labels) < JSON.stringify(other.labels) ? -1 : 1));
}

/** Key of a neighbour's kind: the metric, the job and the names of the labels. */
export function kindOf({ labels }: Neighbour): string {
  const { __name__: name = "", job = "", ...rest } = labels;
  return `${name} ${job} ${Object.keys(rest).sort().join(",")}`;
}

if (require.main === module) {
  void liveNeighbours().then((found) => {
    writeFileSync(file, `[\n${found.map((each) => `  ${JSON.stringify(each)}`).join(",\n")}\n]\n`);
    console.log(`${file}: ${found.length} series`);
  });
}
