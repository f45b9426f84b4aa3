/** Dashboards in the cluster's ConfigMaps, as Grafana's sidecar finds them. */

export interface ClusterAccess {
  readonly url: string;
  readonly token: () => string;
}

export interface ConfigMapQuery {
  /** Namespaces to look into; none: all. */
  readonly namespaces: readonly string[];
  readonly label: string;
  /** Value of the label; empty: any. */
  readonly labelValue: string;
  /** Annotation that names the dashboard's folder; empty: none does. */
  readonly folderAnnotation: string;
}

/** A dashboard's file. */
export interface DashboardFile {
  readonly name: string;
  readonly folder: string;
  readonly json: string;
}

interface ConfigMapList {
  readonly items?: readonly {
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    readonly data?: Readonly<Record<string, string>>;
  }[];
}

const limitMs = 10_000;

/**
 * Files of all ConfigMaps with the label.
 * @throws Error with what the API said, or why it did not answer
 */
export async function readConfigMaps(
  cluster: ClusterAccess,
  query: ConfigMapQuery,
): Promise<DashboardFile[]> {
  const lists = await Promise.all(
    configMapPaths(query).map(async (path) => {
      const response = await fetch(`${cluster.url}${path}`, {
        headers: { authorization: `Bearer ${cluster.token()}`, accept: "application/json" },
        signal: AbortSignal.timeout(limitMs),
      });
      if (!response.ok) {
        throw new Error(`${path}: ${response.status} ${(await response.text()).slice(0, 300)}`);
      }
      return (await response.json()) as ConfigMapList;
    }),
  );
  return lists.flatMap((list) => dashboardFiles(list, query.folderAnnotation));
}

/** Paths of the API that list them. */
export function configMapPaths({ namespaces, label, labelValue }: ConfigMapQuery): string[] {
  const selector = labelValue === "" ? label : `${label}=${labelValue}`;
  const search = `labelSelector=${encodeURIComponent(selector)}`;
  if (namespaces.length === 0) return [`/api/v1/configmaps?${search}`];
  return namespaces.map((name) => `/api/v1/namespaces/${encodeURIComponent(name)}/configmaps?${search}`);
}

/** The `.json` files of ConfigMaps: Grafana loads no others. */
function dashboardFiles({ items = [] }: ConfigMapList, folderAnnotation: string): DashboardFile[] {
  return items.flatMap(({ metadata, data = {} }) =>
    Object.entries(data)
      .filter(([name]) => name.endsWith(".json"))
      .map(([name, json]) => ({ name, folder: metadata?.annotations?.[folderAnnotation] ?? "", json })),
  );
}
