/** The store of logs: VictoriaLogs, for this stack's own parts only. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { owned } from "../adoption/fieldManager";
import type { Infra } from "../infraStack";
import { folderOwner, nodeFolder } from "../nodeFolder";
import { leaveDeadNode, priority } from "../pods";
import { restrictedContainer, restrictedPod } from "../podSecurity";
import { accountWithoutToken } from "../serviceAccount";
import { logStoreSize, resources } from "../sizes";
import { nameLabel } from "../telemetry/names";
import { type Login, login, servedTo } from "./login";
import { loggingNames } from "./names";
import type { LogSettings } from "./settings";

const { store, storePort: port, storeImage, volume, ownLogin } = loggingNames;
const labels = { [nameLabel]: store };
const dataFolder = "/data";

export interface LogStoreArgs {
  readonly settings: LogSettings;
  readonly nodeImage: string;
  readonly nodes: Infra["nodes"];
  readonly namespace: pulumi.Input<string>;
}

export interface LogStore {
  /** Address of the store for pods, `host:port`. */
  readonly address: pulumi.Output<string>;
  readonly login: Login;
}

export function logStore(name: string, args: LogStoreArgs, opts: pulumi.CustomResourceOptions): LogStore {
  const { settings, nodeImage, nodes, namespace } = args;
  const own = login(`${name}-login`, { ...ownLogin, namespace }, opts);
  const { storage } = settings;
  const claim = `${volume}-${store}`;
  const isLocal = storage.kind === "local";
  const volumes = isLocal
    ? nodeFolder(
        `${name}-records`,
        {
          ...{ storage, nodes, namespace },
          ...{ setting: "logs.storage", content: "records", volume: "perigee-logs", claim },
        },
        opts,
      )
    : [];
  const metadata = owned({ name: store, namespace, labels });
  const serviceAccountName = accountWithoutToken(name, metadata, opts);
  const health = { httpGet: { path: "/health", port: "http" } };
  const { runAsUser: user, runAsGroup: group } = restrictedPod.securityContext;
  const data = { name: volume, mountPath: dataFolder };
  new kubernetes.apps.v1.StatefulSet(
    name,
    {
      metadata,
      spec: {
        serviceName: store,
        replicas: 1,
        // A pod that does not become ready makes room for what mends it: by default it would be waited for.
        podManagementPolicy: "Parallel",
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: own.annotations },
          spec: {
            ...restrictedPod,
            serviceAccountName,
            priorityClassName: priority.platform,
            // A pod whose records are on one node's disk is bound to it: eviction would only delay its return.
            tolerations: isLocal ? [] : [...leaveDeadNode],
            ...(isLocal && {
              initContainers: [
                folderOwner({ name: "own-records", image: nodeImage, user, group, volumeMount: data }),
              ],
            }),
            containers: [
              {
                name: "store",
                image: storeImage,
                args: storeArguments(settings),
                ports: [{ name: "http", containerPort: port }],
                resources: resources(logStoreSize(settings.memoryMiB)),
                readinessProbe: { ...health, periodSeconds: 5 },
                livenessProbe: { ...health, periodSeconds: 30, failureThreshold: 5 },
                volumeMounts: [data, own.mount],
                ...restrictedContainer,
              },
            ],
            volumes: [
              {
                name: volume,
                ...(isLocal ? { persistentVolumeClaim: { claimName: claim } } : { emptyDir: {} }),
              },
              own.volume,
            ],
          },
        },
      },
    },
    { ...opts, dependsOn: volumes },
  );
  const service = new kubernetes.core.v1.Service(
    name,
    {
      metadata,
      spec: { selector: labels, ports: [{ name: "http", port, targetPort: "http" }] },
    },
    opts,
  );
  return { address: pulumi.interpolate`${service.metadata.name}.${namespace}.svc:${port}`, login: own };
}

function storeArguments({ retentionDays, retentionSizeGiB }: LogSettings): string[] {
  return [
    `-storageDataPath=${dataFolder}`,
    `-retentionPeriod=${retentionDays}d`,
    `-retention.maxDiskSpaceUsageBytes=${Math.round(retentionSizeGiB * 1024)}MiB`,
    // Before the node's disk is full it takes no more: collectors keep what comes.
    "-storage.minFreeDiskSpaceBytes=1GiB",
    ...servedTo(ownLogin.user),
  ];
}
