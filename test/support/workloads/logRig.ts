/** A real log collector and a real store on loopback, with Perigee's configuration and a node's folders of logs. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answering, freePort } from "../../../lab/processes";
import { collectorConfig } from "../../../workloads/logging/collectorConfig";

/** Paths of the programs. */
export interface LogPrograms {
  readonly collector: string;
  readonly store: string;
}

export type LogRecord = Readonly<Record<string, string>>;

export interface PodFile {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

const waitLimitMs = 120_000;

export class LogRig {
  private collectorProcess: ChildProcess | undefined;
  private storeProcess: ChildProcess | undefined;
  private pageProcess: ChildProcess | undefined;
  private said = "";

  private constructor(
    private readonly programs: LogPrograms,
    readonly folder: string,
    private readonly storePort: number,
  ) {}

  static async make(programs: LogPrograms): Promise<LogRig> {
    return new LogRig(programs, await mkdtemp(join(tmpdir(), "perigee-logs-")), await freePort());
  }

  get storeUrl(): string {
    return `http://127.0.0.1:${this.storePort}`;
  }

  async startStore(): Promise<ChildProcess> {
    const address = `127.0.0.1:${this.storePort}`;
    this.storeProcess = this.run(this.programs.store, [
      `-storageDataPath=${join(this.folder, "store")}`,
      `-httpListenAddr=${address}`,
    ]);
    await this.up(this.storePort);
    return this.storeProcess;
  }

  async startCollector(): Promise<ChildProcess> {
    const config = join(this.folder, "collector.yaml");
    const destination = {
      url: `${this.storeUrl}/insert/opentelemetry/v1/logs`,
      headers: { "VL-Stream-Fields": "source,namespace,pod,container,node,unit" },
    };
    await writeFile(
      config,
      collectorConfig(
        { cluster: "orbit", bufferMiB: 64, namespace: "monitoring", destination, retentionDays: 2 },
        {
          ...{ logs: join(this.folder, "log"), hasJournal: false, state: join(this.folder, "state") },
          ...{ address: "127.0.0.1", healthPort: await freePort(), metricsPort: await freePort() },
        },
      ),
    );
    this.collectorProcess = this.run(this.programs.collector, [`--config=${config}`]);
    return this.collectorProcess;
  }

  /** The page for people in front of the store, on its port: with these arguments beside the addresses. */
  async startPage(args: readonly string[]): Promise<number> {
    const port = await freePort();
    const own = [`-storageNode=127.0.0.1:${this.storePort}`, `-httpListenAddr=127.0.0.1:${port}`];
    this.pageProcess = this.run(this.programs.store, [...own, ...args]);
    await this.up(port);
    return port;
  }

  stopStore = async (): Promise<void> => ended(this.storeProcess, "SIGTERM");
  stopCollector = async (): Promise<void> => ended(this.collectorProcess, "SIGTERM");
  killCollector = async (): Promise<void> => ended(this.collectorProcess, "SIGKILL");

  async stop(): Promise<void> {
    await this.stopCollector();
    await ended(this.pageProcess, "SIGTERM");
    await this.stopStore();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Path of a container's file, as the kubelet names it. */
  pathOf({ namespace, pod, container }: PodFile): string {
    return join(
      this.folder,
      "log/pods",
      `${namespace}_${pod}_0b1c2d3e-0000-0000-0000-000000000000`,
      container,
      "0.log",
    );
  }

  /** Writes lines as a container's runtime does. */
  async log(file: PodFile, lines: readonly string[], stream = "stdout"): Promise<void> {
    const written = lines.map((line) => `${new Date().toISOString()} ${stream} F ${line}\n`);
    await this.write(this.pathOf(file), written.join(""));
  }

  /** Appends to a file below the node's folder of logs. */
  async write(path: string, text: string): Promise<void> {
    const whole = path.startsWith("/") ? path : join(this.folder, "log", path);
    await mkdir(dirname(whole), { recursive: true });
    await appendFile(whole, text);
  }

  /** Records that a query finds. */
  async find(query: string): Promise<LogRecord[]> {
    const answer = await this.ask("query", query);
    return answer
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LogRecord);
  }

  /** Results of a query that ends in `stats`, by their labels. */
  async stats(query: string): Promise<{ readonly labels: LogRecord; readonly value: number }[]> {
    const { data } = JSON.parse(await this.ask("stats_query", query)) as {
      data: { result: { metric: LogRecord; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value: [, text] }) => {
      const labels = Object.fromEntries(Object.entries(metric).filter(([name]) => name !== "__name__"));
      return { labels, value: Number(text) };
    });
  }

  /** Records of a query, once there are so many. @throws Error with what there was when they do not come */
  async await(query: string, count: number): Promise<LogRecord[]> {
    const until = Date.now() + waitLimitMs;
    for (;;) {
      const found = await this.find(query);
      if (found.length >= count) return found;
      if (Date.now() > until) {
        throw new Error(`${found.length} of ${count} records for ${query}\n${this.said}`);
      }
      await sleep(200);
    }
  }

  private async ask(path: string, query: string): Promise<string> {
    const body = new URLSearchParams({ query });
    const answer = await fetch(`${this.storeUrl}/select/logsql/${path}`, {
      method: "POST",
      body,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${query}: ${answer.status} ${text}`);
    return text;
  }

  private run(program: string, args: readonly string[]): ChildProcess {
    const env = { ...process.env, NODE_NAME: "orbit-default-1" };
    const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    child.stderr
      ?.setEncoding("utf8")
      .on("data", (more: string) => (this.said = (this.said + more).slice(-20_000)));
    return child;
  }

  private async up(port: number): Promise<void> {
    const problem = await answering({ address: "127.0.0.1", port }, waitLimitMs);
    if (problem !== undefined) throw new Error(`${problem}\n${this.said}`);
  }
}

async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}
