/** Command that writes the dashboards of a dictionary into a folder, one JSON file each. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { loadDictionary } from "../telemetry/dictionary";
import { runTool } from "../telemetry/tool";
import { dashboardFiles } from ".";

const command = new Command("tsx dashboards/main.ts")
  .description("Writes every dashboard as JSON, for Grafana's import or provisioning.")
  .argument("[folder]", "default: dashboards/json")
  .option("--dictionary <file>", "default: the dictionary that comes with Perigee")
  .action((folder: string = join(__dirname, "json"), { dictionary }: { dictionary?: string }) => {
    const files = dashboardFiles(loadDictionary(dictionary));
    mkdirSync(folder, { recursive: true });
    for (const { file, json } of files) writeFileSync(join(folder, file), json);
    process.stdout.write(`${files.length} dashboards in ${folder}\n`);
  });

runTool(command);
