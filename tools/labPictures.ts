/**
 * Generator of docs/images/lab-*.png: what a newcomer sees of a lab that is up, some minutes into an alarm:
 *   make up && make scenario NAME=battery-undervoltage && npm run pictures:lab
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { nodePorts } from "../contract/outputs";
import { dashboardsAddress } from "../test/support/lab/dashboards";
import { outputs } from "../test/support/lab/lab";
import { openPage } from "../test/support/telemetry/browser";

const folder = join(__dirname, "../docs/images");
const settleMs = 5000;

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { publishedHost } = await outputs();
  const at = (name: keyof typeof nodePorts, path = "/"): string =>
    `http://${publishedHost}:${nodePorts[name].port}${path}`;
  const range = "from=now-5m&to=now";
  const pages = {
    page: at("telemetryPage"),
    fleet: await dashboardsAddress(`/d/perigee-fleet?${range}`),
    power: await dashboardsAddress(`/d/perigee-subsystem-power?${range}`),
    prometheus: at(
      "prometheus",
      "/query?g0.expr=bus_power_battery_voltage_volts&g0.tab=graph&g0.range_input=5m",
    ),
    alertmanager: at("alertmanager"),
  };
  for (const [name, url] of Object.entries(pages)) {
    const open = await openPage(url, { width: 1280, height: 960 });
    await open.page.waitForTimeout(settleMs); // queries, and animations of the graphs
    await open.page.screenshot({ path: join(folder, `lab-${name}.png`) });
    await open.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
