/**
 * Time from booted machines to every node Ready, through `pulumi up` and by hand (ways.ts).
 *   tsx bench/lab/clusterReady.ts [--runs 1]
 * Brings a lab up (which warms the files that both ways read; its phases are printed too) and removes it at the end.
 */
import { parseArgs } from "node:util";
import { labStackSettings } from "../../lab/cli/labConfig";
import { circumstances, load } from "./circumstances";
import { labRun, onOwnLab } from "./labRun";
import { comparison } from "./timing";
import { upTable } from "./upPhases";
import { bothWays } from "./ways";

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "1" } } });
  if (!/^[1-9]\d?$/.test(values.runs)) throw new Error(`--runs ${values.runs}: 1 to 99`);
  const runs = Number(values.runs);
  await onOwnLab(async () => {
    const loadBefore = load();
    const up = await labRun("up", 40);
    process.stdout.write(upTable("as it came", up, loadBefore));
    const taken = await bothWays(await labStackSettings(), runs);
    const title = runs === 1 ? "One run." : `Medians of ${runs} runs.`;
    process.stdout.write(
      `${title} ${circumstances(loadBefore)}\n\n${comparison(taken.pulumi, taken.byHand)}\n`,
    );
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
