/** The `mirrors` setting in containerd's format: one hosts.toml per registry. */

export interface Mirrors {
  /** Base URL that serves `/v<minor>/deb/`. */
  readonly kubernetesPackages: string;
  /** Registry host -> URL of its mirror, which is tried first. */
  readonly registries: Readonly<Record<string, string>>;
}

/** Host of a registry's API; docker.io has a different one. */
const upstream = (host: string): string => (host === "docker.io" ? "registry-1.docker.io" : host);

/** `/etc/containerd/certs.d/<host>/hosts.toml`: the mirror first, then the registry itself. */
export function registryFiles(mirrors: Mirrors): { path: string; content: string }[] {
  return Object.entries(mirrors.registries).map(([host, url]) => ({
    path: `/etc/containerd/certs.d/${host}/hosts.toml`,
    content: [
      `server = "https://${upstream(host)}"`,
      `[host."${url}"]`,
      `  capabilities = ["pull", "resolve"]`,
      // A URL with a path is the complete API root; without override_path containerd would append /v2.
      ...(new URL(url).pathname === "/" ? [] : ["  override_path = true"]),
      "",
    ].join("\n"),
  }));
}
