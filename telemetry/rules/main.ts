/** Command that prints the Prometheus rule file of a dictionary as YAML. */
import { Command } from "commander";
import { loadDictionary } from "../dictionary";
import { runTool } from "../tool";
import { toYaml } from "../yaml";
import { ruleFile } from "./ruleFile";
import { defaultRuleSettings, type RuleSettings } from "./settings";

interface Options extends Pick<RuleSettings, "job" | "prometheusJob" | "runbookBaseUrl"> {
  readonly dictionary?: string;
  readonly interval?: string;
}

const { job, prometheusJob, runbookBaseUrl } = defaultRuleSettings;

const command = new Command("tsx telemetry/rules/main.ts")
  .description("Prints the Prometheus rule file for a telemetry dictionary.")
  .option("--dictionary <file>", "default: the dictionary that comes with Perigee")
  .option("--job <name>", "the exporter's job label", job)
  .option("--prometheus-job <name>", "Prometheus's own job label", prometheusJob)
  .option("--runbook-base-url <url>", "goes before <AlertName>.md", runbookBaseUrl)
  .option(
    "--interval <duration>",
    "how often the rules are evaluated, such as 5s; default: as Prometheus is set",
  )
  .action(({ dictionary, interval, ...settings }: Options) => {
    const file = ruleFile(loadDictionary(dictionary), {
      ...settings,
      ...(interval !== undefined && { evaluationInterval: interval }),
    });
    process.stdout.write(toYaml(file));
  });

runTool(command);
