/** The exporter: a pod that packets reach by a stable name inside and by a node port from outside. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { nodePorts } from "../../infra/outputs";
import type { TelemetrySettings } from "../config";
import { resources, sizes } from "../monitoring/sizes";
import { leaveDeadNode } from "../monitoring/values";
import { nameLabel, telemetryNames } from "./names";
import { restrictedContainer, restrictedPod } from "./podSecurity";
import { contentHash, type Program } from "./program";

const { exporter, groundStation, job, httpPort, udpPort } = telemetryNames;
const labels = { [nameLabel]: job };
const dictionaryPath = "/etc/perigee";
const dictionaryFile = "dictionary.yaml";

export interface ExporterArgs {
  readonly settings: TelemetrySettings;
  readonly namespace: pulumi.Input<string>;
  readonly serviceAccount: pulumi.Input<string>;
  readonly program: Program;
  /** The dictionary's text. */
  readonly dictionary: string;
}

export function exporterDeployment(
  { settings, namespace, serviceAccount, program, dictionary }: ExporterArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.Deployment {
  const configMap = new kubernetes.core.v1.ConfigMap(
    "telemetry-dictionary",
    { metadata: { name: "telemetry-dictionary", namespace }, data: { [dictionaryFile]: dictionary } },
    opts,
  );
  const { image, command, volumes, volumeMounts, annotations } = program;
  return new kubernetes.apps.v1.Deployment(
    exporter,
    {
      metadata: { name: exporter, namespace, labels },
      spec: {
        replicas: 1,
        // The new pod is ready before the old one goes: no packet is missed by a change of the dictionary.
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels,
            annotations: { ...annotations, "perigee.dev/dictionary": contentHash(dictionary) },
          },
          spec: {
            ...restrictedPod,
            serviceAccountName: serviceAccount,
            tolerations: [...leaveDeadNode],
            terminationGracePeriodSeconds: 10,
            containers: [
              {
                name: "exporter",
                image,
                ...(command && { command }),
                args: exporterArguments(settings),
                ports: [
                  { name: "http", containerPort: httpPort },
                  { name: "packets", containerPort: udpPort, protocol: "UDP" },
                ],
                resources: resources(sizes.exporter),
                ...probes,
                ...restrictedContainer,
                volumeMounts: [
                  ...volumeMounts,
                  { name: "dictionary", mountPath: dictionaryPath, readOnly: true },
                ],
              },
            ],
            volumes: [...volumes, { name: "dictionary", configMap: { name: configMap.metadata.name } }],
          },
        },
      },
    },
    opts,
  );
}

function exporterArguments({ spacecraft, staleAfterPeriods }: TelemetrySettings): string[] {
  const flags = {
    "http-port": httpPort,
    "udp-port": udpPort,
    dictionary: `${dictionaryPath}/${dictionaryFile}`,
    spacecraft,
    "stale-after": staleAfterPeriods,
  };
  return ["serve", ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)];
}

const probes = {
  startupProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 1, failureThreshold: 60 },
  livenessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 10, failureThreshold: 3 },
  readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 2, failureThreshold: 2 },
};

/** The stable name: `telemetry.telemetry.svc`. */
export function exporterService(
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Service {
  return new kubernetes.core.v1.Service(
    exporter,
    {
      metadata: { name: exporter, namespace, labels },
      spec: {
        selector: labels,
        ports: [
          { name: "http", port: httpPort, targetPort: "http" },
          { name: "packets", port: udpPort, targetPort: "packets", protocol: "UDP" },
        ],
      },
    },
    opts,
  );
}

/** A Service of its own: on the other one the metrics would get a node port too. */
export function groundStationService(
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Service {
  return new kubernetes.core.v1.Service(
    groundStation,
    {
      metadata: { name: groundStation, namespace },
      spec: {
        type: "NodePort",
        selector: labels,
        ports: [
          {
            name: "packets",
            port: udpPort,
            targetPort: "packets",
            protocol: "UDP",
            nodePort: nodePorts.telemetry.port,
          },
        ],
      },
    },
    opts,
  );
}
