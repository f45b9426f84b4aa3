/** Kubeconfigs for use from outside the cluster: the administrator's, and one without a credential for people. */
import { parse } from "yaml";
import { z } from "zod";
import { toYaml } from "../yaml";
import type { Oidc } from "./authentication";

const kubeconfig = z.looseObject({
  clusters: z.tuple([z.looseObject({ cluster: z.looseObject({ server: z.string() }) })]),
  users: z.tuple([z.looseObject({ user: z.looseObject({}) })]),
});

/** Where a cluster answers, and by which names. */
export interface ClusterAddress {
  readonly clusterName: string;
  /** Address reachable by operators. */
  readonly apiServerUrl: string;
  /** Name in every API server's certificate, whatever the address is. */
  readonly serverName: string;
}

/**
 * @param adminConf the control plane's /etc/kubernetes/admin.conf
 * @returns the same credentials, named after the cluster, so that several kubeconfigs can be merged
 * @throws Error when the text is not a kubeconfig of one cluster and one user
 */
export function operatorKubeconfig(adminConf: string, address: ClusterAddress): string {
  const { users } = kubeconfig.parse(parse(adminConf));
  return named(adminConf, address, "admin", users[0].user);
}

/**
 * Kubeconfig without a credential, for everybody whom the identity provider knows: `kubectl` with the plugin oidc-login
 * (kubelogin) opens its page and keeps what it answers.
 * @param adminConf as above; only the cluster's address and authority are taken
 */
export function peopleKubeconfig(
  adminConf: string,
  address: ClusterAddress,
  { issuer, clientId, scopes, certificateAuthority }: Oidc,
): string {
  const args = [
    ...["oidc-login", "get-token", `--oidc-issuer-url=${issuer}`, `--oidc-client-id=${clientId}`],
    ...scopes.map((scope) => `--oidc-extra-scope=${scope}`),
    ...(certificateAuthority === undefined
      ? []
      : [`--certificate-authority-data=${Buffer.from(certificateAuthority).toString("base64")}`]),
  ];
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "kubectl",
    args,
    interactiveMode: "IfAvailable",
    installHint: "kubectl krew install oidc-login",
  };
  return named(adminConf, address, "person", { exec });
}

function named(
  adminConf: string,
  { clusterName, apiServerUrl, serverName }: ClusterAddress,
  role: string,
  credentials: object,
): string {
  const { clusters } = kubeconfig.parse(parse(adminConf));
  const user = `${clusterName}-${role}`;
  const cluster = { ...clusters[0].cluster, server: apiServerUrl, "tls-server-name": serverName };
  return toYaml({
    apiVersion: "v1",
    kind: "Config",
    "current-context": clusterName,
    clusters: [{ name: clusterName, cluster }],
    users: [{ name: user, user: credentials }],
    contexts: [{ name: clusterName, context: { cluster: clusterName, user } }],
  });
}
