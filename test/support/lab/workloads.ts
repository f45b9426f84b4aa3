/** Stack 2 in the lab, changed as a user would change its settings. */
import { createServer, type Server } from "node:http";
import { workloadsFolder, workloadsSettings } from "../../../lab/cli/workloads";
import type { PulumiRun } from "../../../lab/pulumi/engine/pulumi";
import { type LabConfig, runOnStack, succeeded } from "./lab";

/** Changes to the lab's own settings, by section. */
export interface WorkloadsChanges {
  readonly monitoring?: LabConfig;
  readonly telemetry?: LabConfig;
  /** Other settings, by name. */
  readonly more?: LabConfig;
  /** Variables of the engine and its plugins. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Receives the engine's PID once it runs. */
  readonly onStart?: (pid: number) => void;
}

/** Runs the engine on stack 2; the caller checks the exit code. */
export async function workloads(
  command: "up" | "preview" | "refresh" | "destroy",
  changes: WorkloadsChanges = {},
  ...args: string[]
): Promise<PulumiRun> {
  const { config = {} } = await workloadsSettings(() => undefined);
  const section = (name: "monitoring" | "telemetry"): object => ({
    ...(config[`perigee-workloads:${name}`] as object),
    ...changes[name],
  });
  const settings = {
    config: {
      ...config,
      ...Object.fromEntries(
        Object.entries(changes.more ?? {}).map(([name, value]) => [`perigee-workloads:${name}`, value]),
      ),
      "perigee-workloads:monitoring": section("monitoring"),
      "perigee-workloads:telemetry": section("telemetry"),
    },
  };
  const { environment, onStart } = changes;
  return runOnStack(command, { project: workloadsFolder, settings, environment, onStart }, ...args);
}

/** Runs the engine on stack 2 and throws when it fails. */
export async function workloadsSucceed(...args: Parameters<typeof workloads>): Promise<PulumiRun> {
  return succeeded(args[0], await workloads(...args));
}

/** One alert as Alertmanager sends it to a webhook. */
interface SentAlert {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
}

export interface ReceivedAlert extends SentAlert {
  /** Unix time in seconds. */
  readonly received: number;
}

/** A webhook receiver on the gateway, where pods reach it. */
export class WebhookReceiver {
  readonly url = "http://10.0.1.1:18080/alerts";
  /** Setting `monitoring.alerting` of stack 2 that sends it everything, soon. */
  readonly alerting = {
    receivers: [{ name: "test", webhook: { url: this.url } }],
    defaultReceiver: "test",
    groupWaitSeconds: 1,
    groupIntervalSeconds: 5,
  };
  readonly alerts: ReceivedAlert[] = [];
  private readonly server: Server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      const { alerts } = JSON.parse(body) as { alerts: SentAlert[] };
      this.alerts.push(...alerts.map((alert) => ({ ...alert, received: Date.now() / 1000 })));
      response.end();
    });
  });

  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject).listen(18080, "10.0.1.1", resolve);
    });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  has(...wanted: Parameters<WebhookReceiver["first"]>): boolean {
    return this.first(...wanted) !== undefined;
  }

  /**
   * The first received alert with this name, status and labels.
   * @param since Unix time in seconds; earlier alerts do not count
   */
  first(
    alertname: string,
    status: SentAlert["status"],
    more: Readonly<Record<string, string>> = {},
    since = 0,
  ): ReceivedAlert | undefined {
    const wanted = Object.entries({ alertname, ...more });
    return this.alerts.find(
      (alert) =>
        alert.status === status &&
        alert.received >= since &&
        wanted.every(([key, text]) => alert.labels[key] === text),
    );
  }
}
