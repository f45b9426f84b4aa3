/** The `mirrors` setting as containerd reads it: one hosts.toml per registry. */

export interface Mirrors {
  /** Base URL that serves `/v<minor>/deb/`. */
  readonly kubernetesPackages: string;
  /** Registry host -> URL that is asked first. */
  readonly registries: Readonly<Record<string, string>>;
}

/** The API of docker.io lives under another name. */
const upstream = (host: string): string => (host === "docker.io" ? "registry-1.docker.io" : host);

/** `/etc/containerd/certs.d/<host>/hosts.toml`: the mirror first, then the registry itself. */
export function registryFiles(mirrors: Mirrors): { path: string; content: string }[] {
  return Object.entries(mirrors.registries).map(([host, url]) => ({
    path: `/etc/containerd/certs.d/${host}/hosts.toml`,
    content: [
      `server = "https://${upstream(host)}"`,
      `[host."${url}"]`,
      `  capabilities = ["pull", "resolve"]`,
      // A URL with a path names the whole API root; without this containerd would append /v2 to it.
      ...(new URL(url).pathname === "/" ? [] : ["  override_path = true"]),
      "",
    ].join("\n"),
  }));
}
