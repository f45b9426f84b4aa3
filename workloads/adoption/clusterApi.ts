/** The few questions that adoption asks of the cluster, through the official Kubernetes client. */
import type { CoreV1Api } from "@kubernetes/client-node";
import type { ReleaseRecord } from "./releaseRecords";

/** A release of Helm. */
export interface ReleaseName {
  readonly name: string;
  readonly namespace: string;
}

export interface ClusterApi {
  /** The namespace's labels; undefined where there is no such namespace. */
  namespaceLabels(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  releaseRecords(release: ReleaseName): Promise<ReleaseRecord[]>;
  /** Does nothing where the record is gone. */
  removeRecord(release: ReleaseName, record: ReleaseRecord): Promise<void>;
}

/** Loaded when it is needed: it takes a third of a second, and most runs need none of it. */
async function client(): Promise<typeof import("@kubernetes/client-node")> {
  try {
    return await import("@kubernetes/client-node");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the Kubernetes client cannot be loaded by Node ${process.version}, 22.19 or newer is needed: ${reason}`,
      { cause: error },
    );
  }
}

/**
 * @throws Error when the kubeconfig cannot be read: nothing of it is in the message; or when Node is older than the
 * client needs
 */
export async function clusterApi(kubeconfig: string): Promise<ClusterApi> {
  const { ApiException, CoreV1Api: Api, KubeConfig } = await client();
  const isGone = (error: unknown): boolean => error instanceof ApiException && error.code === 404;
  const config = new KubeConfig();
  try {
    config.loadFromString(kubeconfig);
  } catch {
    // The parser's own message quotes the lines around the fault, keys and all.
    throw new Error("the kubeconfig of stack 1 cannot be read: it is not a kubeconfig");
  }
  const api: CoreV1Api = config.makeApiClient(Api);

  return {
    async namespaceLabels(name) {
      try {
        return (await api.readNamespace({ name })).metadata?.labels ?? {};
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },

    async releaseRecords({ name, namespace }) {
      const { items } = await api.listNamespacedSecret({
        namespace,
        labelSelector: `owner=helm,name=${name}`,
      });
      return items.map(({ metadata }) => ({
        secret: metadata?.name ?? "",
        revision: Number(metadata?.labels?.["version"]),
        status: metadata?.labels?.["status"] ?? "",
      }));
    },

    async removeRecord({ namespace }, { secret }) {
      try {
        await api.deleteNamespacedSecret({ name: secret, namespace });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}
