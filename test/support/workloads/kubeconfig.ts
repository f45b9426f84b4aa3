/** A kubeconfig for an API server of a test, whose certificate nobody has signed. */
import { stringify } from "yaml";

/** @param server URL; plain HTTP too */
export function kubeconfigOf(server: string, token: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  });
}
