import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import {
  ApiregistrationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type V1APIService,
  type V1Deployment,
  type V1Secret,
} from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import { defaultKubernetesVersion } from "../../../infra/versions";
import { freePort } from "../../../lab/processes";
import { kubernetesComponent } from "../../../lab/supply/toolchain/components";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { metricsServerRelease, metricsServerValues } from "../../../workloads/platform/metricsServer/values";
import { Authority, type Pair } from "../../support/authority";
import { builtProgram } from "../../support/builtProgram";
import { onPath } from "../../support/infra/tools";
import { ApiServer } from "./apiServer";

const programs = {
  helm: builtProgram("helm", "helm"),
  metricsServer: builtProgram("metrics-server", "metrics-server"),
  apiServer: builtProgram(kubernetesComponent(defaultKubernetesVersion), "kube-apiserver"),
};
const isBuilt = Object.values(programs).every((program) => program !== undefined) && onPath("openssl");
const api = { group: "metrics.k8s.io", version: "v1beta1", plural: "nodes" };
const apiService = `${api.version}.${api.group}`;

/** What a kubelet says of its machine: one core busy, 512 MiB used. */
function resourceMetrics(): string {
  const now = Date.now();
  return [
    "# TYPE node_cpu_usage_seconds_total counter",
    `node_cpu_usage_seconds_total ${now / 1000} ${now}`,
    "# TYPE node_memory_working_set_bytes gauge",
    `node_memory_working_set_bytes ${512 * 2 ** 20} ${now}`,
    "",
  ].join("\n");
}

