/** What enforces NetworkPolicies: a pod on every node that keeps the node's packet filter as the policies say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { owned } from "../../adoption/fieldManager";
import { priority } from "../../pods";
import { goMemoryLimit, policyEngineSize, resources } from "../../sizes";
import { nameLabel } from "../../telemetry/names";
import { policyEngineNames } from "./names";

const { engine, namespace, image, healthPort } = policyEngineNames;
const labels = { [nameLabel]: engine };
const program = readFileSync(join(__dirname, "enforce.sh"), "utf8");

/** What the engine asks the API server for, beside its own DaemonSet. */
const watched: readonly kubernetes.types.input.rbac.v1.PolicyRule[] = [
  {
    apiGroups: [""],
    resources: ["namespaces", "nodes", "pods", "services"],
    verbs: ["get", "list", "watch"],
  },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["list", "watch"] },
];

/** Only the firewall: kube-proxy serves Services, and Flannel makes the pod network. */
const firewallOnly = [
  "--run-firewall=true",
  "--run-router=false",
  "--run-service-proxy=false",
  "--enable-cni=false",
  "--health-addr=127.0.0.1",
  `--health-port=${healthPort}`,
];

export function policyEngine(name: string, opts: pulumi.CustomResourceOptions): void {
  const metadata = owned({ name: engine, namespace, labels });
  const rights = accountWithRights(name, metadata, opts);
  const health = { httpGet: { host: "127.0.0.1", path: "/healthz", port: healthPort } };
  new kubernetes.apps.v1.DaemonSet(
    name,
    {
      metadata,
      spec: {
        selector: { matchLabels: labels },
        // A new one that does not start leaves the others as they are.
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
        template: {
          metadata: { labels },
          spec: {
            enableServiceLinks: false,
            serviceAccountName: engine,
            priorityClassName: priority.everyNode,
            // The packet filter is the node's.
            hostNetwork: true,
            tolerations: [{ operator: "Exists" }],
            securityContext: { seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "engine",
                image,
                command: ["sh", "-c", program, "sh"],
                args: firewallOnly,
                env: [
                  { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
                  { name: "NAMESPACE", value: namespace },
                  { name: "DAEMON_SET", value: engine },
                  { name: "GOMEMLIMIT", value: goMemoryLimit(policyEngineSize) },
                ],
                resources: resources(policyEngineSize),
                readinessProbe: { ...health, periodSeconds: 5 },
                livenessProbe: { ...health, periodSeconds: 10, failureThreshold: 6 },
                securityContext: {
                  runAsUser: 0,
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_RAW"] },
                },
                volumeMounts: [{ name: "xtables-lock", mountPath: "/run/xtables.lock" }],
              },
            ],
            volumes: [
              { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
            ],
          },
        },
      },
    },
    // Deleted before its rights: it asks whether it is, and then takes its rules away.
    { ...opts, dependsOn: rights },
  );
}

function accountWithRights(
  name: string,
  metadata: ReturnType<typeof owned>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const subjects = [{ kind: "ServiceAccount", name: engine, namespace }];
  const account = new kubernetes.core.v1.ServiceAccount(name, { metadata }, opts);
  const ofCluster = owned({ name: `perigee-${engine}`, labels });
  const everywhere = new kubernetes.rbac.v1.ClusterRole(
    name,
    { metadata: ofCluster, rules: [...watched] },
    opts,
  );
  const everywhereBound = new kubernetes.rbac.v1.ClusterRoleBinding(
    name,
    {
      metadata: ofCluster,
      subjects,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: everywhere.metadata.name },
    },
    opts,
  );
  const itself = new kubernetes.rbac.v1.Role(
    name,
    {
      metadata,
      rules: [{ apiGroups: ["apps"], resources: ["daemonsets"], resourceNames: [engine], verbs: ["get"] }],
    },
    opts,
  );
  const itselfBound = new kubernetes.rbac.v1.RoleBinding(
    name,
    {
      metadata,
      subjects,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: itself.metadata.name },
    },
    opts,
  );
  return [account, everywhereBound, itselfBound];
}
