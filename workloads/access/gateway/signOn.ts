/**
 * The sign-on: oauth2-proxy, which leads people to an identity provider, keeps who they are in a cookie, and tells Traefik.
 * Its pods are not the gateway's: they start only where the provider answers, and passwords and Grafana do not wait for that.
 */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { keptRandom } from "../../../contract/keptSecret";
import { owned } from "../../adoption/fieldManager";
import { inMonitoring, tcp } from "../../monitoring/peers";
import { leaveDeadNode, oneAtATime, overNodes, priority } from "../../pods";
import { restrictedContainer, restrictedPod } from "../../podSecurity";
import { accountWithoutToken } from "../../serviceAccount";
import { gatewaySizes, goMemoryLimit, resources } from "../../sizes";
import { nameLabel } from "../../telemetry/names";
import { gatewayNames } from "./names";
import type { Oidc } from "./signOnSettings";

const { signOn: names, folders, gateway } = gatewayNames;
const { name, image, port, metricsPort, path, cookie } = names;
export const signOnLabels = { [nameLabel]: name };

const files = { client: "clientSecret", cookie: "cookieSecret", authority: "certificateAuthority" } as const;

/** Seconds of a login: after the first ones the provider is asked again, after the last ones without a request it ends. */
export const sessionSeconds = { refresh: 300, life: 12 * 3600 } as const;

export interface SignOnPlaces {
  /** Addresses to serve at, `host:port`. */
  readonly address: string;
  readonly metrics: string;
  /** Folder with the secrets. */
  readonly folder: string;
}

const places: SignOnPlaces = {
  address: `0.0.0.0:${port}`,
  metrics: `0.0.0.0:${metricsPort}`,
  folder: folders.signOn,
};

export function signOnArguments(
  settings: Omit<Oidc, "clientSecret">,
  { address, metrics, folder }: SignOnPlaces,
  { refresh, life }: Readonly<Record<keyof typeof sessionSeconds, number>> = sessionSeconds,
): string[] {
  const { issuer, clientId, certificateAuthority, scopes, groupsClaim, groups } = settings;
  return [
    "--provider=oidc",
    `--oidc-issuer-url=${issuer}`,
    `--client-id=${clientId}`,
    `--client-secret-file=${folder}/${files.client}`,
    ...(certificateAuthority === undefined ? [] : [`--provider-ca-file=${folder}/${files.authority}`]),
    `--scope=${["openid", ...scopes].join(" ")}`,
    "--code-challenge-method=S256",
    "--insecure-oidc-skip-nonce=false",
    // Else the provider asks each time whether it may tell who somebody is.
    "--approval-prompt=auto",
    `--oidc-groups-claim=${groupsClaim}`,
    ...[...new Set([...groups.viewer, ...groups.operator])].map((group) => `--allowed-group=${group}`),
    "--email-domain=*",
    `--cookie-name=${cookie}`,
    `--cookie-secret-file=${folder}/${files.cookie}`,
    ...["--cookie-secure=true", "--cookie-httponly=true", "--cookie-samesite=lax"],
    `--cookie-refresh=${refresh}s`,
    `--cookie-expire=${life}s`,
    // Several pages may be opened at once.
    ...["--cookie-csrf-per-request=true", "--cookie-csrf-per-request-limit=5"],
    `--proxy-prefix=/${path}`,
    `--http-address=${address}`,
    `--metrics-address=${metrics}`,
    // Traefik asks, with what was asked for in headers of its own: an answer is all that it wants.
    ...["--reverse-proxy=true", "--real-client-ip-header=X-Forwarded-For", "--upstream=static://202"],
    ...["--skip-provider-button=true", "--footer=-"],
    // Addresses of requests have codes in them. Who logged in is written all the same.
    ...["--request-logging=false", "--silence-ping-logging=true"],
  ];
}

export interface SignOnArgs {
  readonly settings: Oidc;
  /** Number of pods, as the gateway's. */
  readonly replicas: pulumi.Input<number>;
  readonly namespace: pulumi.Input<string>;
}

