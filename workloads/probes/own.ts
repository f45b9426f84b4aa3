/** Probes of what every cluster has: its API, its names, the pages of this stack, and who vouches for people. */
import type { Oidc } from "../access/gateway/signOnSettings";
import type { Settings } from "../config";
import { loggingNames } from "../logging/names";
import { monitoringNames } from "../monitoring/names";
import { telemetryNames } from "../telemetry/names";
import { probe, type ProbeSettings } from "./settings";

/** A probe of the settings, or one of these. */
export type Probe = ProbeSettings & {
  /** Of `https`: true where the cluster's own authority has signed the certificate. */
  readonly isOfCluster?: boolean;
};

/** Every probe: this stack's own, and those of the settings, of which one takes the place of an own one by its name. */
export function allProbes(
  settings: Pick<Settings, "probes" | "ownProbes" | "monitoring" | "logs" | "gateway">,
): Probe[] {
  const { probes, ownProbes } = settings;
  const named = new Set(probes.map(({ name }) => name));
  return [...(ownProbes ? own(settings) : []).filter(({ name }) => !named.has(name)), ...probes];
}

function own({ monitoring, logs, gateway }: Pick<Settings, "monitoring" | "logs" | "gateway">): Probe[] {
  const { namespace, release } = monitoringNames;
  const { page, pagePort, namespace: telemetry } = telemetryNames;
  const asked = (name: string, url: string): ProbeSettings => probe.parse({ name, url });
  return [
    { ...asked("api-server", "https://kubernetes.default.svc/readyz"), isOfCluster: true },
    asked(
      "cluster-dns",
      "dns://kube-dns.kube-system.svc.cluster.local/kubernetes.default.svc.cluster.local?type=A",
    ),
    asked("telemetry-page", `http://${page}.${telemetry}.svc:${pagePort}/`),
    ...(monitoring.grafana
      ? [asked("grafana", `http://${release}-grafana.${namespace}.svc/api/health`)]
      : []),
    ...(logs.kind === "victorialogs"
      ? [asked("log-page", `http://${loggingNames.page}.${namespace}.svc:${loggingNames.storePort}/health`)]
      : []),
    ...(gateway.enabled && gateway.oidc ? [ofProvider(gateway.oidc)] : []),
  ];
}

/** Who logs in asks it, and no request comes to the sign-on while it is away. */
function ofProvider({ issuer, certificateAuthority }: Oidc): Probe {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  return probe.parse({ name: "identity-provider", url, certificateAuthority });
}
