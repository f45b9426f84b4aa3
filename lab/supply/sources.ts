/** Public sources of released packages, images and programs: which of them this machine reaches. */
import { minorOf } from "../../infra/versions";
import { testedCharts } from "../../workloads/settings/chart";
import { fetchFailure } from "../fetchFailure";

/** Hosts of released parts. */
export const sourceHosts = [
  "pkgs.k8s.io",
  "registry.k8s.io",
  "ghcr.io",
  "quay.io",
  "docker.io",
  "kubernetes-sigs.github.io",
  "github.com",
  "get.pulumi.com",
] as const;

/** Host of the Pulumi CLI and its plugins. */
export const pulumiHost = "get.pulumi.com" satisfies SourceHost;

export type SourceHost = (typeof sourceHosts)[number];

/** `auto`: released where it can be reached; `released`: all of it or an error; `built`: nothing is asked. */
export const sourcesModes = ["auto", "released", "built"] as const;
export type SourcesMode = (typeof sourcesModes)[number];

/** Where the parts of one lab come from. */
export interface Sources {
  readonly mode: SourcesMode;
  /** Hosts whose released parts are used; the others' are built. */
  readonly released: readonly SourceHost[];
  /** Why the others are not used. */
  readonly reasons: Readonly<Partial<Record<SourceHost, string>>>;
}

export interface Source {
  readonly host: SourceHost;
  /** What comes from there, for people. */
  readonly parts: string;
  /** URL that any machine with access can read. */
  readonly url: (kubernetesVersion: string) => string;
}

/** The API of an image registry: it answers 200, or 401 where it wants an (anonymous) token first. */
const registry = (name: string) => () => `https://${name}/v2/`;

const { metricsServer } = testedCharts;
/** Where the list of metrics-server's charts says that the archive is. */
export const metricsServerArchive =
  "https://github.com/kubernetes-sigs/metrics-server/releases/download/" +
  `metrics-server-helm-chart-${metricsServer.version}/metrics-server-${metricsServer.version}.tgz`;

export const sources: readonly Source[] = [
  {
    host: "pkgs.k8s.io",
    parts: "Kubernetes' packages",
    url: (version) => `https://pkgs.k8s.io/core:/stable:/v${minorOf(version)}/deb/Release.key`,
  },
  { host: "registry.k8s.io", parts: "Kubernetes' images", url: registry("registry.k8s.io") },
  { host: "ghcr.io", parts: "Flannel's images, charts", url: registry("ghcr.io") },
  { host: "quay.io", parts: "Prometheus' images", url: registry("quay.io") },
  { host: "docker.io", parts: "Node's and Grafana's images", url: registry("registry-1.docker.io") },
  {
    host: "kubernetes-sigs.github.io",
    parts: "the list of metrics-server's charts",
    url: () => `${metricsServer.repository}/index.yaml`,
  },
  { host: "github.com", parts: "metrics-server's chart", url: () => metricsServerArchive },
  {
    host: "get.pulumi.com",
    parts: "Pulumi and its plugins",
    url: () => "https://get.pulumi.com/",
  },
];

/** A lab that builds everything. */
export const allBuilt: Sources = {
  mode: "built",
  released: [],
  reasons: Object.fromEntries(sourceHosts.map((host) => [host, "LAB_SOURCES=built"])),
};

/** Time limit of an answer: a host that needs longer would be no help. */
const answerLimitMs = 5000;

/**
 * Asks all hosts at once.
 * @throws Error that names every host that does not answer, where `mode` is `released`
 */
export async function askSources(
  mode: SourcesMode,
  kubernetesVersion: string,
  { asked = sources, limitMs = answerLimitMs } = {},
): Promise<Sources> {
  if (mode === "built") return allBuilt;
  const answers = await Promise.all(
    asked.map(async ({ host, url }) => ({
      host,
      reason: await unreachable(url(kubernetesVersion), limitMs),
    })),
  );
  const silent = answers.filter(({ reason }) => reason !== undefined);
  if (mode === "released" && silent.length > 0) {
    const lines = silent.map(({ host, reason }) => `  - ${host}: ${reason}`);
    throw new Error(
      `LAB_SOURCES is "released", and these cannot be reached:\n${lines.join("\n")}\n` +
        "With LAB_SOURCES=auto, what comes from there is built here.",
    );
  }
  return {
    mode,
    released: answers.filter(({ reason }) => reason === undefined).map(({ host }) => host),
    reasons: Object.fromEntries(silent.map(({ host, reason }) => [host, reason])),
  };
}

/** Reason why a URL cannot be used; undefined when it answers. */
async function unreachable(url: string, limitMs: number): Promise<string | undefined> {
  try {
    const { status } = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(limitMs) });
    // A registry that wants a token is there. Anything else, a proxy's refusal for one, is no source.
    return status < 400 || status === 401 ? undefined : `answers ${status}`;
  } catch (error) {
    return reasonOf(error, limitMs);
  }
}

function reasonOf(error: unknown, limitMs: number): string {
  const tooLate = error instanceof Error && error.name === "TimeoutError";
  return tooLate ? `no answer in ${limitMs / 1000} s` : fetchFailure(error);
}

/** The host of an image reference, as a source: `quay.io/a/b:1` is from quay.io. */
export function hostOfImage(reference: string): string {
  return reference.slice(0, reference.indexOf("/"));
}

/** True when the parts of all these hosts are released ones. */
export function isReleased({ released }: Sources, ...hosts: readonly string[]): boolean {
  return hosts.every((host) => (released as readonly string[]).includes(host));
}
