/** The exporter: a pod that packets reach by a stable name inside and by a node port from outside. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { nodePorts } from "../../contract/outputs";
import { owned } from "../adoption/fieldManager";
import type { TelemetrySettings } from "../config";
import { resources, sizes } from "../sizes";
import { dictionaryFlag, telemetryDeployment, type TelemetryPodArgs } from "./deployment";
import { nameLabel, telemetryNames } from "./names";

const { exporter, groundStation, job, httpPort, udpPort } = telemetryNames;
const labels = { [nameLabel]: job };

/**
 * Seconds that an exporter goes on after it was told to end. Ready for a third of it: every kube-proxy hears of the
 * replacement, which in a roll is ready by then. Then not ready: 6 s until the kubelet (three probes), the EndpointSlice
 * and every kube-proxy have noted it and moved the flows, and a last scrape of what was counted.
 */
export function drainSeconds(scrapeIntervalSeconds: number): number {
  return Math.ceil(1.5 * (6 + Math.max(2, scrapeIntervalSeconds)));
}

export function exporterDeployment(
  settings: TelemetrySettings,
  drain: number,
  pod: TelemetryPodArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.Deployment {
  return telemetryDeployment(
    exporter,
    {
      ...pod,
      labels,
      // The new pod is ready before the old one goes, and the old one drains: no packet is missed by a roll.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      graceSeconds: drain + 10,
      container: {
        name: "exporter",
        args: [
          "serve",
          `--http-port=${httpPort}`,
          `--udp-port=${udpPort}`,
          dictionaryFlag,
          `--spacecraft=${settings.spacecraft}`,
          `--stale-after=${settings.staleAfterPeriods}`,
          `--drain=${drain}`,
        ],
        ports: [
          { name: "http", containerPort: httpPort },
          { name: "packets", containerPort: udpPort, protocol: "UDP" },
        ],
        resources: resources(sizes.exporter),
        ...probes,
      },
    },
    opts,
  );
}

const probes = {
  startupProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 1, failureThreshold: 60 },
  livenessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 10, failureThreshold: 3 },
  // Three in a row: it is the only exporter, and a slow second must not take it out of the Service.
  readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 1, failureThreshold: 3 },
};

/**
 * While two exporters are there, a sender's packets go to one of them, also where each comes from another port: two that
 * share a sender's packets would each count gaps.
 */
const oneExporter = { selector: labels, sessionAffinity: "ClientIP" } as const;

/** The stable name: `telemetry.telemetry.svc`. */
export function exporterService(
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Service {
  return new kubernetes.core.v1.Service(
    exporter,
    {
      metadata: owned({ name: exporter, namespace, labels }),
      spec: {
        ...oneExporter,
        ports: [
          { name: "http", port: httpPort, targetPort: "http" },
          { name: "packets", port: udpPort, targetPort: "packets", protocol: "UDP" },
        ],
      },
    },
    opts,
  );
}

/** A second Service: on the first one the metrics would get a node port too. */
export function groundStationService(
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Service {
  return new kubernetes.core.v1.Service(
    groundStation,
    {
      metadata: owned({ name: groundStation, namespace }),
      spec: {
        type: "NodePort",
        ...oneExporter,
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
