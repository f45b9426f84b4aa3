/** Flannel over VXLAN: the pod network, in which every node can reach every pod. */
import { contentHash } from "../../contract/contentHash";
import type { KubernetesRelease } from "../versions";

const namespace = "kube-flannel";
const name = "flannel";
const labels = { app: name, "k8s-app": name };

/** List of the objects to apply, as JSON (which is valid YAML without indentation). */
export function flannelManifest(release: KubernetesRelease, podCidr: string): string {
  const items = [
    {
      apiVersion: "v1",
      kind: "Namespace",
      // Flannel configures the node's network, so this namespace is privileged, the only one in the cluster.
      metadata: {
        name: namespace,
        labels: { ...labels, "pod-security.kubernetes.io/enforce": "privileged" },
      },
    },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace, labels } },
    clusterRole,
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name, labels },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    configuration(podCidr),
    daemonSet(release, contentHash(JSON.stringify(configuration(podCidr)))),
  ];
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

const clusterRole = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name, labels },
  rules: [
    { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
    { apiGroups: [""], resources: ["nodes/status"], verbs: ["patch"] },
  ],
};

function configuration(podCidr: string): object {
  const chain = {
    name: "cbr0",
    cniVersion: "0.3.1",
    plugins: [
      { type: "flannel", delegate: { hairpinMode: true, isDefaultGateway: true } },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
  // nftables, like kube-proxy: one packet filter per node, not two.
  const net = { Network: podCidr, EnableNFTables: true, Backend: { Type: "vxlan" } };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kube-flannel-cfg", namespace, labels: { ...labels, tier: "node" } },
    data: { "cni-conf.json": JSON.stringify(chain), "net-conf.json": JSON.stringify(net) },
  };
}

/** @param configurationHash restarts the pods on a change: they read their configuration only at start */
function daemonSet(release: KubernetesRelease, configurationHash: string): object {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "kube-flannel-ds", namespace, labels: { ...labels, tier: "node" } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { ...labels, tier: "node" },
          annotations: { "perigee.dev/configuration": configurationHash },
        },
        spec: {
          nodeSelector: { "kubernetes.io/os": "linux" },
          hostNetwork: true,
          priorityClassName: "system-node-critical",
          // No node becomes Ready without Flannel, so it tolerates every taint.
          tolerations: [{ operator: "Exists" }],
          serviceAccountName: name,
          initContainers: [
            {
              name: "install-cni-plugin",
              image: `ghcr.io/flannel-io/flannel-cni-plugin:${release.flannelCni}`,
              command: ["cp"],
              args: ["-f", "/flannel", "/opt/cni/bin/flannel"],
              volumeMounts: [{ name: "cni-plugin", mountPath: "/opt/cni/bin" }],
            },
          ],
          containers: [flanneld(`ghcr.io/flannel-io/flannel:${release.flannel}`)],
          volumes: [
            { name: "run", hostPath: { path: "/run/flannel" } },
            { name: "cni-plugin", hostPath: { path: "/opt/cni/bin" } },
            { name: "cni", hostPath: { path: "/etc/cni/net.d" } },
            { name: "flannel-cfg", configMap: { name: "kube-flannel-cfg" } },
            { name: "xtables-lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
          ],
        },
      },
    },
  };
}

/**
 * Shell command that installs the CNI configuration once Flannel can assign pod addresses. With this file the kubelet
 * reports its node Ready. If it is installed first, as in Flannel's own manifest, pods of a new node fail at once and
 * are retried after 14 seconds.
 */
const configureWhenUp = [
  "until [ -s /run/flannel/subnet.env ]; do sleep 0.2; done",
  "cp -f /etc/kube-flannel/cni-conf.json /etc/cni/net.d/10-flannel.conflist",
].join("; ");

/** Port on which flanneld tells the kubelet of its own node how it is. */
const healthPort = 8081;

/** A probe of flanneld by the kubelet of its own node: no other machine reaches the port. */
const probe = (path: string, periodSeconds: number): object => ({
  httpGet: { host: "127.0.0.1", path, port: healthPort },
  periodSeconds,
});

function flanneld(image: string): object {
  const field = (variable: string, fieldPath: string): object => ({
    name: variable,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return {
    name: "kube-flannel",
    image,
    command: ["/opt/bin/flanneld"],
    args: ["--ip-masq", "--kube-subnet-mgr", "--healthz-ip=127.0.0.1", `--healthz-port=${healthPort}`],
    ports: [{ name: "healthz", containerPort: healthPort, hostIP: "127.0.0.1" }],
    // The network step and an update wait for it to be ready.
    readinessProbe: probe("/readyz", 2),
    livenessProbe: probe("/healthz", 30),
    resources: { requests: { cpu: "100m", memory: "50Mi" } },
    securityContext: { privileged: false, capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
    lifecycle: { postStart: { exec: { command: ["sh", "-c", configureWhenUp] } } },
    env: [
      field("POD_NAME", "metadata.name"),
      field("POD_NAMESPACE", "metadata.namespace"),
      { name: "EVENT_QUEUE_DEPTH", value: "5000" },
    ],
    volumeMounts: [
      { name: "run", mountPath: "/run/flannel" },
      { name: "xtables-lock", mountPath: "/run/xtables.lock" },
      { name: "cni", mountPath: "/etc/cni/net.d" },
      { name: "flannel-cfg", mountPath: "/etc/kube-flannel/" },
    ],
  };
}
