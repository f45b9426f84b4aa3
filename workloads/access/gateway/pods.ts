/** The gateway's pods: Traefik, and beside it what keeps its certificate. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "../../../contract/contentHash";
import { owned } from "../../adoption/fieldManager";
import { leaveDeadNode, overNodes, priority } from "../../pods";
import { restrictedContainer, restrictedPod } from "../../podSecurity";
import { accountWithoutToken } from "../../serviceAccount";
import { gatewaySizes, goMemoryLimit, resources } from "../../sizes";
import { nameLabel } from "../../telemetry/names";
import { certificateProgram } from "./certificateProgram";
import type { CertificateSettings } from "./certificates";
import { gatewayNames } from "./names";
import { readyPath } from "./routes";

const { gateway, image, folders, httpsPort, httpPort, metricsPort, httpsNodePort, certificates } =
  gatewayNames;
export const labels = { [nameLabel]: gateway };

const program = { file: "certificates.cjs", settings: "settings.json", folder: "/opt/perigee" };

/** Seconds that a pod serves after it was told to end, and then those that what it serves may take. */
const end = { acceptSeconds: 10, finishSeconds: 20 };

export interface TraefikPlaces {
  readonly https: number;
  readonly http: number;
  readonly metrics: number;
  /** Port that people open. */
  readonly published: number;
  /** Folder with its dynamic configuration. */
  readonly folder: string;
}

const places: TraefikPlaces = {
  ...{ https: httpsPort, http: httpPort, metrics: metricsPort, published: httpsNodePort },
  folder: folders.dynamic,
};

export const traefikArguments = ({ https, http, metrics, published, folder }: TraefikPlaces): string[] => [
  `--entryPoints.https.address=:${https}`,
  `--entryPoints.http.address=:${http}`,
  `--entryPoints.http.http.redirections.entryPoint.to=:${published}`,
  "--entryPoints.http.http.redirections.entryPoint.scheme=https",
  // A header that some programs read as another one, which is taken away: X_Forwarded_User.
  "--entryPoints.https.http.aliasHeadersStrategy=delete",
  `--entryPoints.metrics.address=:${metrics}`,
  ...["https", "http"].flatMap((entry) => [
    `--entryPoints.${entry}.transport.lifeCycle.requestAcceptGraceTimeout=${end.acceptSeconds}s`,
    `--entryPoints.${entry}.transport.lifeCycle.graceTimeOut=${end.finishSeconds}s`,
  ]),
  `--providers.file.directory=${folder}`,
  "--ping.entryPoint=metrics",
  "--metrics.prometheus.entryPoint=metrics",
  "--metrics.prometheus.addRoutersLabels=true",
  "--log.format=json",
  // Who did what: name, address, request, status. No header is in it, and so no login.
  "--accessLog=true",
  "--accessLog.format=json",
  "--global.checkNewVersion=false",
  "--global.sendAnonymousUsage=false",
];

export interface GatewayPodsArgs {
  /** Number of pods: a second one where there is a second node. */
  readonly replicas: pulumi.Input<number>;
  readonly nodeImage: string;
  readonly certificate: pulumi.Input<Pick<CertificateSettings, "names" | "lifeSeconds">>;
  /** Traefik's dynamic configuration. */
  readonly routes: object;
  readonly authority: kubernetes.core.v1.Secret;
  readonly logins: kubernetes.core.v1.Secret;
  readonly namespace: pulumi.Input<string>;
}

export function gatewayPods(args: GatewayPodsArgs, opts: pulumi.CustomResourceOptions): void {
  const { replicas, nodeImage, authority, logins, namespace } = args;
  const metadata = owned({ name: gateway, namespace, labels });
  const serviceAccountName = accountWithoutToken(gateway, metadata, opts);
  const files = programFiles(args);
  const config = new kubernetes.core.v1.ConfigMap(
    certificates,
    { metadata: owned({ name: certificates, namespace }), data: files },
    opts,
  );
  const annotations = {
    "perigee.dev/files": files.apply((each) => contentHash(JSON.stringify(each))),
    // They change with the Secrets, and reveal nothing about them.
    "perigee.dev/authority": authority.metadata.resourceVersion,
    "perigee.dev/logins": logins.metadata.resourceVersion,
  };
  new kubernetes.apps.v1.Deployment(
    gateway,
    {
      metadata,
      spec: {
        replicas,
        selector: { matchLabels: labels },
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          metadata: { labels, annotations },
          spec: {
            ...restrictedPod,
            serviceAccountName,
            priorityClassName: priority.platform,
            terminationGracePeriodSeconds: end.acceptSeconds + end.finishSeconds + 10,
            tolerations: [...leaveDeadNode],
            topologySpreadConstraints: [overNodes(labels)],
            initContainers: [keeper("first-certificate", "once", nodeImage)],
            containers: [traefik, keeper("certificate", "keep", nodeImage)],
            volumes: [
              { name: "dynamic", emptyDir: { medium: "Memory", sizeLimit: "4Mi" } },
              { name: "program", configMap: { name: config.metadata.name } },
              { name: "authority", secret: { secretName: authority.metadata.name } },
              { name: "logins", secret: { secretName: logins.metadata.name } },
            ],
          },
        },
      },
    },
    opts,
  );
}

/** Program and settings of what keeps the certificate. */
function programFiles({ certificate, routes }: GatewayPodsArgs): pulumi.Output<Record<string, string>> {
  return pulumi.all([pulumi.output(certificateProgram()), certificate]).apply(([source, life]) => {
    const settings: CertificateSettings = {
      ...life,
      authority: folders.authority,
      folder: folders.dynamic,
      files: { "routes.yaml": JSON.stringify(routes) },
    };
    return { [program.file]: source, [program.settings]: JSON.stringify(settings) };
  });
}

type Container = kubernetes.types.input.core.v1.Container;

const keeper = (name: string, mode: "once" | "keep", image: string): Container => ({
  name,
  image,
  command: [
    ...["node", "--max-old-space-size=24", `${program.folder}/${program.file}`, mode],
    `${program.folder}/${program.settings}`,
  ],
  resources: resources(gatewaySizes.certificate),
  volumeMounts: [
    { name: "dynamic", mountPath: folders.dynamic },
    { name: "program", mountPath: program.folder, readOnly: true },
    { name: "authority", mountPath: folders.authority, readOnly: true },
  ],
  ...restrictedContainer,
});

/** Where its routes are in force: a refused configuration stops a roll, and the pods from before it serve on. */
const ready = { httpGet: { path: readyPath, port: "https", scheme: "HTTPS" } };
const alive = { httpGet: { path: "/ping", port: "metrics" } };

const traefik: Container = {
  name: "traefik",
  image,
  command: ["traefik"],
  args: traefikArguments(places),
  env: [{ name: "GOMEMLIMIT", value: goMemoryLimit(gatewaySizes.traefik) }],
  ports: [
    { name: "https", containerPort: httpsPort },
    { name: "http", containerPort: httpPort },
    { name: "metrics", containerPort: metricsPort },
  ],
  resources: resources(gatewaySizes.traefik),
  readinessProbe: { ...ready, periodSeconds: 2 },
  // Many wrong passwords at once keep it busy, and are no reason to start it again.
  livenessProbe: { ...alive, periodSeconds: 30, failureThreshold: 3, timeoutSeconds: 10 },
  volumeMounts: [
    { name: "dynamic", mountPath: folders.dynamic, readOnly: true },
    { name: "logins", mountPath: folders.logins, readOnly: true },
  ],
  ...restrictedContainer,
};
