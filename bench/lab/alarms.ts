/**
 * Latency and cost of the monitoring on a running lab (`make up`): from a ServiceMonitor to its first sample, from a
 * crossed limit to the notification, and the stack's memory and CPU at rest. Prints a Markdown table; changes the
 * lab's settings for some minutes and restores them.
 */
import { apply, eventually, kubectl } from "../../test/support/lab/lab";
import { query, samples, sampleTimes, value } from "../../test/support/lab/prometheus";
import { type ReceivedAlert, WebhookReceiver, workloadsSucceed } from "../../test/support/lab/workloads";
import { markdown } from "./circumstances";

const groupWait = 1;
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

interface Notified {
  /** Seconds from the first sample beyond the limit to the pending alert. */
  readonly seen: number;
  /** Seconds from pending to firing: the parameter's persistence in the dictionary (the rule's `for`). */
  readonly persisted: number;
  /** Seconds from firing to the receiver, through Alertmanager. */
  readonly told: number;
}

/** Seconds of each stage from crossed limit to notification, by the timestamps of Prometheus and of the receiver. */
async function crossedToNotified(): Promise<Notified> {
  const receiver = new WebhookReceiver();
  await receiver.open();
  // A unique receiver name: Alertmanager's notification log keeps entries for hours and suppresses repeats.
  const name = `bench-${Date.now()}`;
  const alerting = {
    receivers: [{ name, webhook: { url: receiver.url } }],
    defaultReceiver: name,
    groupWaitSeconds: groupWait,
    groupIntervalSeconds: 5,
  };
  try {
    await workloadsSucceed("up", {
      monitoring: { alerting },
      telemetry: { simulator: { scenario: "battery-undervoltage", timeScale: 60 } },
    });
    const alertname = "BusParameterYellow";
    const notification = (): ReceivedAlert | undefined =>
      receiver.first(alertname, "firing", { parameter: battery });
    await eventually("the notification", () => notification() !== undefined, 300);
    const told = notification()?.received ?? NaN;
    const selector = `alertname="${alertname}",parameter="${battery}"`;
    const [active] = await sampleTimes(`ALERTS{${selector},alertstate="pending"}`, 300);
    const [fired] = await sampleTimes(`ALERTS{${selector},alertstate="firing"}`, 300);
    const limit = await value(`bus_parameter_limit{parameter="${battery}",severity="yellow",bound="low"}`);
    if (active === undefined || fired === undefined || limit === undefined) {
      throw new Error("Prometheus does not know of the alert that was delivered");
    }
    const crossed = (await samples(battery, 300)).find(([, volts]) => volts < limit)?.[0] ?? NaN;
    return { seen: active - crossed, persisted: fired - active, told: told - fired };
  } finally {
    await receiver.close();
    await workloadsSucceed("up");
  }
}

/** Working set in MiB and cores over the last five minutes, of all containers in a namespace. */
async function cost(namespace: string): Promise<[number, number]> {
  const of = `{namespace="${namespace}",container!=""}`;
  const memory = (await value(`sum(container_memory_working_set_bytes${of})`)) ?? NaN;
  const cores = (await value(`sum(rate(container_cpu_usage_seconds_total${of}[5m]))`)) ?? NaN;
  return [memory / 2 ** 20, cores];
}

async function main(): Promise<void> {
  const [memory, cores] = await cost("monitoring");
  const [telemetryMemory, telemetryCores] = await cost("telemetry");
  const first = [await firstSample(), await firstSample(), await firstSample()];
  const { seen, persisted, told } = await crossedToNotified();
  const seconds = (figure: number): string => `${figure.toFixed(1)} s`;
  const rows = [
    ["ServiceMonitor created to first sample, three times", first.map(seconds).join(", ")],
    ["limit crossed (first such sample) to the rule that saw it", seconds(seen)],
    ["the parameter's persistence (`for`)", seconds(persisted)],
    [`alert fires to notification received (group wait ${groupWait} s)`, seconds(told)],
    ["limit crossed to notification received", seconds(seen + persisted + told)],
    ["namespace monitoring at rest", `${memory.toFixed(0)} MiB, ${cores.toFixed(3)} cores`],
    ["namespace telemetry at rest", `${telemetryMemory.toFixed(0)} MiB, ${telemetryCores.toFixed(3)} cores`],
  ];
  console.log(markdown([["what", "figure"], ...rows]));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
