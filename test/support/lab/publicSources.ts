/**
 * The public sources of released parts, as far as a lab test needs them: their names lead to a server on this machine,
 * which gives out the lab's own packages, images, chart and Pulumi CLI under their released names, by HTTPS with an
 * authority of the test. Only commands run with {@link PublicSources.inside} see these names.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import serveStatic from "serve-static";
import { defaultKubernetesVersion } from "../../../infra/versions";
import { run } from "../../../lab/command";
import { answering, freePort } from "../../../lab/processes";
import { npmPrograms } from "../../../lab/settings";
import { prepareSupply } from "../../../lab/supply";
import { ensureLabCharts } from "../../../lab/supply/chart/build";
import { defaultContainerd } from "../../../lab/supply/containerd";
import { registryConfiguration, registryEnvironment } from "../../../lab/supply/images/registry";
import { ensureMachineImageParts } from "../../../lab/supply/machineImage/image";
import { allBuilt, metricsServerArchive } from "../../../lab/supply/sources";
import { buildToolchain, program } from "../../../lab/supply/toolchain/build";
import { testedCharts } from "../../../workloads/settings/chart";
import { writePulumiReleases } from "./pulumiReleases";

/** TEST-NET-2, on the loopback interface. */
const address = "198.51.100.80";
const registries = ["registry.k8s.io", "ghcr.io", "quay.io", "docker.io", "registry-1.docker.io"];
const chartHosts = ["kubernetes-sigs.github.io", "github.com"];
const names = ["pkgs.k8s.io", "get.pulumi.com", ...chartHosts, ...registries];
const silent = (): void => undefined;

export class PublicSources {
  /** Every request, as `host path`. */
  readonly asked: string[] = [];
  private readonly processes: ChildProcess[] = [];
  private server: Server | undefined;
  private packages = "";
  private registry = 0;

  private constructor(private readonly folder: string) {}

  static async start(): Promise<PublicSources> {
    const sources = new PublicSources(await mkdtemp(join(tmpdir(), "perigee-sources-")));
    try {
      await sources.open();
    } catch (error) {
      await sources.stop();
      throw error;
    }
    return sources;
  }

  /** Command before another one, which then resolves the names as the machines do. */
  get inside(): readonly string[] {
    const [namespace] = this.processes;
    return ["nsenter", "--mount", `--target=${namespace?.pid}`, `--wd=${process.cwd()}`];
  }

  /** Variables by which the lab and what it starts trust the authority, find no Go, and have nothing built. */
  get environment(): Readonly<Record<string, string>> {
    const authority = join(this.folder, "ca.pem");
    return {
      PATH: `${npmPrograms}:/usr/sbin:/usr/bin:/sbin:/bin`,
      XDG_CACHE_HOME: join(this.folder, "cache"),
      PERIGEE_LAB_CA: authority,
      NODE_EXTRA_CA_CERTS: authority,
      SSL_CERT_FILE: authority,
      LAB_SOURCES: "released",
    };
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
    for (const child of this.processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    await run("ip", ["address", "delete", `${address}/32`, "dev", "lo"]).catch(silent);
    await rm(this.folder, { recursive: true, force: true });
  }

  private async open(): Promise<void> {
    await run("ip", ["address", "replace", `${address}/32`, "dev", "lo"]);
    await this.openNames();
    await this.certificates();
    await this.openRegistry();
    await writePulumiReleases(join(this.folder, "pulumi"));
    await this.listen();
  }

  /** A resolver, and a mount namespace whose resolv.conf names it. */
  private async openNames(): Promise<void> {
    const resolv = join(this.folder, "resolv.conf");
    await writeFile(resolv, `nameserver ${address}\n`);
    const upstream = [...(await readFile("/etc/resolv.conf", "utf8")).matchAll(/^nameserver (\S+)/gm)];
    const script = 'mount --bind "$1" /etc/resolv.conf && exec sleep infinity';
    this.start("unshare", ["--mount", "sh", "-c", script, "sh", resolv]);
    this.start("dnsmasq", [
      "--keep-in-foreground",
      "--conf-file=/dev/null",
      "--no-hosts",
      "--no-resolv",
      "--bind-interfaces",
      `--listen-address=${address}`,
      ...names.map((name) => `--address=/${name}/${address}`),
      ...upstream.map(([, server = ""]) => `--server=${server}`),
    ]);
    await answering({ address, port: 53 }, 10_000);
  }

  private start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
    const pdeath = ["--pdeathsig", "KILL", command, ...args];
    this.processes.push(spawn("setpriv", pdeath, { stdio: "ignore", env }));
  }

