/** amtool of Debian's Alertmanager: what Alertmanager says of a configuration, and what it makes of a template. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { AlertmanagerConfig } from "../../../workloads/alerting/alertmanagerConfig";
import { debianProgram } from "../debianProgram";

const run = promisify(execFile);

export class Amtool {
  private constructor(
    private readonly program: string,
    private readonly folder: string,
  ) {}

  static async open(): Promise<Amtool> {
    const program = await debianProgram("prometheus-alertmanager", "amtool");
    return new Amtool(program, await mkdtemp(join(tmpdir(), "perigee-amtool-")));
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** @throws Error with amtool's words when Alertmanager would not load the configuration */
  async check(config: AlertmanagerConfig): Promise<void> {
    await run(this.program, ["check-config", await this.file("config.yaml", stringify(config))]);
  }

  /** Text of a template for alerts that have these labels and annotations in common. */
  async render(template: unknown, { alerts, common }: Notification): Promise<string> {
    const firing = alerts.map((annotations) => ({ status: "firing", labels: common, annotations }));
    const data = { status: "firing", alerts: firing, commonLabels: common, commonAnnotations: {} };
    const { stdout } = await run(this.program, [
      ...["template", "render", `--template.text=${String(template)}`],
      `--template.glob=${await this.file("none.tmpl", '{{ define "none" }}{{ end }}')}`,
      `--template.data=${await this.file("data.json", JSON.stringify(data))}`,
    ]);
    return stdout;
  }

  private async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text);
    return path;
  }
}

export interface Notification {
  /** Annotations of each alert. */
  readonly alerts: readonly Readonly<Record<string, string>>[];
  /** Labels that all of them have. */
  readonly common: Readonly<Record<string, string>>;
}
