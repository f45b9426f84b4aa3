/** The administrator's kubeconfig for use from outside the cluster. */
import { parse } from "yaml";
import { z } from "zod";
import { toYaml } from "../yaml";

const kubeconfig = z.looseObject({
  clusters: z.tuple([z.looseObject({ cluster: z.looseObject({ server: z.string() }) })]),
  users: z.tuple([z.looseObject({ user: z.looseObject({}) })]),
});

/**
 * @param adminConf the control plane's /etc/kubernetes/admin.conf
 * @param apiServerUrl address reachable by operators
 * @param serverName name in every API server's certificate, whatever the address is
 * @returns the same credentials, named after the cluster, so that several kubeconfigs can be merged
 * @throws Error when the text is not a kubeconfig of one cluster and one user
 */
export function operatorKubeconfig(
  adminConf: string,
  apiServerUrl: string,
  clusterName: string,
  serverName: string,
): string {
  const { clusters, users } = kubeconfig.parse(parse(adminConf));
  const user = `${clusterName}-admin`;
  return toYaml({
    apiVersion: "v1",
    kind: "Config",
    "current-context": clusterName,
    clusters: [
      {
        name: clusterName,
        cluster: {
          ...clusters[0].cluster,
          server: apiServerUrl,
          "tls-server-name": serverName,
        },
      },
    ],
    users: [{ name: user, user: users[0].user }],
    contexts: [{ name: clusterName, context: { cluster: clusterName, user } }],
  });
}
