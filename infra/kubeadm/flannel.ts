/** Flannel over VXLAN: what gives every pod an address that every node can reach. */
import { createHash } from "node:crypto";
import type { KubernetesRelease } from "./versions";

const namespace = "kube-flannel";
const name = "flannel";
const labels = { app: name, "k8s-app": name };

/** The List of objects to apply; JSON is YAML that needs no indentation. */
export function flannelManifest(release: KubernetesRelease, podCidr: string): string {
  const items = [
    {
      apiVersion: "v1",
      kind: "Namespace",
      // It configures the node's network: the one namespace of the cluster that is privileged.
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
  // nftables, as kube-proxy: one packet filter on the node, not two.
  const net = { Network: podCidr, EnableNFTables: true, Backend: { Type: "vxlan" } };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kube-flannel-cfg", namespace, labels: { ...labels, tier: "node" } },
    data: { "cni-conf.json": JSON.stringify(chain), "net-conf.json": JSON.stringify(net) },
  };
}

/** @param configurationHash rolls the pods, which read their configuration at their start only */
function daemonSet(release: KubernetesRelease, configurationHash: string): object {
  const image = `ghcr.io/flannel-io/flannel:${release.flannel}`;
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
          // Without it no node becomes Ready: it runs on all of them, whatever their taints.
          tolerations: [{ operator: "Exists" }],
          serviceAccountName: name,
          initContainers: [
            copy("install-cni-plugin", `ghcr.io/flannel-io/flannel-cni-plugin:${release.flannelCni}`, {
              from: "/flannel",
              to: "/opt/cni/bin/flannel",
              volumeMounts: [{ name: "cni-plugin", mountPath: "/opt/cni/bin" }],
            }),
            copy("install-cni", image, {
              from: "/etc/kube-flannel/cni-conf.json",
              to: "/etc/cni/net.d/10-flannel.conflist",
              volumeMounts: [{ name: "cni", mountPath: "/etc/cni/net.d" }, configurationMount],
            }),
          ],
          containers: [flanneld(image)],
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

function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

const configurationMount = { name: "flannel-cfg", mountPath: "/etc/kube-flannel/" };

function copy(
  container: string,
  image: string,
  file: { from: string; to: string; volumeMounts: readonly object[] },
): object {
  const { from, to, volumeMounts } = file;
  return { name: container, image, command: ["cp"], args: ["-f", from, to], volumeMounts };
}

function flanneld(image: string): object {
  const field = (variable: string, fieldPath: string): object => ({
    name: variable,
    valueFrom: { fieldRef: { fieldPath } },
  });
  return {
    name: "kube-flannel",
    image,
    command: ["/opt/bin/flanneld"],
    args: ["--ip-masq", "--kube-subnet-mgr"],
    resources: { requests: { cpu: "100m", memory: "50Mi" } },
    securityContext: { privileged: false, capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
    env: [
      field("POD_NAME", "metadata.name"),
      field("POD_NAMESPACE", "metadata.namespace"),
      { name: "EVENT_QUEUE_DEPTH", value: "5000" },
    ],
    volumeMounts: [
      { name: "run", mountPath: "/run/flannel" },
      { name: "xtables-lock", mountPath: "/run/xtables.lock" },
      configurationMount,
    ],
  };
}
