/**
 * An application of your own on a Perigee cluster, as a stack of its own: what runs, who reaches it, what is measured, who is
 * told, and how it grows. Read top to bottom. It needs stack 1's kubeconfig, and nothing of Perigee's code.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

/** What the three ways share is in the chart: Helm reads nothing outside of it. */
const read = (file: string): string => readFileSync(join(__dirname, "../chart/files", file), "utf8");

const config = new pulumi.Config();
const environment =
  config.get<"dev" | "prod">("environment", { allowedValues: ["dev", "prod"] }) ?? ("dev" as const);
const isProduction = environment === "prod";
/** A team's namespace (docs/teams.md), or one that you made. */
const namespace = config.get("namespace") ?? (isProduction ? "flight-dynamics" : "flight-dynamics-test");
/** Part of the plans that fail, from 0 to 1: to see an alert. */
const failRatio = config.getNumber("failRatio", { min: 0, max: 1 }) ?? 0;
const infraStack =
  config.get("infraStack") ?? `${pulumi.getOrganization()}/perigee-infra/${pulumi.getStack()}`;

const infra = new pulumi.StackReference("infra", { name: infraStack });
const provider = new kubernetes.Provider("cluster", {
  kubeconfig: infra.requireOutput("kubeconfig") as pulumi.Output<string>,
});

const name = "planner";
const port = 8080;
const selector = { "app.kubernetes.io/name": name };
const metadata = { name, namespace, labels: { ...selector, environment } };

// What runs.

// Its name has a hash of it, so that another program is another object: the pods are rolled, and the former one goes last.
const source = read("program/planner.js");
const programName = `planner-program-${createHash("sha256").update(source).digest("hex").slice(0, 10)}`;
const program = new kubernetes.core.v1.ConfigMap(
  programName,
  { metadata: { ...metadata, name: programName }, immutable: true, data: { "planner.js": source } },
  { provider },
);

// It asks the Kubernetes API for nothing: an account of its own, without a token in the pod.
const account = new kubernetes.core.v1.ServiceAccount(
  name,
  { metadata, automountServiceAccountToken: false },
  { provider },
);

/** Over nodes as evenly as there is room: where there is one node, all run there. */
const overNodes = {
  maxSkew: 1,
  topologyKey: "kubernetes.io/hostname",
  whenUnsatisfiable: "ScheduleAnyway",
  labelSelector: { matchLabels: selector },
  matchLabelKeys: ["pod-template-hash"],
};

const deployment = new kubernetes.apps.v1.Deployment(
  name,
  {
    metadata,
    spec: {
      // Without `replicas`: one pod, or as many as an autoscaler says.
      selector: { matchLabels: selector },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: selector },
        spec: {
          serviceAccountName: account.metadata.name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            seccompProfile: { type: "RuntimeDefault" },
          },
          ...(isProduction && { topologySpreadConstraints: [overNodes] }),
          containers: [
            {
              name,
              image: "docker.io/library/node:24.21.0-bookworm-slim",
              command: ["node", "/program/planner.js"],
              env: [{ name: "FAIL_RATIO", value: String(failRatio) }],
              ports: [{ name: "http", containerPort: port }],
              readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 2 },
              livenessProbe: {
                httpGet: { path: "/healthz", port: "http" },
                periodSeconds: 10,
                timeoutSeconds: 5,
              },
              resources: {
                requests: { cpu: "50m", memory: "64Mi" },
                limits: { cpu: "500m", memory: "128Mi" },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              volumeMounts: [{ name: "program", mountPath: "/program", readOnly: true }],
            },
          ],
          volumes: [{ name: "program", configMap: { name: program.metadata.name } }],
        },
      },
    },
  },
  { provider },
);

// Who reaches it.

// Its name is the label `job` of the metrics, and what the gateway's route leads to (workloads.yaml).
new kubernetes.core.v1.Service(
  name,
  { metadata, spec: { selector, ports: [{ name: "http", port, targetPort: "http" }] } },
  { provider },
);

const pods = (inNamespace: string, podName: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": inNamespace } },
  podSelector: { matchLabels: { "app.kubernetes.io/name": podName } },
});

// The gateway and Prometheus come in; it asks nobody. A team's own policies allow what they say besides.
new kubernetes.networking.v1.NetworkPolicy(
  name,
  {
    metadata,
    spec: {
      podSelector: { matchLabels: selector },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [pods("perigee-gateway", "gateway"), pods("monitoring", "prometheus")],
          ports: [{ protocol: "TCP", port }],
        },
      ],
    },
  },
  { provider },
);

// What is measured.

new kubernetes.apiextensions.CustomResource(
  "planner-monitor",
  {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata,
    spec: {
      selector: { matchLabels: selector },
      // A label of the Service that its metrics get: the alerts are about `environment="prod"`.
      targetLabels: ["environment"],
      endpoints: [{ port: "http", interval: "10s" }],
    },
  },
  { provider },
);

if (isProduction) {
  // Who is told: the four golden signals.
  const { spec } = parse(read("alerts/alerts.yaml")) as { spec: Record<string, unknown> };
  new kubernetes.apiextensions.CustomResource(
    "planner-alerts",
    { apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule", metadata, spec },
    { provider },
  );

  // How it grows, and what a drain leaves.
  new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
    name,
    {
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name },
        minReplicas: 2,
        maxReplicas: 6,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
          },
        ],
      },
    },
    { provider },
  );
  new kubernetes.policy.v1.PodDisruptionBudget(
    name,
    { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: selector } } },
    { provider },
  );
}
