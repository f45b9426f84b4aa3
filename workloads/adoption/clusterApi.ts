/** Requests of the adoption to the cluster, through the official Kubernetes client. */
import type * as kubernetes from "@kubernetes/client-node";
import { answer, type Patience } from "./answer";
import type { ReleaseRecord } from "./releaseRecords";

/** Name and namespace of a Helm release, or of an object. */
export interface ReleaseName {
  readonly name: string;
  readonly namespace: string;
}

export interface ClusterApi {
  /** Labels of the namespace; undefined when it does not exist. */
  namespaceLabels(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** Quantities that a ResourceQuota has counted, by resource: `requests.cpu`. Undefined when there is no such quota. */
  quotaUsed(quota: ReleaseName): Promise<Readonly<Record<string, string>> | undefined>;
  releaseRecords(release: ReleaseName): Promise<ReleaseRecord[]>;
  /** Removes the record. No error when it does not exist. */
  removeRecord(release: ReleaseName, record: ReleaseRecord): Promise<void>;
}

/** The client module, loaded on demand: loading takes a third of a second, and most runs do not need it. */
async function client(): Promise<typeof kubernetes> {
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
 * @param within time limits of a request; default: half a minute in total
 * @throws Error when the kubeconfig cannot be parsed (the message contains nothing of it), or when Node is too old for
 * the client
 */
export async function clusterApi(kubeconfig: string, within?: Patience): Promise<ClusterApi> {
  const { ApiException, CoreV1Api, createConfiguration, KubeConfig, ServerConfiguration } = await client();
  const config = new KubeConfig();
  try {
    config.loadFromString(kubeconfig);
  } catch {
    // The parser's message quotes the lines around the fault, including keys.
    throw new Error("the kubeconfig of stack 1 cannot be read: it is not a kubeconfig");
  }
  const server = config.getCurrentCluster()?.server ?? "?";
  /** Client as made by `makeApiClient`, with a signal that aborts its requests: no method of the client accepts one. */
  const api = (signal: AbortSignal): kubernetes.CoreV1Api =>
    new CoreV1Api(
      createConfiguration({
        baseServer: new ServerConfiguration(server, {}),
        authMethods: { default: config },
        promiseMiddleware: [
          {
            pre: (context) => {
              context.setSignal(signal);
              context.setHeaderParam("User-Agent", "perigee");
              return Promise.resolve(context);
            },
            post: (response) => Promise.resolve(response),
          },
        ],
      }),
    );
  const statusOf = (error: unknown): number | undefined =>
    error instanceof ApiException ? error.code : undefined;

  /** Response, or undefined when the object does not exist. */
  async function found<T>(
    what: string,
    ask: (api: kubernetes.CoreV1Api) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await answer({ what, server, ask: (signal) => ask(api(signal)), statusOf }, within);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  return {
    async namespaceLabels(name) {
      const namespace = await found(`the namespace ${name}`, (at) => at.readNamespace({ name }));
      return namespace && (namespace.metadata?.labels ?? {});
    },

    async quotaUsed({ name, namespace }) {
      const what = `the ResourceQuota ${namespace}/${name}`;
      const quota = await found(what, (at) => at.readNamespacedResourceQuota({ name, namespace }));
      return quota && (quota.status?.used ?? {});
    },

    async releaseRecords({ name, namespace }) {
      const labelSelector = `owner=helm,name=${name}`;
      const what = `Helm's records of ${namespace}/${name}`;
      const list = await found(what, (at) => at.listNamespacedSecret({ namespace, labelSelector }));
      return (list?.items ?? []).map(({ metadata }) => ({
        secret: metadata?.name ?? "",
        revision: Number(metadata?.labels?.["version"]),
        status: metadata?.labels?.["status"] ?? "",
      }));
    },

    async removeRecord({ namespace }, { secret }) {
      await found(`the removal of the Secret ${namespace}/${secret}`, (at) =>
        at.deleteNamespacedSecret({ name: secret, namespace }),
      );
    },
  };
}
