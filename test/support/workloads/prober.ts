/** A real prober (Debian's blackbox_exporter) on loopback, with Perigee's configuration. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answering, freePort } from "../../../lab/processes";
import { addressOf } from "../../../workloads/probes/address";
import { configFile, proberFiles } from "../../../workloads/probes/modules";
import type { ProbeSettings } from "../../../workloads/probes/settings";
import { debianProgram } from "../debianProgram";

const program = "prometheus-blackbox-exporter";

export class Prober {
  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  static async start(probes: readonly ProbeSettings[]): Promise<Prober> {
    const folder = await mkdtemp(join(tmpdir(), "perigee-prober-"));
    for (const [name, text] of Object.entries(proberFiles(probes, folder))) {
      await writeFile(join(folder, name), text);
    }
    const port = await freePort();
    const args = [
      `--config.file=${join(folder, configFile)}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ];
    const child = spawn(await debianProgram(program, program), args, { stdio: "inherit" });
    const prober = new Prober(folder, child, port);
    const problem = await answering({ address: "127.0.0.1", port }, 20_000);
    if (problem === undefined) return prober;
    await prober.stop();
    throw new Error(problem);
  }

  /** Values of the series by their names, as Prometheus would get them for this probe's object. */
  async ask({ name, url }: ProbeSettings): Promise<Readonly<Record<string, number>>> {
    const query = new URLSearchParams({ module: name, target: addressOf(url).target });
    const answer = await fetch(`http://127.0.0.1:${this.port}/probe?${query.toString()}`);
    const lines = (await answer.text()).split("\n").filter((line) => /^probe_\w+ /.test(line));
    return Object.fromEntries(
      lines.map((line) => {
        const [metric = "", value] = line.split(" ");
        return [metric, Number(value)];
      }),
    );
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.kill()) await once(this.child, "exit");
    await rm(this.folder, { recursive: true, force: true });
  }
}
