/** Definitions of a cluster's container images, with the names and versions in its manifests. */
import { type KubernetesRelease, releaseOf } from "../../../infra/versions";
import { hostOfImage, isReleased, type Sources } from "../sources";
import { program, type Programs } from "../toolchain/build";
import { type ComponentName, componentNames, components } from "../toolchain/components";
import { wheels } from "../toolchain/wheels";

/** A container image, as data: static programs in an empty root, over a layer of Debian's tools when it needs any. */
export interface ImageDefinition {
  /** Reference in the manifests, with the original registry. */
  reference: string;
  files: readonly ImageFile[];
  entrypoint: readonly string[];
  /** `uid:gid`; default: root. */
  user?: string;
  /** True when only the lab's tests run it: no reason to build anything. */
  forTests?: boolean;
  /** True when it needs a shell, `cp`, iptables and nft: a layer shared by all such images. */
  nodeTools?: boolean;
  /** True when it needs ipset, curl, grep and sed besides: another layer over that one. */
  policyTools?: boolean;
}

export interface ImageFile {
  /** Absolute path on this machine. */
  source: string;
  /** Absolute path in the image. */
  target: string;
}

/** Versions of the components that belong to a Kubernetes version. */
interface CompanionVersions {
  etcd: string;
  etcdTag: string;
  coredns: string;
  pause: string;
}

/**
 * Versions that each Kubernetes version's own kubeadm requires (`kubeadm config images list`), exactly these and no
 * similar ones. Two may share a pause: it is one program of the lab under each tag.
 * @throws Error when the version is not a tested one
 */
function companionVersions(version: string): CompanionVersions {
  const { etcd, coredns, pause } = releaseOf(version);
  return { etcd: etcd.replace(/-\d+$/, ""), etcdTag: etcd, coredns: coredns.replace(/^v/, ""), pause };
}

/** The images that are not released ones: those to be built here. */
export function imagesToBuild(
  images: readonly ImageDefinition[],
  sources: Sources,
): readonly ImageDefinition[] {
  const built = images.filter(({ reference }) => !isReleased(sources, hostOfImage(reference)));
  return built.every(({ forTests }) => forTests === true) ? [] : built;
}

/** Every program under its own name: for definitions of which only the programs' names are of interest. */
export const programNames: Programs = Object.fromEntries(
  [
    ...componentNames.flatMap((name) => components[name].programs.map((one) => one.name)),
    ...wheels.map(({ name }) => name),
  ].map((name) => [name, name]),
);

/** Names of the programs of wheels that images contain whose definitions were made with {@link programNames}. */
export function wheelsIn(images: readonly ImageDefinition[]): string[] {
  const used = sourcesIn(images);
  return wheels.map(({ name }) => name).filter((name) => used.has(name));
}

/** Components that images contain whose definitions were made with {@link programNames}. */
export function componentsIn(images: readonly ImageDefinition[]): ComponentName[] {
  const used = sourcesIn(images);
  return componentNames.filter((name) => components[name].programs.some((one) => used.has(one.name)));
}

const sourcesIn = (images: readonly ImageDefinition[]): ReadonlySet<string> =>
  new Set(images.flatMap(({ files }) => files.map(({ source }) => source)));

/** Every image that a cluster of this version, its pod network and the lab's own tests run. */
export function clusterImages(version: string, programs: Programs): ImageDefinition[] {
  const { etcd, etcdTag, coredns, pause } = companionVersions(version);
  const file = (name: string, target: string): ImageFile => ({ source: program(programs, name), target });
  const kubernetes = (name: string): ImageDefinition => ({
    reference: `registry.k8s.io/${name}:v${version}`,
    files: [file(`${name}-${version}`, `/usr/local/bin/${name}`)],
    entrypoint: [`/usr/local/bin/${name}`],
  });
  const etcdFiles = ["etcd", "etcdctl", "etcdutl"].map((name) =>
    file(`${name}-${etcd}`, `/usr/local/bin/${name}`),
  );
  return [
    kubernetes("kube-apiserver"),
    kubernetes("kube-controller-manager"),
    kubernetes("kube-scheduler"),
    { ...kubernetes("kube-proxy"), nodeTools: true },
    { reference: `registry.k8s.io/etcd:${etcdTag}`, files: etcdFiles, entrypoint: ["etcd"] },
    {
      reference: `registry.k8s.io/coredns/coredns:v${coredns}`,
      files: [file(`coredns-${coredns}`, "/coredns")],
      entrypoint: ["/coredns"],
    },
    {
      reference: `registry.k8s.io/pause:${pause}`,
      files: [file("pause", "/pause")],
      entrypoint: ["/pause"],
      user: "65535:65535",
    },
    ...addOnImages(releaseOf(version), file),
  ];
}

/** Flannel's images, and the echo server of the tests. */
function addOnImages(
  { flannel, flannelCni }: KubernetesRelease,
  file: (name: string, target: string) => ImageFile,
): ImageDefinition[] {
  return [
    {
      reference: `ghcr.io/flannel-io/flannel:${flannel}`,
      files: [file("flanneld", "/opt/bin/flanneld")],
      entrypoint: ["/opt/bin/flanneld"],
      nodeTools: true,
    },
    {
      reference: `ghcr.io/flannel-io/flannel-cni-plugin:${flannelCni}`,
      files: [file("flannel-cni", "/flannel")],
      entrypoint: ["/flannel"],
      nodeTools: true,
    },
    {
      reference: "perigee.invalid/lab/echo:1",
      files: [file("echo", "/echo")],
      entrypoint: ["/echo"],
      forTests: true,
    },
  ];
}

/** The repository of a reference within its registry: `coredns/coredns:v1` of `registry.k8s.io/coredns/coredns:v1`. */
export function repositoryPath(reference: string): string {
  return reference.slice(reference.indexOf("/") + 1);
}

/**
 * Checks that no two images share a repository path: one local registry serves the images of all original ones.
 * @throws Error with the references in conflict
 */
export function checkDisjoint(images: readonly ImageDefinition[]): void {
  const owners = new Map<string, string>();
  for (const { reference } of images) {
    const path = repositoryPath(reference);
    const owner = owners.get(path) ?? reference;
    if (owner !== reference) throw new Error(`${owner} and ${reference} cannot both be served as ${path}`);
    owners.set(path, reference);
  }
}
