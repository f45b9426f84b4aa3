/**
 * How long the monitoring takes, on a lab that is up (`make up`): from a ServiceMonitor to its first sample, from a limit
 * that is crossed to the notification, and what the stack costs at rest. Prints a Markdown table; changes the lab's
 * settings for some minutes and puts them back.
 */
import { kubectl, apply, eventually } from "../../test/lab/lab";
import { query, value } from "../../test/lab/prometheus";
import { WebhookReceiver, workloadsSucceed } from "../../test/lab/workloads";

const battery = "bus_power_battery_voltage_volts";

async function firstSample(): Promise<number> {
  const name = `bench-${Date.now()}`;
  const start = Date.now();
  await apply({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name, namespace: "telemetry" },
    spec: {
      selector: { matchLabels: { "app.kubernetes.io/name": "perigee-telemetry" } },
      endpoints: [{ port: "http", interval: "5s", relabelings: [{ targetLabel: "job", replacement: name }] }],
    },
  });
  await eventually("the first sample", async () => (await query(`up{job="${name}"}`)).length > 0, 180);
  const seconds = (Date.now() - start) / 1000;
  await kubectl("-n", "telemetry", "delete", "servicemonitor", name);
  return seconds;
}

/** From the first sample below the yellow limit to the receiver's hearing of it, in seconds. */
async function crossedToNotified(): Promise<number> {
  const receiver = new WebhookReceiver();
  await receiver.open();
  const alerting = {
    receivers: [{ name: "bench", webhook: { url: receiver.url } }],
    defaultReceiver: "bench",
    groupWaitSeconds: 1,
    groupIntervalSeconds: 5,
  };
  try {
    await workloadsSucceed("up", {
      monitoring: { alerting },
      telemetry: { simulator: { scenario: "battery-undervoltage", timeScale: 60 } },
    });
    const limit = await value(`bus_parameter_limit{parameter="${battery}",severity="yellow",bound="low"}`);
    const below = async (): Promise<boolean> => ((await value(battery)) ?? Infinity) < (limit ?? 0);
    await eventually("the battery below its yellow limit", below, 240);
    const crossed = Date.now();
    const told = (): boolean => receiver.has("BusParameterYellow", "firing", { parameter: battery });
    await eventually("the notification", told, 240);
    return (Date.now() - crossed) / 1000;
  } finally {
    await receiver.close();
    await workloadsSucceed("up");
  }
}

/** MiB of working set and cores of the last five minutes, of all containers in a namespace. */
async function cost(namespace: string): Promise<[number, number]> {
  const of = `{namespace="${namespace}",container!=""}`;
  const memory = (await value(`sum(container_memory_working_set_bytes${of})`)) ?? NaN;
  const cores = (await value(`sum(rate(container_cpu_usage_seconds_total${of}[5m]))`)) ?? NaN;
  return [memory / 2 ** 20, cores];
}

async function main(): Promise<void> {
  const [memory, cores] = await cost("monitoring");
  const [telemetryMemory, telemetryCores] = await cost("telemetry");
  const samples = [await firstSample(), await firstSample(), await firstSample()];
  const notified = await crossedToNotified();
  const rows = [
    [
      "ServiceMonitor created to first sample, three times",
      `${samples.map((one) => one.toFixed(0)).join(", ")} s`,
    ],
    ["limit crossed (seen in Prometheus) to notification received", `${notified.toFixed(0)} s`],
    ["namespace monitoring at rest", `${memory.toFixed(0)} MiB, ${cores.toFixed(3)} cores`],
    ["namespace telemetry at rest", `${telemetryMemory.toFixed(0)} MiB, ${telemetryCores.toFixed(3)} cores`],
  ];
  console.log(["| what | figure |", "|---|---|", ...rows.map((row) => `| ${row.join(" | ")} |`)].join("\n"));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
