/** State of the cluster, read through the stack's kubeconfig. */
import { CoreV1Api, KubeConfig, type V1Node, type V1Pod } from "@kubernetes/client-node";
import type { EngineOptions } from "../pulumi/engine/pulumi";
import { infraOutputs } from "./stacks";

const askLimitMs = 10_000;

export interface ClusterView {
  readonly nodes: readonly V1Node[];
  readonly pods: readonly V1Pod[];
}

/**
 * Nodes and pods of the cluster.
 * @throws Error when the API server does not answer within ten seconds
 */
export async function askCluster(kubeconfig: string): Promise<ClusterView> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const [nodes, pods] = await within(
    askLimitMs,
    Promise.all([api.listNode(), api.listPodForAllNamespaces()]),
  );
  return { nodes: nodes.items, pods: pods.items };
}

/** True when the cluster exists and answers. */
export async function clusterAnswers(options: EngineOptions): Promise<boolean> {
  try {
    await askCluster((await infraOutputs(options)).kubeconfig);
    return true;
  } catch {
    return false;
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
