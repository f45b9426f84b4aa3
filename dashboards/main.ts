/** Command that writes the dashboards of a dictionary into a folder, a JSON file each. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDictionary } from "../telemetry/dictionary";
import { runTool } from "../telemetry/tool";
import { dashboardFiles } from ".";

const help = `tsx dashboards/main.ts [FOLDER] [--dictionary FILE]

  Writes every dashboard as JSON, for Grafana's import or provisioning.

  FOLDER               default: dashboards/json
  --dictionary FILE    default: the dictionary that comes with Perigee
`;

/** @returns what to print */
function main(args: string[]): string {
  const options = { dictionary: { type: "string" }, help: { type: "boolean", default: false } } as const;
  const { values, positionals } = parseArgs({ args, options, strict: true, allowPositionals: true });
  if (values.help) return help;
  const folder = positionals[0] ?? join(__dirname, "json");
  const files = dashboardFiles(loadDictionary(values.dictionary));
  mkdirSync(folder, { recursive: true });
  for (const { file, json } of files) writeFileSync(join(folder, file), json);
  return `${files.length} dashboards in ${folder}\n`;
}

runTool(main);