/** Real programs: the API server and metrics-server that the lab runs, with the arguments of its chart; kubelets are played. */
(isBuilt ? describe : describe.skip)("metrics-server with a real API server", function () {
  this.timeout(240_000);
  let folder: string;
  let server: ApiServer;
  let config: KubeConfig;
  let process: ChildProcess;
  let said = "";
  const kubelets: Server[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-metrics-"));
    const cluster = await Authority.made(join(folder, "cluster"));
    const stranger = await Authority.made(join(folder, "stranger"));
    server = await ApiServer.start(await aggregation(cluster));
    config = new KubeConfig();
    config.loadFromString(server.kubeconfig);
    await node("known", await cluster.signed("known", "IP:127.0.0.1"));
    await node("unsigned", await stranger.signed("unsigned", "IP:127.0.0.1"));
    await node("renumbered", await cluster.signed("renumbered", "IP:192.0.2.1"));
    await serve(cluster.own.certificate);
  });
  after(async () => {
    process.kill("SIGKILL");
    for (const kubelet of kubelets) {
      kubelet.closeAllConnections();
      kubelet.close();
    }
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Arguments by which an API server says who it is to what it passes requests on to, as kubeadm gives them. */
  async function aggregation(authority: Authority): Promise<string[]> {
    const { certificate, key } = await authority.signed("front-proxy-client", "DNS:front-proxy-client");
    return [
      ...[`--proxy-client-cert-file=${certificate}`, `--proxy-client-key-file=${key}`],
      ...[
        `--client-ca-file=${authority.own.certificate}`,
        `--requestheader-client-ca-file=${authority.own.certificate}`,
      ],
      "--requestheader-allowed-names=front-proxy-client",
      ...["--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group"],
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    ];
  }

  /** A Node, and its kubelet's server with this certificate. */
  async function node(name: string, { certificate, key }: Pair): Promise<void> {
    const kubelet = createServer(
      { cert: await readFile(certificate), key: await readFile(key) },
      (request, response) => {
        if (request.url !== "/metrics/resource") response.writeHead(404);
        response.end(request.url === "/metrics/resource" ? resourceMetrics() : "");
      },
    ).listen(0, "127.0.0.1");
    await once(kubelet, "listening");
    kubelets.push(kubelet);
    const { port } = kubelet.address() as AddressInfo;
    await config.makeApiClient(CoreV1Api).createNode({
      body: {
        metadata: { name },
        status: {
          // metrics-server tells of a failure only where the node is Ready.
          conditions: [{ type: "Ready", status: "True" }],
          addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
          daemonEndpoints: { kubeletEndpoint: { Port: port } },
        },
      },
    });
  }

  /** What the chart makes with Perigee's values, by kind. */
  async function rendered<T>(kind: string): Promise<T> {
    const values = join(folder, "values.json");
    await writeFile(values, JSON.stringify(metricsServerValues(2)));
    const chart = join(repositoryRoot, "lab/supply/chart/metrics-server");
    const { name, namespace } = metricsServerRelease;
    const args = ["template", name, chart, "--namespace", namespace, "--values", values];
    text ||= (await promisify(execFile)(programs.helm ?? "", args)).stdout;
    const found = parseAllDocuments(text)
      .map((document) => document.toJS() as { kind: string } | null)
      .find((object) => object?.kind === kind);
    return found as T;
  }
  /** Rendered once: each time it has another certificate. */
  let text = "";

  /** Starts metrics-server as the chart does, and registers its API as the chart does, behind a name of this machine. */
  async function serve(clusterAuthority: string): Promise<void> {
    const port = await freePort();
    const { data = {} } = await rendered<V1Secret>("Secret");
    const certificates = join(folder, "tls-certs");
    await mkdir(certificates);
    for (const [file, content] of Object.entries(data)) {
      await writeFile(join(certificates, file), Buffer.from(content, "base64"));
    }
    const kubeconfig = join(folder, "kubeconfig");
    // With an authority: without one, metrics-server would verify no kubelet either.
    const cluster = { ...config.clusters[0], skipTLSVerify: false, caFile: server.authority };
    const verifying = new KubeConfig();
    verifying.loadFromOptions({ ...config, clusters: [cluster], currentContext: config.currentContext });
    await writeFile(kubeconfig, verifying.exportConfig(), { mode: 0o600 });

    const { spec } = await rendered<V1Deployment>("Deployment");
    const args = (spec?.template.spec?.containers[0]?.args ?? []).map((argument) =>
      argument
        .replace("--secure-port=10250", `--secure-port=${port}`)
        .replace("/tmp/tls-certs", certificates)
        .replace(/^(--kubelet-certificate-authority)=.*/, `$1=${clusterAuthority}`),
    );
    const asked = ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"];
    process = spawn(
      programs.metricsServer ?? "",
      [...args, ...asked.map((flag) => `--${flag}=${kubeconfig}`), "--bind-address=127.0.0.1"],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    process.stderr?.setEncoding("utf8").on("data", (more: string) => (said = (said + more).slice(-200_000)));

    const service = { name: "metrics-server", namespace: metricsServerRelease.namespace };
    await config.makeApiClient(CoreV1Api).createNamespacedService({
      namespace: service.namespace,
      body: { metadata: { name: service.name }, spec: { type: "ExternalName", externalName: "localhost" } },
    });
    const body = await rendered<V1APIService>("APIService");
    if (body.spec?.service) body.spec.service.port = port;
    await config.makeApiClient(ApiregistrationV1Api).createAPIService({ body });
  }

  /** Nodes of which the API server gives metrics. */
  async function measured(): Promise<string[]> {
    const list = (await config.makeApiClient(CustomObjectsApi).listClusterCustomObject(api)) as {
      items: readonly { metadata: { name: string }; usage: { memory: string } }[];
    };
    return list.items.map(({ metadata, usage }) => `${metadata.name} ${usage.memory}`);
  }

  /** Result of `measured`, once it is what `expected` says. */
  async function eventually(expected: (found: string[] | Error) => boolean): Promise<string[] | Error> {
    const limit = Date.now() + 120_000;
    for (;;) {
      const found = await measured().catch((error: unknown) => error as Error);
      if (expected(found)) return found;
      if (Date.now() > limit) throw new Error(`${String(found)}\n${said.slice(-4_000)}`);
      await sleep(1_000);
    }
  }

  it("gives, through an API server that verifies it, what kubelets say that it verifies, and of no others", async () => {
    const found = await eventually((nodes) => Array.isArray(nodes) && nodes.length > 0);
    assert.deepEqual(found, ["known 512Mi"]);
    const reasonOf = (name: string): string =>
      said.split("\n").find((line) => line.includes("Failed to scrape node") && line.includes(`"${name}"`)) ??
      "";
    assert.match(reasonOf("unsigned"), /x509: certificate signed by unknown authority/);
    assert.match(reasonOf("renumbered"), /x509: certificate is valid for 192\.0\.2\.1, not 127\.0\.0\.1/);
  });

  it("is not asked by an API server that trusts another certificate", async () => {
    const registration = config.makeApiClient(ApiregistrationV1Api);
    const registered = await registration.readAPIService({ name: apiService });
    const other = await readFile(join(folder, "stranger", "ca.crt"));
    if (registered.spec) registered.spec.caBundle = other.toString("base64");
    await registration.replaceAPIService({ name: apiService, body: registered });
    const refused = await eventually((nodes) => nodes instanceof Error);
    assert.match(String(refused), /503|unavailable/i);
  });
});
