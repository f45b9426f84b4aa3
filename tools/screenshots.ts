/**
 * Generator of docs/images/telemetry-nominal.png and telemetry-alarm.png:
 *   npm run pictures
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openPage } from "../test/support/telemetry/browser";
import { fly, servePage } from "../test/support/telemetry/flownPage";

const folder = join(__dirname, "../docs/images");

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, scenario, seconds] of [
    ["nominal", "nominal", 600],
    ["alarm", "battery-undervoltage", 110],
  ] as const) {
    const served = await servePage();
    fly(served, scenario, seconds);
    const open = await openPage(served.url);
    await open.page.waitForSelector("main section:last-child tr:last-child");
    await open.page.waitForSelector(".plot");
    await open.page.screenshot({ path: join(folder, `telemetry-${name}.png`) });
    await open.close();
    await served.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
