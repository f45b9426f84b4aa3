/** Values of the metrics-server chart: a pure function of the cluster's size. */
import { leaveDeadNode, onControlPlanes, oneAtATime, overNodes } from "../../pods";
import { testedCharts } from "../../settings/chart";
import { metricsServerSize, resources } from "../../sizes";
import type { MetricsServerValues } from "./chartValues";

/**
 * Release of the chart, in upstream's own namespace for it: a part of the cluster, not of the monitoring. The release's name
 * is nobody else's: one that Helm knows is taken over (docs/adr/0204), and a `metrics-server` may be somebody's own.
 */
export const metricsServerRelease = { name: "perigee-metrics-server", namespace: "kube-system" } as const;

/** Name of the objects that the chart makes. Helm refuses those that are there already and are not the release's. */
const objectName = "metrics-server";

/**
 * The cluster's authority, as every pod has it beside its token: it signs the kubelets' serving certificates
 * (serverTLSBootstrap, docs/adr/0007).
 */
const clusterAuthority = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";

/** As long as the cluster's authorities, which nothing renews either. */
const certificateDays = 3650;

/** Seconds that every kube-proxy has to learn that a pod ends: a second or two, more on a busy control plane. */
const drainSeconds = 10;

/** @param nodes number of the cluster's nodes, control planes included */
export function metricsServerValues(nodes: number): MetricsServerValues {
  return {
    fullnameOverride: objectName,
    image: { tag: testedCharts.metricsServer.release },
    // Helm makes the certificate, the chart puts it into the APIService: the API server verifies what it talks to. Each
    // process would make one of its own else, which nobody can verify. An upgrade keeps the one that is there.
    apiService: { insecureSkipTLSVerify: false },
    tls: { type: "helm", helm: { lookup: true, certDurationDays: certificateDays } },
    replicas: Math.min(2, Math.max(1, nodes)),
    podDisruptionBudget: { enabled: true, ...oneAtATime },
    priorityClassName: "system-cluster-critical",
    // With one worker, the other one is on a control plane.
    tolerations: [onControlPlanes, ...leaveDeadNode],
    topologySpreadConstraints: [overNodes({ "app.kubernetes.io/instance": metricsServerRelease.name })],
    args: [
      `--kubelet-certificate-authority=${clusterAuthority}`,
      // A pod that ends goes on serving until no node sends it anything any more: else the API answers 503 for a moment.
      `--shutdown-delay-duration=${drainSeconds}s`,
    ],
    resources: resources(metricsServerSize(nodes)),
  };
}
