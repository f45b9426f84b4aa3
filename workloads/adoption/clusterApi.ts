/** The few questions that adoption asks of the cluster, through the official Kubernetes client. */
import type * as kubernetes from "@kubernetes/client-node";
import { answer, type Patience } from "./answer";
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
 * @param within how long an answer may take; default: half a minute in all
 * @throws Error when the kubeconfig cannot be read: nothing of it is in the message; or when Node is older than the
 * client needs
 */
export async function clusterApi(kubeconfig: string, within?: Patience): Promise<ClusterApi> {
  const { ApiException, CoreV1Api, createConfiguration, KubeConfig, ServerConfiguration } = await client();
  const config = new KubeConfig();
  try {
    config.loadFromString(kubeconfig);
  } catch {
    // The parser's own message quotes the lines around the fault, keys and all.
    throw new Error("the kubeconfig of stack 1 cannot be read: it is not a kubeconfig");
  }
  const server = config.getCurrentCluster()?.server ?? "?";
  /** What `makeApiClient` makes, with a signal that ends its requests: no method of the client takes one. */
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

  /** The answer, or undefined where there is nothing of that name. */
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
