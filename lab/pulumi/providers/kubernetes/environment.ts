/** Environment in which helm runs. */
import { join } from "node:path";

/** Variables that would point helm at another cluster, or let it use the user's own Helm settings. */
const strangers = /^(HELM_|KUBE)/;

export function helmEnvironment(
  stateFolder: string,
  inherited: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(inherited).filter(([name]) => !strangers.test(name)));
  const folder = (name: string): string => join(stateFolder, "helm", name);
  return {
    ...own,
    HELM_CACHE_HOME: folder("cache"),
    HELM_CONFIG_HOME: folder("config"),
    HELM_DATA_HOME: folder("data"),
    // Helm caches a cluster's API under the server's address, and every lab has the same address.
    KUBECACHEDIR: folder("discovery"),
  };
}
