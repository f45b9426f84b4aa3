import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { freePort } from "../../../lab/processes";
import type { RuleFile } from "../../../telemetry/rules";
import { toYaml } from "../../../telemetry/yaml";
import { prometheusProgram } from "../../support/promtool";

const alertsAnswer = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        state: z.string(),
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
    ),
  }),
});
const queryAnswer = z.object({
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

const rangesAnswer = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});

export type FiringAlert = z.infer<typeof alertsAnswer>["data"]["alerts"][number];

export interface PrometheusOptions {
  /** Opens the remote write receiver, for samples as old as this, such as `2d`. */
  readonly outOfOrderWindow?: string;
}

/** A real Prometheus on loopback, with a data folder of its own. */
export class PrometheusServer {
  private output = "";
  private process: ChildProcess;

  private constructor(
    private readonly program: string,
    private readonly args: readonly string[],
    private readonly folder: string,
    readonly url: string,
  ) {
    this.process = this.spawned();
  }

  /** Scrapes one target and evaluates the rules, both every second. */
  static async start(
    targetPort: number,
    job: string,
    rules: RuleFile,
    { outOfOrderWindow }: PrometheusOptions = {},
  ): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), "perigee-prometheus-"));
    const config = {
      global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
      rule_files: ["rules.yaml"],
      scrape_configs: [{ job_name: job, static_configs: [{ targets: [`127.0.0.1:${targetPort}`] }] }],
      ...(outOfOrderWindow !== undefined && {
        storage: { tsdb: { out_of_order_time_window: outOfOrderWindow } },
      }),
    };
    await writeFile(join(folder, "rules.yaml"), toYaml(rules));
    await writeFile(join(folder, "prometheus.yml"), toYaml(config));
    const address = `127.0.0.1:${await freePort()}`;
    const args = [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      // Debian's build looks for its pages where its package is installed; only the API is used here.
      `--web.console.libraries=${folder}`,
      `--web.console.templates=${folder}`,
      ...(outOfOrderWindow === undefined ? [] : ["--web.enable-remote-write-receiver"]),
    ];
    const program = await prometheusProgram("prometheus");
    const server = new PrometheusServer(program, args, folder, `http://${address}`);
    try {
      await server.untilReady();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  private spawned(): ChildProcess {
    const child = spawn(this.program, this.args, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    return child;
  }

  private async untilReady(): Promise<void> {
    await this.until("Prometheus answers", 30, async () => (await this.get("/-/ready")).ok);
  }

  /** Starts it again on its data, after `leave`. */
  async comeBack(): Promise<void> {
    this.process = this.spawned();
    await this.untilReady();
  }

  /**
   * Asks once a second until the answer is not false or undefined.
   * @throws Error that says what did not happen, and Prometheus' own last lines
   */
  async until<T>(what: string, seconds: number, ask: () => Promise<T | false | undefined>): Promise<T> {
    const end = Date.now() + seconds * 1000;
    let last = "";
    while (Date.now() < end) {
      if (this.process.exitCode !== null) break;
      const answer = await ask().catch((error: unknown) => {
        last = String(error);
        return undefined;
      });
      if (answer !== undefined && answer !== false) return answer;
      await pause(250);
    }
    const log = this.output.split("\n").slice(-5).join("\n");
    throw new Error(`within ${seconds} s it did not come about that ${what}. ${last}\n${log}`);
  }

  async alerts(): Promise<FiringAlert[]> {
    const answer = alertsAnswer.parse(await (await this.get("/api/v1/alerts")).json());
    return answer.data.alerts.filter(({ state }) => state === "firing");
  }

  /** The value of an expression with one series; undefined: there is none. */
  async value(expr: string): Promise<number | undefined> {
    const answer = queryAnswer.parse(
      await (await this.get(`/api/v1/query?query=${encodeURIComponent(expr)}`)).json(),
    );
    const [first] = answer.data.result;
    return first && Number(first.value[1]);
  }

  /** Samples by series of a range selector, as they are stored. */
  async samples(selector: string): Promise<z.infer<typeof rangesAnswer>["data"]["result"]> {
    const answer = await this.get(`/api/v1/query?query=${encodeURIComponent(selector)}`);
    return rangesAnswer.parse(await answer.json()).data.result;
  }

  async stop(): Promise<void> {
    await this.leave();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Ends the process; its data stay. */
  async leave(): Promise<void> {
    if (this.process.exitCode === null) {
      const ended = once(this.process, "exit");
      this.process.kill("SIGTERM");
      const isSlow = await Promise.race([ended.then(() => false), pause(5000, true)]);
      if (isSlow) this.process.kill("SIGKILL");
    }
  }

  private get(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(5000) });
  }
}
