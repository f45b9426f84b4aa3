/** Audit policy of the API server: a typed value, rendered as YAML. Golden file in test/golden/. */
import { toYaml } from "../yaml";

const events = () => [{ group: "", resources: ["events"] }, { group: "events.k8s.io" }];

/** Logs every change with its user and every event, never the bodies of Secrets and tokens. First match wins. */
export const auditPolicy = toYaml({
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    // Noise: routine requests of components, and health checks.
    {
      level: "None",
      nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/metrics", "/openapi*"],
    },
    { level: "None", resources: [{ group: "coordination.k8s.io", resources: ["leases"] }] },
    { level: "None", users: ["system:kube-proxy"], verbs: ["watch"] },
    {
      level: "None",
      userGroups: ["system:nodes"],
      verbs: ["get", "list", "watch", "patch", "update"],
      resources: [{ group: "", resources: ["nodes", "nodes/status", "pods", "pods/status"] }],
    },
    // Log who accessed a Secret, never its contents.
    {
      level: "Metadata",
      resources: [
        { group: "", resources: ["secrets", "configmaps", "serviceaccounts/token"] },
        { group: "authentication.k8s.io", resources: ["tokenreviews"] },
      ],
    },
    // Events are gone after an hour: here they stay, as they are after the request, since a patch says no reason.
    {
      level: "RequestResponse",
      verbs: ["create", "update", "patch"],
      resources: events(),
      omitManagedFields: true,
    },
    { level: "None", resources: events() },
    { level: "None", verbs: ["get", "list", "watch"], userGroups: ["system:serviceaccounts:kube-system"] },
    { level: "Request", verbs: ["create", "update", "patch", "delete", "deletecollection"] },
    { level: "Metadata" },
  ],
});
