/** Command that prints the Prometheus rule file of a dictionary as YAML. */
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { loadDictionary } from "../dictionary";
import { runTool } from "../tool";
import { ruleFile } from "./ruleFile";

const help = `tsx telemetry/rules/main.ts [--dictionary FILE] [--job NAME] [--prometheus-job NAME]
                                  [--runbook-base-url URL] [--interval DURATION]

  Prints the Prometheus rule file for a telemetry dictionary.

  --dictionary FILE         default: the dictionary that comes with Perigee
  --job NAME                the exporter's job label (default perigee-telemetry)
  --prometheus-job NAME     Prometheus's own job label (default monitoring-prometheus)
  --runbook-base-url URL    goes before <AlertName>.md (default docs/alerts/)
  --interval DURATION       how often the rules are evaluated, such as 5s (default: as Prometheus is set)
`;

const text = { type: "string" } as const;
const options = {
  dictionary: text,
  job: text,
  "prometheus-job": text,
  "runbook-base-url": text,
  interval: text,
  help: { type: "boolean", default: false },
} as const;

/** @returns what to print */
function main(args: string[]): string {
  const { values } = parseArgs({ args, options, strict: true });
  if (values.help) return help;
  const file = ruleFile(loadDictionary(values.dictionary), {
    ...(values.job !== undefined && { job: values.job }),
    ...(values["prometheus-job"] !== undefined && { prometheusJob: values["prometheus-job"] }),
    ...(values["runbook-base-url"] !== undefined && { runbookBaseUrl: values["runbook-base-url"] }),
    ...(values.interval !== undefined && { evaluationInterval: values.interval }),
  });
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

runTool(main);
