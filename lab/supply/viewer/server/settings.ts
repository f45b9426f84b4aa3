/** Settings of the viewer's server, from its environment: the chart sets them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterAccess, ConfigMapQuery } from "./configMaps";

export interface ServerSettings {
  readonly port: number;
  readonly host: string;
  /** Folder of the page's files; default: beside the server. */
  readonly pageFolder: string;
  /** Where dashboards come from: the cluster's ConfigMaps, or a folder of JSON files. */
  readonly source:
    { readonly cluster: ClusterAccess; readonly query: ConfigMapQuery } | { readonly folder: string };
  /** Path below which a gateway serves the viewer, which it takes away; empty: the root of an address. */
  readonly rootPath: string;
  /** File name of the home dashboard; empty: the first one by title. */
  readonly homeFile: string;
  readonly prometheus: {
    readonly url: string;
    /** Scrape interval, the smallest step of a query. */
    readonly interval: string;
  };
  /** Who may read; undefined: everyone. */
  readonly signIn?: { readonly user: string; readonly password: string };
}

const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

/** @throws Error with the variable that is missing or wrong */
export function serverSettings(environment: NodeJS.ProcessEnv = process.env): ServerSettings {
  const value = (name: string): string => environment[name] ?? "";
  const needed = (name: string): string => {
    if (value(name) === "") throw new Error(`${name} must be set`);
    return value(name);
  };
  const port = Number(value("PORT") || "3000");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PORT is "${value("PORT")}", not a port`);
  }
  return {
    port,
    host: value("HOST") || "0.0.0.0",
    pageFolder: value("PAGE_FOLDER") || join(__dirname, "page"),
    source: value("DASHBOARDS_FOLDER")
      ? { folder: value("DASHBOARDS_FOLDER") }
      : { cluster: clusterAccess(needed), query: configMapQuery(value, needed) },
    rootPath: rootPathOf(value("ROOT_URL")),
    homeFile: value("HOME_DASHBOARD").split("/").at(-1) ?? "",
    prometheus: { url: needed("PROMETHEUS_URL"), interval: value("SCRAPE_INTERVAL") || "15s" },
    ...(value("ADMIN_PASSWORD") && {
      signIn: { user: value("ADMIN_USER") || "admin", password: value("ADMIN_PASSWORD") },
    }),
  };
}

/** Path of a URL as Grafana's `root_url` has it, without a slash at its end. */
function rootPathOf(url: string): string {
  if (url === "") return "";
  if (!URL.canParse(url)) throw new Error(`ROOT_URL is "${url}", not a URL`);
  return new URL(url).pathname.replace(/\/+$/, "");
}

function clusterAccess(needed: (name: string) => string): ClusterAccess {
  const host = needed("KUBERNETES_SERVICE_HOST");
  const address = host.includes(":") ? `[${host}]` : host;
  return {
    url: `https://${address}:${needed("KUBERNETES_SERVICE_PORT")}`,
    // Read at every use: the kubelet renews it.
    token: () => readFileSync(`${serviceAccount}/token`, "utf8"),
  };
}

function configMapQuery(value: (name: string) => string, needed: (name: string) => string): ConfigMapQuery {
  return {
    namespaces: value("NAMESPACES")
      .split(",")
      .filter((name) => name !== ""),
    label: needed("DASHBOARD_LABEL"),
    labelValue: value("DASHBOARD_LABEL_VALUE"),
    folderAnnotation: value("FOLDER_ANNOTATION"),
  };
}
