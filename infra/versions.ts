/** Tested combinations of versions, and the environment of each test. */

export interface KubernetesRelease {
  readonly kubernetes: string;
  /** Image tags of this kubeadm release (`kubeadm config images list`). */
  readonly etcd: string;
  readonly pause: string;
  readonly coredns: string;
  readonly flannel: string;
  readonly flannelCni: string;
  /** Oldest containerd that it was tested with. */
  readonly containerd: string;
  /** Environments in which the combination was tested, most recent first. */
  readonly tested: string;
}

/** Tested releases; the first is the default. Untested versions are refused. */
export const testedReleases: readonly [KubernetesRelease, ...KubernetesRelease[]] = [
  {
    kubernetes: "1.36.3",
    etcd: "3.6.8-0",
    pause: "3.10.2",
    coredns: "v1.14.2",
    flannel: "v0.28.9",
    flannelCni: "v1.9.1-flannel3",
    containerd: "1.6.20",
    tested: "lab: Debian 12, containerd 1.6.20",
  },
  {
    kubernetes: "1.35.4",
    etcd: "3.6.6-0",
    pause: "3.10.1",
    coredns: "v1.13.1",
    flannel: "v0.28.9",
    flannelCni: "v1.9.1-flannel3",
    containerd: "1.6.20",
    tested: "lab: Debian 12, containerd 2.2.1 (a new cluster) and 1.6.20",
  },
];

export const defaultKubernetesVersion = testedReleases[0].kubernetes;

/** @throws Error with the list of tested versions when this one is not among them */
export function releaseOf(kubernetesVersion: string): KubernetesRelease {
  const release = testedReleases.find((candidate) => candidate.kubernetes === kubernetesVersion);
  if (release === undefined) throw new Error(`was not tested; tested: ${testedVersions().join(", ")}`);
  return release;
}

export function testedVersions(): string[] {
  return testedReleases.map((release) => release.kubernetes);
}

/** Minor version, `1.36.3` -> `1.36`: the package repository has one folder per minor version. */
export function minorOf(kubernetesVersion: string): string {
  return kubernetesVersion.split(".").slice(0, 2).join(".");
}

const flannelImages = (release: KubernetesRelease): string[] => [
  `ghcr.io/flannel-io/flannel:${release.flannel}`,
  `ghcr.io/flannel-io/flannel-cni-plugin:${release.flannelCni}`,
];

/** Images that a machine pulls at boot, so that joining does not wait for them. */
export function imagesOf(role: "control-plane" | "worker", release: KubernetesRelease): string[] {
  const version = `v${release.kubernetes}`;
  const everywhere = [
    `registry.k8s.io/kube-proxy:${version}`,
    `registry.k8s.io/pause:${release.pause}`,
    ...flannelImages(release),
  ];
  if (role === "worker") return everywhere;
  return [
    `registry.k8s.io/kube-apiserver:${version}`,
    `registry.k8s.io/kube-controller-manager:${version}`,
    `registry.k8s.io/kube-scheduler:${version}`,
    `registry.k8s.io/etcd:${release.etcd}`,
    `registry.k8s.io/coredns/coredns:${release.coredns}`,
    ...everywhere,
  ];
}