  private async certificates(): Promise<void> {
    const openssl = (...args: string[]): Promise<string> => run("openssl", args, { cwd: this.folder });
    const fresh = ["-newkey", "rsa:2048", "-nodes"];
    const authority = ["-subj", "/CN=Perigee test", "-addext", "basicConstraints=critical,CA:TRUE"];
    await openssl(
      "req",
      "-x509",
      ...fresh,
      "-days",
      "2",
      ...authority,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
    );
    await openssl("req", ...fresh, "-subj", "/CN=sources", "-keyout", "key.pem", "-out", "request.pem");
    const alternatives = names.map((name) => `DNS:${name}`).join(",");
    await writeFile(join(this.folder, "names"), `subjectAltName=${alternatives}\n`);
    const signed = [
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      "names",
    ];
    await openssl("x509", "-req", "-in", "request.pem", ...signed, "-out", "cert.pem");
  }

  /** The lab's images and charts of its registry, under their released names. */
  private async openRegistry(): Promise<void> {
    const demand = {
      kubernetesVersions: [defaultKubernetesVersion],
      sources: allBuilt,
      containerd: defaultContainerd,
    };
    const supply = await prepareSupply(demand, silent);
    this.packages = supply.packageRepository;
    const storage = join(this.folder, "images");
    await cp(supply.images ?? "", storage, { recursive: true });
    this.registry = await freePort();
    const { registryProgram } = await ensureMachineImageParts(silent);
    const environment = registryEnvironment(storage, `127.0.0.1:${this.registry}`);
    this.start(registryProgram, ["serve", registryConfiguration], environment);
    await answering({ address: "127.0.0.1", port: this.registry }, 15_000);
    const charts = await ensureLabCharts(silent);
    await this.pushChart(charts.stack, testedCharts.stack);
    await this.pushChart(charts.definitions, testedCharts.definitions);
    await this.listChart(charts.metricsServer);
  }

  private async pushChart(
    chart: string,
    { reference, version }: { reference: string; version: string },
  ): Promise<void> {
    const archive = await this.packaged(chart, reference.split("/").at(-1) ?? "", version, this.folder);
    const target = reference
      .replace("oci://ghcr.io", `oci://127.0.0.1:${this.registry}`)
      .replace(/\/[^/]+$/, "");
    await this.helm("push", archive, target, "--plain-http");
  }

  /** metrics-server's chart, where its repository's list says that the archive is. */
  private async listChart(chart: string): Promise<void> {
    const { reference, version } = testedCharts.metricsServer;
    const folder = this.chartRepository;
    await this.packaged(chart, reference, version, folder);
    await this.helm("repo", "index", folder, "--url", metricsServerArchive.replace(/\/[^/]+$/, ""));
  }

  /** Archive of the lab's edition of a chart under the original's version. */
  private async packaged(chart: string, name: string, version: string, folder: string): Promise<string> {
    const own = join(this.folder, "charts", name);
    await cp(chart, own, { recursive: true });
    const values = await readFile(join(own, "values.yaml"), "utf8");
    // The viewer's image is the lab's alone: here it is one of docker.io's.
    await writeFile(join(own, "values.yaml"), values.replaceAll("perigee.invalid/", "docker.io/"));
    await this.helm("package", own, "--version", version, "--destination", folder);
    return join(folder, `${name}-${version}.tgz`);
  }

  private async helm(...args: string[]): Promise<void> {
    await run(program(await buildToolchain(["helm"], silent), "helm"), args);
  }

  private get chartRepository(): string {
    return join(this.folder, "chart-repository");
  }

  private async listen(): Promise<void> {
    const packages = serveStatic(this.packages);
    const pulumi = serveStatic(join(this.folder, "pulumi"));
    const charts = serveStatic(this.chartRepository);
    const pem = (name: string): Promise<Buffer> => readFile(join(this.folder, name));
    this.server = createServer(
      { key: await pem("key.pem"), cert: await pem("cert.pem") },
      (incoming, response) => {
        const { host = "", ...headers } = incoming.headers;
        const path = decodeURIComponent(incoming.url ?? "");
        this.asked.push(`${host} ${path}`);
        const missing = (): void => void response.writeHead(404).end();
        if (host === "pkgs.k8s.io") {
          incoming.url = path.replace("/core:/stable:", "").replaceAll("+", "%2b");
          packages(incoming, response, missing);
        } else if (host === "get.pulumi.com") {
          if (path === "/") response.end();
          else pulumi(incoming, response, missing);
        } else if (chartHosts.includes(host)) {
          incoming.url = `/${basename(path)}`; // the list, or the archive that it names
          charts(incoming, response, missing);
        } else {
          const to = {
            host: "127.0.0.1",
            port: this.registry,
            path: incoming.url,
            method: incoming.method,
            headers,
          };
          const passed = request(to, (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(response);
          });
          passed.once("error", () => response.destroy());
          incoming.pipe(passed);
        }
      },
    );
    this.server.listen(443, address);
    await once(this.server, "listening");
  }
}
