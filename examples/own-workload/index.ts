/** A program of your own on a Perigee cluster: its pod, what Prometheus scrapes, and its alerts. Read top to bottom. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

const read = (file: string): string => readFileSync(join(__dirname, file), "utf8");

const config = new pulumi.Config();
const pointingErrorDegrees = config.getNumber("pointingErrorDegrees") ?? 0.02;
const infraStack =
  config.get("infraStack") ?? `${pulumi.getOrganization()}/perigee-infra/${pulumi.getStack()}`;

const infra = new pulumi.StackReference("infra", { name: infraStack });
const cluster = new kubernetes.Provider("cluster", {
  kubeconfig: infra.requireOutput("kubeconfig") as pulumi.Output<string>,
});
const onCluster = { provider: cluster };

const namespace = new kubernetes.core.v1.Namespace("antenna", { metadata: { name: "antenna" } }, onCluster);
const labels = { "app.kubernetes.io/name": "antenna" };
const metadata = { name: "antenna", namespace: namespace.metadata.name, labels };

const program = new kubernetes.core.v1.ConfigMap(
  "antenna-program",
  { metadata, data: { "antenna.js": read("antenna.js") } },
  onCluster,
);

// It asks the Kubernetes API for nothing: an account of its own, without a token in the pod.
const account = new kubernetes.core.v1.ServiceAccount(
  "antenna-account",
  { metadata, automountServiceAccountToken: false },
  onCluster,
);

const deployment = new kubernetes.apps.v1.Deployment(
  "antenna-deployment",
  {
    metadata,
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: account.metadata.name,
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: "antenna",
              image: "docker.io/library/node:24.21.0-bookworm-slim",
              command: ["node", "/program/antenna.js"],
              env: [{ name: "POINTING_ERROR_DEGREES", value: String(pointingErrorDegrees) }],
              ports: [{ name: "http", containerPort: 8080 }],
              readinessProbe: { httpGet: { path: "/healthz", port: "http" } },
              resources: { requests: { cpu: "10m", memory: "48Mi" }, limits: { memory: "96Mi" } },
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
  onCluster,
);

const service = new kubernetes.core.v1.Service(
  "antenna-service",
  { metadata, spec: { selector: labels, ports: [{ name: "http", port: 8080, targetPort: "http" }] } },
  { ...onCluster, dependsOn: deployment },
);

// The label `job` of its metrics is the Service's name.
new kubernetes.apiextensions.CustomResource(
  "antenna-monitor",
  {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata,
    spec: { selector: { matchLabels: labels }, endpoints: [{ port: "http", interval: "10s" }] },
  },
  { ...onCluster, dependsOn: service },
);

new kubernetes.apiextensions.CustomResource(
  "antenna-alerts",
  {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata,
    spec: parse(read("alerts.yaml")) as Record<string, unknown>,
  },
  onCluster,
);
