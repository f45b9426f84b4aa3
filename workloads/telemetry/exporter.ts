/** The exporter: a pod that receives packets through a Service inside the cluster and a node port from outside. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { nodePorts } from "../../contract/outputs";
import { extraMemoryMiB, fleetMemoryMiB } from "../../telemetry/dictionary";
import { publishedService } from "../access/gateway/pages";
import { owned } from "../adoption/fieldManager";
import type { TelemetrySettings } from "../config";
import { priority } from "../pods";
import { fleetOf, sourcesOf } from "../settings/linkUrl";
import { exporterSize, resources, withMemory } from "../sizes";
import { dictionaryFlag, telemetryDeployment, type TelemetryPodArgs } from "./deployment";
import type { Keeping } from "./keeping";
import { nameLabel, telemetryNames } from "./names";
import type { Program } from "./program";

const { exporter, groundStation, groundStationTcp, page, job } = telemetryNames;
const { httpPort, pagePort, udpPort, tcpPort, tcpNodePort } = telemetryNames;
const sourceVariable = "PERIGEE_TELEMETRY_SOURCE";
const sourceKey = "source";
const labels = { [nameLabel]: job };

/**
 * Seconds that the exporter keeps running after SIGTERM. It stays ready for the first third, while every kube-proxy
 * receives the endpoint of the replacement, which in a rollout is ready by then. Then it is not ready: 6 s until the
 * kubelet (three probes), the EndpointSlice and every kube-proxy have moved the flows, and a last scrape of counters.
 */
export function drainSeconds(scrapeIntervalSeconds: number): number {
  return Math.ceil(1.5 * (6 + Math.max(2, scrapeIntervalSeconds)));
}

/** Secret with the exporter's sources: their URLs may have passwords. Undefined: no links. */
export function sourcesSecret(
  { links }: TelemetrySettings,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Secret | undefined {
  if (links.length === 0) return undefined;
  const name = "telemetry-sources";
  return new kubernetes.core.v1.Secret(
    name,
    {
      metadata: owned({ name, namespace }),
      stringData: { [sourceKey]: pulumi.secret(sourcesOf(links)) },
    },
    opts,
  );
}

const hasTcpServer = ({ links }: TelemetrySettings): boolean =>
  links.some(({ source }) => source.kind === "tcp-server");

/**
 * @param sources Secret with the sources, where there are links
 * @param kept program and arguments of what is kept of the packets
 */
export function exporterDeployment(
  settings: TelemetrySettings,
  sources: kubernetes.core.v1.Secret | undefined,
  kept: Keeping,
  drain: number,
  pod: TelemetryPodArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.Deployment {
  return telemetryDeployment(
    exporter,
    {
      ...pod,
      program: restartedBySources(kept.program, sources),
      env: [
        ...(sources
          ? [
              {
                name: sourceVariable,
                valueFrom: { secretKeyRef: { name: sources.metadata.name, key: sourceKey } },
              },
            ]
          : []),
        ...pod.env,
      ],
      labels,
      // The new pod is ready before the old one drains and stops: a rollout loses no packet.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      priorityClassName: priority.telemetry,
      graceSeconds: drain + 10 + kept.graceSeconds,
      container: {
        name: "exporter",
        args: [
          "serve",
          `--http-port=${httpPort}`,
          `--page-port=${pagePort}`,
          `--udp-port=${udpPort}`,
          dictionaryFlag,
          `--spacecraft=${settings.spacecraft}`,
          `--stale-after=${settings.staleAfterPeriods}`,
          `--drain=${drain}`,
          ...kept.args,
        ],
        ports: [
          { name: "http", containerPort: httpPort },
          { name: "page", containerPort: pagePort },
          { name: "packets", containerPort: udpPort, protocol: "UDP" },
          ...(hasTcpServer(settings) ? [{ name: "stream", containerPort: tcpPort }] : []),
        ],
        resources: resources(withMemory(exporterSize(settings.cores), exporterMemory(settings))),
        ...probes,
      },
    },
    opts,
  );
}

/** More memory than a small dictionary and one spacecraft take. */
function exporterMemory(settings: TelemetrySettings): { readonly extraMemoryMiB: number } {
  const { dictionary } = settings.dictionary;
  const fleet = fleetMemoryMiB(dictionary, fleetOf(settings).length);
  return { extraMemoryMiB: extraMemoryMiB(dictionary) + fleet };
}

/**
 * The program with an annotation that changes with the sources: a variable from a Secret restarts nothing. It is the
 * Secret's version: by a hash of what is in it a weak password could be guessed.
 */
function restartedBySources(program: Program, sources: kubernetes.core.v1.Secret | undefined): Program {
  if (sources === undefined) return program;
  const version = sources.metadata.resourceVersion;
  return { ...program, annotations: { ...program.annotations, "perigee.dev/sources": version } };
}

const probes = {
  startupProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 1, failureThreshold: 60 },
  livenessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 10, failureThreshold: 3 },
  // Three failures in a row: one slow response must not remove the only exporter from the Service.
  readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 1, failureThreshold: 3 },
};

/**
 * Selector and session affinity. While two exporters run, all packets of a sender go to one of them, even when each has
 * another source port: if both received packets of one sender, both would count sequence gaps.
 */
const oneExporter = { selector: labels, sessionAffinity: "ClientIP" } as const;

type ServiceSpec = kubernetes.types.input.core.v1.ServiceSpec;

/** Service with the stable name `telemetry.telemetry.svc`. */
export function exporterService(
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Service {
  const ports = [
    { name: "http", port: httpPort, targetPort: "http" },
    { name: "packets", port: udpPort, targetPort: "packets", protocol: "UDP" },
  ];
  return service({ name: exporter, namespace, labels }, { ...oneExporter, ports }, opts);
}

/** Service of the packets' node port: a sender sticks to one exporter, which people who open the page need not. */
export function groundStationService(
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Service {
  const nodePort = nodePorts.telemetry.port;
  const ports = [{ name: "packets", port: udpPort, targetPort: "packets", protocol: "UDP", nodePort }];
  return service({ name: groundStation, namespace }, { type: "NodePort", ...oneExporter, ports }, opts);
}

/** Service of the node port of a TCP server among the links; none without one. */
export function groundStationTcpService(
  settings: TelemetrySettings,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  if (!hasTcpServer(settings)) return;
  const ports = [{ name: "stream", port: tcpPort, targetPort: "stream", nodePort: tcpNodePort }];
  service({ name: groundStationTcp, namespace }, { type: "NodePort", ...oneExporter, ports }, opts);
}

/**
 * Service of the page for people, which does not lead to the metrics. Without the exporter's labels, so that Prometheus
 * scrapes the exporter once.
 */
export function pageService(
  gateway: boolean,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Service {
  const { type, ...at } = publishedService("telemetry", gateway);
  const ports = [{ name: "page", port: pagePort, targetPort: "page", ...at }];
  return service({ name: page, namespace }, { type, selector: labels, ports }, opts);
}

function service(
  metadata: {
    readonly name: string;
    readonly namespace: pulumi.Input<string>;
    readonly labels?: typeof labels;
  },
  spec: ServiceSpec,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Service {
  return new kubernetes.core.v1.Service(metadata.name, { metadata: owned(metadata), spec }, opts);
}
