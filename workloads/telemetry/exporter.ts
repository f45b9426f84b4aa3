/** The exporter: a pod that packets reach by a stable name inside and by a node port from outside. */
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { nodePorts } from "../../infra/outputs";
import type { TelemetrySettings } from "../config";
import { resources, sizes } from "../monitoring/sizes";
import { dictionaryFlag, telemetryDeployment, type TelemetryPodArgs } from "./deployment";
import { nameLabel, telemetryNames } from "./names";

const { exporter, groundStation, job, httpPort, udpPort } = telemetryNames;
const labels = { [nameLabel]: job };

export function exporterDeployment(
  settings: TelemetrySettings,
  pod: TelemetryPodArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.Deployment {
  return telemetryDeployment(
    exporter,
    {
      ...pod,
      labels,
      // The new pod is ready before the old one goes: no packet is missed by a change of the dictionary.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      graceSeconds: 10,
      container: {
        name: "exporter",
        args: [
          "serve",
          `--http-port=${httpPort}`,
          `--udp-port=${udpPort}`,
          dictionaryFlag,
          `--spacecraft=${settings.spacecraft}`,
          `--stale-after=${settings.staleAfterPeriods}`,
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
