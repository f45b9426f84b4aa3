/**
 * The lab's dashboard viewer as the cluster runs it, on loopback: its built server and page, with Perigee's dashboards,
 * a real Prometheus with the rules, the exporter and a simulated spacecraft in mode SAFE.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dashboardFiles, homeDashboardFile } from "../../../dashboards";
import { ensureViewer } from "../../../lab/supply/viewer/build";
import { loadDictionary } from "../../../telemetry/dictionary";
import { ruleFile } from "../../../telemetry/rules";
import { TelemetryProcess } from "../telemetry/exporterProcess";
import { PrometheusServer } from "../telemetry/prometheusServer";

const job = "perigee-telemetry";
const loopback = "127.0.0.1";

export class ViewedDashboards {
  private constructor(
    readonly url: string,
    private readonly server: ChildProcess,
    private readonly folder: string,
    private readonly parts: readonly { stop(): Promise<void> }[],
  ) {}

  /** @param more dashboards in addition to Perigee's */
  static async start(more: readonly { uid: string }[]): Promise<ViewedDashboards> {
    const viewer = await ensureViewer(() => undefined);
    const exporter = TelemetryProcess.start(
      ...["serve", "--http-port", "0", "--http-host", loopback, "--udp-port", "0", "--udp-host", loopback],
    );
    const { http, udp } = await exporter.said("serving");
    const target = ["--target", `${loopback}:${String(udp)}`];
    const simulator = TelemetryProcess.start("simulate", ...target, "--scenario", "safe-mode");
    const dictionary = loadDictionary();
    const prometheus = await PrometheusServer.start(Number(http), job, ruleFile(dictionary, { job }));
    const folder = await mkdtemp(join(tmpdir(), "perigee-viewer-"));
    for (const { file, json } of dashboardFiles(dictionary)) await writeFile(join(folder, file), json);
    for (const one of more) await writeFile(join(folder, `${one.uid}.json`), JSON.stringify(one));
    const { server, url } = await startServer(viewer.server, {
      ...{ PORT: "0", HOST: loopback, PAGE_FOLDER: viewer.page, DASHBOARDS_FOLDER: folder },
      ...{ PROMETHEUS_URL: prometheus.url, SCRAPE_INTERVAL: "1s", HOME_DASHBOARD: `/x/${homeDashboardFile}` },
    });
    const safe = "the spacecraft is in mode SAFE, for three samples of every packet";
    await prometheus.until(safe, 60, async () => {
      const since = await prometheus.value("sum_over_time((bus_attitude_mode == bool 0)[30s:1s])");
      return since !== undefined && since >= 10;
    });
    return new ViewedDashboards(url, server, folder, [simulator, exporter, prometheus]);
  }

  /** Resident memory of the viewer's server in MiB. */
  async memoryMiB(): Promise<number> {
    const status = await readFile(`/proc/${this.server.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }

  /** Exit code of the server after SIGTERM. */
  async end(): Promise<number | null> {
    if (this.server.exitCode !== null) return this.server.exitCode;
    const ended = once(this.server, "exit");
    this.server.kill("SIGTERM");
    const [code] = (await ended) as [number | null];
    return code;
  }

  async stop(): Promise<void> {
    await Promise.all([this.end(), ...this.parts.map((part) => part.stop())]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function startServer(
  program: string,
  env: NodeJS.ProcessEnv,
): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  for await (const piece of server.stdout as AsyncIterable<Buffer>) {
    said += piece.toString();
    const address = /listening on ([\d.:]+)/.exec(said)?.[1];
    if (address !== undefined) return { server, url: `http://${address}` };
  }
  throw new Error(`the viewer's server did not start: ${said}`);
}
