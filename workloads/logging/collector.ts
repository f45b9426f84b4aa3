/** The collector: a pod on every node, control planes too, that reads the node's logs and sends them on. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import { priority } from "../pods";
import { accountWithoutToken } from "../serviceAccount";
import { goMemoryLimit, loggingSizes, resources } from "../sizes";
import { nameLabel } from "../telemetry/names";
import { collectorConfig, type LogDestination, placesInPod } from "./collectorConfig";
import { loggingNames } from "./names";

const { collector, collectorImage, metricsPort, healthPort } = loggingNames;
const labels = { [nameLabel]: collector };
const folder = "/etc/collector";
const file = "collector.yaml";

export interface CollectorPodsArgs {
  readonly cluster: pulumi.Input<string>;
  readonly bufferMiB: number;
  readonly destination: pulumi.Input<LogDestination>;
  /** Days that the store keeps, where it is this stack's. */
  readonly retentionDays: number | undefined;
  readonly namespace: pulumi.Input<string>;
}

/**
 * What the node's own journalctl needs, at its own place: the image has nothing but the collector. On merged-usr systems,
 * as all supported ones are, /lib and /lib64 are links into /usr.
 */
const journalPaths: Readonly<Record<string, string>> = {
  "/usr/bin": "/usr/bin",
  "/usr/lib": "/usr/lib",
  "/lib": "/usr/lib",
  "/lib64": "/usr/lib64",
  "/run/log/journal": "/run/log/journal",
};

export function collectorPods(
  name: string,
  args: CollectorPodsArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  const { namespace } = args;
  const metadata = owned({ name: collector, namespace, labels });
  const config = pulumi
    .all([args.cluster, args.destination, namespace])
    .apply(([cluster, destination, own]) =>
      collectorConfig({
        cluster,
        destination,
        bufferMiB: args.bufferMiB,
        retentionDays: args.retentionDays,
        namespace: own,
      }),
    );
  // A Secret: the destination's headers are in it.
  const secret = new kubernetes.core.v1.Secret(
    name,
    { metadata, stringData: { [file]: pulumi.secret(config) } },
    opts,
  );
  const serviceAccountName = accountWithoutToken(name, metadata, opts);
  const { logs, state } = placesInPod;
  const health = { httpGet: { path: "/", port: "health" } };
  new kubernetes.apps.v1.DaemonSet(
    name,
    {
      metadata,
      spec: {
        selector: { matchLabels: labels },
        // All at once: each is alone on its node, and what is not read meanwhile is read afterwards.
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
        template: {
          metadata: { labels, annotations: { "perigee.dev/config": secret.metadata.resourceVersion } },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            serviceAccountName,
            priorityClassName: priority.everyNode,
            // Every node has logs, one that is not ready most of all.
            tolerations: [{ operator: "Exists" }],
            securityContext: { seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "collector",
                image: collectorImage,
                args: [`--config=${folder}/${file}`],
                env: [
                  { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
                  { name: "GOMEMLIMIT", value: goMemoryLimit(loggingSizes.collector) },
                ],
                ports: [
                  { name: "metrics", containerPort: metricsPort },
                  { name: "health", containerPort: healthPort },
                ],
                resources: resources(loggingSizes.collector),
                readinessProbe: { ...health, periodSeconds: 5 },
                livenessProbe: { ...health, periodSeconds: 30, failureThreshold: 5 },
                securityContext: {
                  // Logs are root's, and readable for nobody else. Of root's powers it has none.
                  runAsUser: 0,
                  runAsGroup: 0,
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                volumeMounts: [
                  { name: "config", mountPath: folder, readOnly: true },
                  { name: "logs", mountPath: logs, readOnly: true },
                  { name: "state", mountPath: state },
                  ...Object.entries(journalPaths).map(([mountPath, path]) => ({
                    ...{ name: volumeOf(path), mountPath, readOnly: true },
                  })),
                  { name: "machine-id", mountPath: "/etc/machine-id", readOnly: true },
                ],
              },
            ],
            volumes: [
              { name: "config", secret: { secretName: secret.metadata.name } },
              { name: "logs", hostPath: { path: "/var/log", type: "Directory" } },
              {
                name: "state",
                hostPath: { path: "/var/lib/perigee-log-collector", type: "DirectoryOrCreate" },
              },
              ...[...new Set(Object.values(journalPaths))].map((path) => ({
                name: volumeOf(path),
                hostPath: { path, type: "DirectoryOrCreate" },
              })),
              { name: "machine-id", hostPath: { path: "/etc/machine-id", type: "File" } },
            ],
          },
        },
      },
    },
    opts,
  );
  new kubernetes.core.v1.Service(
    name,
    {
      metadata,
      spec: {
        clusterIP: "None",
        selector: labels,
        ports: [{ name: "metrics", port: metricsPort, targetPort: "metrics" }],
      },
    },
    opts,
  );
}

const volumeOf = (path: string): string => path.slice(1).replaceAll("/", "-");
