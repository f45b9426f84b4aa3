/**
 * Images of stack 2 in the lab, under the names in the lab's charts and settings: from Go modules, Prometheus' page,
 * and the Node that npm installed, with the dashboard viewer and without.
 */
import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { gatewayNames } from "../../../workloads/access/gateway/names";
import { defaultNodeImage } from "../../../workloads/config";
import { jobNames } from "../../../workloads/jobs/names";
import { loggingNames } from "../../../workloads/logging/names";
import { policyEngineNames } from "../../../workloads/platform/networkPolicies/names";
import { proberNames } from "../../../workloads/probes/names";
import { run } from "../../command";
import type { ImageDefinition, ImageFile } from "../images/definitions";
import { librariesOf } from "../images/nodeTools";
import { pageFolder } from "../prometheusPage/build";
import { program, type Programs } from "../toolchain/build";
import type { BuiltViewer } from "../viewer/build";

/** What {@link monitoringImages} are made from. Paths are absolute. */
export interface ImageSources {
  readonly programs: Programs;
  /** What `ensurePrometheusPage` returned. */
  readonly page: string;
  readonly viewer: BuiltViewer;
  /** The pinned Node: `realpath node_modules/.bin/node`. */
  readonly node: string;
}

/** Images in addition to the cluster's own, for `ensureImages`. */
export async function monitoringImages(from: ImageSources): Promise<ImageDefinition[]> {
  const pageFiles = await filesBelow(from.page, pageFolder);
  const alone = await nodeImage(from.node);
  return [...operatorImages(from.programs, pageFiles), alone, await viewerImage(alone, from.viewer)];
}

/** Images of stack 2 that consist of built programs, Prometheus' with its page. */
export function operatorImages(programs: Programs, pageFiles: readonly ImageFile[] = []): ImageDefinition[] {
  const single = (
    reference: string,
    name: string,
    target: string,
    more: readonly ImageFile[] = [],
  ): ImageDefinition => ({
    reference,
    files: [{ source: program(programs, name), target }, ...more],
    entrypoint: [target],
  });
  const { operator, reloader, prometheus, alertmanager, nodeExporter } = references;
  const { kubeStateMetrics, metricsServer, prober, jobGateway, logCollector, logStore, logRules } =
    references;
  const { policyEngine, gateway, signOn } = references;
  return [
    single(operator, "prometheus-operator", "/bin/operator"),
    single(reloader, "prometheus-config-reloader", "/bin/prometheus-config-reloader"),
    single(prometheus, "prometheus", "/bin/prometheus", pageFiles),
    single(alertmanager, "alertmanager", "/bin/alertmanager"),
    single(nodeExporter, "node-exporter", "/bin/node_exporter"),
    single(kubeStateMetrics, "kube-state-metrics", "/kube-state-metrics"),
    single(metricsServer, "metrics-server", "/metrics-server"),
    single(prober, "prober", "/bin/blackbox_exporter"),
    single(jobGateway, "job-gateway", "/bin/pushgateway"),
    single(logCollector, "log-collector", "/otelcol-k8s"),
    single(logStore, "log-store", "/victoria-logs-prod"),
    single(logRules, "log-rules", "/vmalert-prod"),
    single(gateway, "gateway", "/usr/local/bin/traefik"),
    single(signOn, "sign-on", "/bin/oauth2-proxy"),
    {
      ...single(policyEngine, "policy-engine", "/usr/local/bin/kube-router"),
      nodeTools: true,
      policyTools: true,
    },
  ];
}

/** Hosts of the images of stack 2, the original chart's too. */
export const monitoringHosts = ["registry.k8s.io", "quay.io", "docker.io"] as const;

/** Image references, as in the values.yaml of the charts beside this file (a test compares), the prober's, the jobs' gateway's, those of logs, of NetworkPolicies, the pages' gateway and its sign-on. */
export const references = {
  operator: "quay.io/prometheus-operator/prometheus-operator:v0.93.1",
  reloader: "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
  prometheus: "quay.io/prometheus/prometheus:v3.15.0",
  alertmanager: "quay.io/prometheus/alertmanager:v0.31.1",
  nodeExporter: "quay.io/prometheus/node-exporter:v1.12.1-distroless",
  kubeStateMetrics: "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
  metricsServer: "registry.k8s.io/metrics-server/metrics-server:v0.9.0",
  prober: proberNames.image,
  jobGateway: jobNames.image,
  logCollector: loggingNames.collectorImage,
  logStore: loggingNames.storeImage,
  logRules: loggingNames.rulerImage,
  policyEngine: policyEngineNames.image,
  gateway: gatewayNames.image,
  signOn: gatewayNames.signOn.image,
  viewer: "perigee.invalid/lab/dashboards:1",
} as const;

async function nodeImage(node: string): Promise<ImageDefinition> {
  const binary = await realpath(node);
  return {
    reference: defaultNodeImage,
    files: [{ source: binary, target: "/usr/local/bin/node" }, ...(await librariesFor(binary))],
    entrypoint: ["/usr/local/bin/node"],
  };
}

/** Node with the viewer's server and page. */
async function viewerImage(node: ImageDefinition, { server, page }: BuiltViewer): Promise<ImageDefinition> {
  const pageFiles = (await filesBelow(page, "")).map(({ source, target }) => ({
    source,
    target: `${viewerFolder}/page${target}`,
  }));
  return {
    reference: references.viewer,
    files: [...node.files, { source: server, target: `${viewerFolder}/server.js` }, ...pageFiles],
    entrypoint: [...node.entrypoint, `${viewerFolder}/server.js`],
  };
}

/** Where the viewer is in its image; its server finds the page beside itself. */
const viewerFolder = "/viewer";

/** This machine's libraries that the program is linked with. */
async function librariesFor(binary: string): Promise<ImageFile[]> {
  const listed = await run("ldd", [binary]);
  return Promise.all(
    librariesOf(listed).map(async (path) => ({ source: await realpath(path), target: path })),
  );
}

async function filesBelow(tree: string, folder: string): Promise<ImageFile[]> {
  const entries = await readdir(join(tree, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((source) => ({ source, target: source.slice(tree.length) }))
    .sort((one, other) => one.target.localeCompare(other.target));
}