/** Its Service, which is there when its pods answer. */
export function signOn(
  { settings, replicas, namespace }: SignOnArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Service {
  const metadata = owned({ name, namespace, labels: signOnLabels });
  const ports = [
    { name: "http", port, targetPort: "http" },
    { name: "metrics", port: metricsPort, targetPort: "metrics" },
  ];
  const matchLabels = signOnLabels;
  new kubernetes.policy.v1.PodDisruptionBudget(
    name,
    {
      metadata: owned({ name, namespace }),
      spec: { ...oneAtATime, selector: { matchLabels } },
    },
    opts,
  );
  policy(namespace, opts);
  const pods = signOnPods({ settings, replicas, namespace }, opts);
  // After them: an `up` would wait longer for a Service without pods.
  return new kubernetes.core.v1.Service(
    name,
    { metadata, spec: { selector: matchLabels, ports } },
    { ...opts, dependsOn: [pods] },
  );
}

/** A provider that does not answer ends an `up` after that, and the gateway's pods are as they were. */
const patience = "3m";

function signOnPods(
  { settings, replicas, namespace }: SignOnArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.apps.v1.Deployment {
  const metadata = owned({ name, namespace, labels: signOnLabels });
  const secret = secrets(settings, namespace, opts);
  const serviceAccountName = accountWithoutToken(name, metadata, opts);
  const matchLabels = signOnLabels;
  return new kubernetes.apps.v1.Deployment(
    name,
    {
      metadata,
      spec: {
        replicas,
        selector: { matchLabels },
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          // It changes with the Secret, and reveals nothing about it.
          metadata: {
            labels: signOnLabels,
            annotations: { "perigee.dev/sign-on": secret.metadata.resourceVersion },
          },
          spec: {
            ...restrictedPod,
            serviceAccountName,
            priorityClassName: priority.platform,
            tolerations: [...leaveDeadNode],
            topologySpreadConstraints: [overNodes(matchLabels)],
            containers: [container(settings)],
            volumes: [{ name: "secrets", secret: { secretName: secret.metadata.name } }],
          },
        },
      },
    },
    { ...opts, customTimeouts: { create: patience, update: patience } },
  );
}

/** Its part in the provider's trust, and the key of the sessions, made once: another one ends them all. */
function secrets(
  { clientSecret, certificateAuthority }: Oidc,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): kubernetes.core.v1.Secret {
  return new kubernetes.core.v1.Secret(
    name,
    {
      metadata: owned({ name, namespace }),
      stringData: {
        [files.client]: pulumi.secret(clientSecret),
        [files.cookie]: keptRandom(`${name}-cookie`, { bytes: 32, encoding: "base64url" }, opts),
        ...(certificateAuthority !== undefined && { [files.authority]: certificateAuthority }),
      },
    },
    opts,
  );
}

/** Who reaches it: the gateway, and Prometheus its metrics. */
function policy(namespace: pulumi.Input<string>, opts: pulumi.CustomResourceOptions): void {
  const fromGateway = { podSelector: { matchLabels: { [nameLabel]: gateway } } };
  new kubernetes.networking.v1.NetworkPolicy(
    name,
    {
      metadata: owned({ name, namespace }),
      spec: {
        podSelector: { matchLabels: signOnLabels },
        policyTypes: ["Ingress"],
        ingress: [
          { from: [fromGateway], ports: [tcp(port)] },
          { from: [inMonitoring("prometheus")], ports: [tcp(metricsPort)] },
        ],
      },
    },
    opts,
  );
}

function container(settings: Oidc): kubernetes.types.input.core.v1.Container {
  return {
    ...{ name: "sign-on", image, args: signOnArguments(settings, places) },
    env: [{ name: "GOMEMLIMIT", value: goMemoryLimit(gatewaySizes.signOn) }],
    ports: [
      { name: "http", containerPort: port },
      { name: "metrics", containerPort: metricsPort },
    ],
    resources: resources(gatewaySizes.signOn),
    readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 2 },
    livenessProbe: { httpGet: { path: "/ping", port: "http" }, periodSeconds: 30, failureThreshold: 3 },
    // Traefik may know it for some seconds more.
    lifecycle: { preStop: { sleep: { seconds: 10 } } },
    // `kubectl describe` and `pulumi up` say why it does not start: what the provider answered.
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [{ name: "secrets", mountPath: folders.signOn, readOnly: true }],
    ...restrictedContainer,
  };
}
