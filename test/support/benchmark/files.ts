/** Sections 1.1 and 4.1 of the benchmark: whose the files are, and who may read them. */
import type { FileCheck } from "./check";

const root = "root:root";

/** Two checks of the same files: mode, then owner. */
function modeAndOwner(
  [mode, owner]: readonly [string, string],
  what: string,
  files: readonly RegExp[],
  atMost = 0o600,
  orAbsent = false,
): FileCheck[] {
  const who = atMost === 0o600 ? "root's alone to read" : `no more open than ${atMost.toString(8)}`;
  return [
    { id: mode, title: `${what}: ${who}`, files, rule: { atMost }, orAbsent },
    { id: owner, title: `${what}: root's`, files, rule: { owner: root }, orAbsent },
  ];
}

const manifest = (pod: string): readonly RegExp[] => [
  new RegExp(`^/etc/kubernetes/manifests/${pod}\\.yaml$`),
];
const kubeconfig = (name: string): readonly RegExp[] => [new RegExp(`^/etc/kubernetes/${name}\\.conf$`)];
const data = [/^\/var\/lib\/etcd$/];

export const controlPlaneFiles: readonly FileCheck[] = [
  ...modeAndOwner(["1.1.1", "1.1.2"], "the API server's manifest", manifest("kube-apiserver")),
  ...modeAndOwner(
    ["1.1.3", "1.1.4"],
    "the controller-manager's manifest",
    manifest("kube-controller-manager"),
  ),
  ...modeAndOwner(["1.1.5", "1.1.6"], "the scheduler's manifest", manifest("kube-scheduler")),
  ...modeAndOwner(["1.1.7", "1.1.8"], "etcd's manifest", manifest("etcd")),
  ...modeAndOwner(["1.1.9", "1.1.10"], "files of the pod network", [
    /^\/etc\/cni\/net\.d\/.+$/,
    /^\/var\/lib\/cni\/networks\/[^/]+\/.+$/,
  ]),
  { id: "1.1.11", title: "etcd's data: nobody's but the owner's", files: data, rule: { atMost: 0o700 } },
  { id: "1.1.12", title: "etcd's data: etcd's own", files: data, rule: { owner: "etcd:etcd" } },
  ...modeAndOwner(["1.1.13", "1.1.14"], "the administrator's kubeconfig", kubeconfig("(super-)?admin")),
  ...modeAndOwner(["1.1.15", "1.1.16"], "the scheduler's kubeconfig", kubeconfig("scheduler")),
  ...modeAndOwner(
    ["1.1.17", "1.1.18"],
    "the controller-manager's kubeconfig",
    kubeconfig("controller-manager"),
  ),
  {
    id: "1.1.19",
    title: "authorities, certificates and keys: root's",
    files: [/^\/etc\/kubernetes\/pki(\/.+)?$/],
    rule: { owner: root },
  },
  {
    id: "1.1.20",
    title: "certificates: nobody but root writes them",
    files: [/^\/etc\/kubernetes\/pki\/.+\.crt$/],
    rule: { atMost: 0o644 },
  },
  {
    id: "1.1.21",
    title: "keys: root's alone to read",
    files: [/^\/etc\/kubernetes\/pki\/.+\.key$/],
    rule: { atMost: 0o600 },
  },
];

export const nodeFiles: readonly FileCheck[] = [
  ...modeAndOwner(["4.1.1", "4.1.2"], "the kubelet's unit and what kubeadm adds to it", [
    /\/systemd\/system\/kubelet\.service$/,
    /\/systemd\/system\/kubelet\.service\.d\/.+\.conf$/,
  ]),
  ...modeAndOwner(
    ["4.1.3", "4.1.4"],
    "a kubeconfig of kube-proxy on the machine",
    kubeconfig("(kube-)?proxy"),
    0o600,
    true,
  ),
  ...modeAndOwner(["4.1.5", "4.1.6"], "the kubelet's kubeconfig", kubeconfig("kubelet")),
  ...modeAndOwner(
    ["4.1.7", "4.1.8"],
    "the authority that the kubelet believes",
    [/^\/etc\/kubernetes\/pki\/ca\.crt$/],
    0o644,
  ),
  ...modeAndOwner(["4.1.9", "4.1.10"], "the kubelet's configuration", [
    /^\/var\/lib\/kubelet\/(instance-)?config\.yaml$/,
  ]),
];
