/**
 * Generator of all generated documents (`npm run docs`). test/unit/tools/docs.test.ts checks that each is current.
 * To add a document, add a line to `documents`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { repositoryRoot } from "../../settings/repositoryRoot";
import { loadDictionary } from "../../telemetry/dictionary";
import { iamBoundary } from "./iamBoundary";
import { iamPolicy, partOf, parts, policyText, withStatementsTable } from "./iamPolicy";
import { metricsReference } from "./metrics";
import { settingsReference } from "./settings";
import { withSizesTable } from "./sizesTable";
import { withTeamTables } from "./teamRoles";
import { withTrafficTable } from "./trafficTable";

const folder = join(repositoryRoot, "docs");

/** Generator of a document, from its current text (empty when there is none). */
type Generator = (current: string) => string | Promise<string>;

const policyParts = Object.fromEntries(
  [...parts].map(([part, belongs]) => [part, async () => policyText(partOf(await iamPolicy(), belongs))]),
);

/** Generators by path below docs/. */
export const documents: Readonly<Record<string, Generator>> = {
  "settings.md": settingsReference,
  ...policyParts,
  "iam-boundary.json": async () => policyText(await iamBoundary()),
  "iam.md": withStatementsTable,
  "architecture.md": withTrafficTable,
  "workloads-settings.md": withSizesTable,
  "teams.md": withTeamTables,
  "metrics.md": () => metricsReference(loadDictionary()),
};

/** Current and wanted text of a document. */
export async function generated(path: string): Promise<{ current: string; wanted: string }> {
  const generator = documents[path];
  if (generator === undefined) throw new Error(`docs/${path} is not generated`);
  const file = join(folder, path);
  const current = existsSync(file) ? readFileSync(file, "utf8") : "";
  const wanted = await format(await generator(current), { ...(await resolveConfig(file)), filepath: file });
  return { current, wanted };
}

async function writeAll(): Promise<void> {
  for (const path of Object.keys(documents)) {
    const { current, wanted } = await generated(path);
    if (current !== wanted) writeFileSync(join(folder, path), wanted);
    console.log(`docs/${path}: ${current === wanted ? "current" : "written"}`);
  }
}

if (require.main === module) {
  writeAll().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
