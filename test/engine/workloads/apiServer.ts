/**
 * A real API server with its store and controllers on the loopback interface, and no node: objects are kept, checked
 * and collected as in any cluster, but no pod ever runs. Made of what the lab's toolchain has built; needs no root.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultKubernetesVersion, releaseOf } from "../../../infra/versions";
import { freePort } from "../../../lab/processes";
import { kubernetesComponent } from "../../../lab/supply/toolchain/components";
import { builtProgram } from "../../support/builtProgram";
import { kubeconfigOf } from "../../support/workloads/kubeconfig";

const startLimitMs = 90_000;

/** The toolchain's components of the default Kubernetes. */
const components = {
  kubernetes: kubernetesComponent(defaultKubernetesVersion),
  etcd: `etcd-${releaseOf(defaultKubernetesVersion).etcd.split("-")[0] ?? ""}`,
};

export class ApiServer {
  private readonly processes: ChildProcess[] = [];
  private said = "";

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly token: string,
  ) {}

  /**
   * @param more arguments of the API server
   * @throws Error with what the processes said when they do not come up
   */
  static async start(more: readonly string[] = []): Promise<ApiServer> {
    const folder = await mkdtemp(join(tmpdir(), "perigee-api-"));
    const server = new ApiServer(folder, await freePort(), randomBytes(16).toString("hex"));
    try {
      await server.launch(more);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Certificates (PEM) by which the API server is verified at 127.0.0.1. */
  get authority(): string {
    return join(this.folder, "certs", "apiserver.crt");
  }

  get kubeconfig(): string {
    return kubeconfigOf(`https://127.0.0.1:${this.port}`, this.token);
  }

  async stop(): Promise<void> {
    for (const child of this.processes.reverse()) await ended(child);
    this.processes.length = 0;
    await rm(this.folder, { recursive: true, force: true });
  }

  private async launch(more: readonly string[]): Promise<void> {
    const [clientPort, peerPort] = [await freePort(), await freePort()];
    const etcd = `http://127.0.0.1:${clientPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    this.run(components.etcd, "etcd", [
      `--data-dir=${join(this.folder, "etcd")}`,
      ...[`--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`],
      ...[
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=default=${peer}`,
      ],
      "--unsafe-no-fsync",
    ]);
    const key = await this.serviceAccountKey();
    const tokens = await this.file("tokens.csv", `${this.token},admin,admin,system:masters\n`);
    this.run(components.kubernetes, "kube-apiserver", [
      ...[
        "--bind-address=127.0.0.1",
        `--secure-port=${this.port}`,
        `--cert-dir=${join(this.folder, "certs")}`,
      ],
      ...[`--etcd-servers=${etcd}`, `--token-auth-file=${tokens}`, "--authorization-mode=RBAC"],
      ...["--service-cluster-ip-range=10.96.0.0/16", "--service-account-issuer=https://test"],
      ...[`--service-account-key-file=${key}`, `--service-account-signing-key-file=${key}`],
      ...more,
    ]);
    await this.untilReady();
    const kubeconfig = await this.file("kubeconfig", this.kubeconfig);
    this.run(components.kubernetes, "kube-controller-manager", [
      ...[`--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--secure-port=0"],
      ...[`--service-account-private-key-file=${key}`, "--use-service-account-credentials=false"],
    ]);
  }

  private run(component: string, file: string, args: readonly string[]): void {
    const program = builtProgram(component, file);
    if (program === undefined) throw new Error(`${file} is not built`);
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.said = (this.said + text).slice(-4000);
    });
    this.processes.push(child);
  }

  private async untilReady(): Promise<void> {
    const limit = Date.now() + startLimitMs;
    while (!(await this.answers())) {
      if (Date.now() > limit) throw new Error(`the API server did not come up:\n${this.said}`);
      await sleep(500);
    }
  }

  private async answers(): Promise<boolean> {
    const { request } = await import("node:https");
    return new Promise((resolve) => {
      const headers = { authorization: `Bearer ${this.token}` };
      const url = `https://127.0.0.1:${this.port}/readyz`;
      request(url, { headers, rejectUnauthorized: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      })
        .on("error", () => resolve(false))
        .end();
    });
  }

  private async serviceAccountKey(): Promise<string> {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    return this.file("service-account.key", privateKey.export({ type: "pkcs1", format: "pem" }).toString());
  }

  private async file(name: string, content: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await exit;
  clearTimeout(timer);
}
