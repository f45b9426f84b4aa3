/** Table of the Go programs that the lab builds. */
import { testedReleases } from "../../../infra/versions";

/** One Go module in its own folder beside this file, built as a whole. */
export interface Component {
  /** Purpose in a few words, printed by `--help`. */
  about: string;
  programs: readonly Program[];
  /** `-X` settings that set a program's version: variable to value. */
  versions?: Readonly<Record<string, string>>;
  /** Set only for a program with C in it, which is then linked statically: the build tags that avoid libc. */
  cTags?: readonly string[];
  /** Build tags of programs without C that leave out parts of them. */
  tags?: readonly string[];
}

interface Program {
  /** Name in the result of {@link buildToolchain}; with its version when several are built. */
  name: string;
  /** File name in `bin/`. */
  file: string;
  /** File name from `go build`, when that differs (the last part of the package's path). */
  builtAs?: string;
}

const kubernetesPrograms = [
  "kubeadm",
  "kubelet",
  "kubectl",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kube-proxy",
] as const;

function kubernetes(version: string): Component {
  const [major = "", minor = ""] = version.split(".");
  const versions: Record<string, string> = {};
  for (const variables of ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]) {
    versions[`${variables}.gitVersion`] = `v${version}`;
    versions[`${variables}.gitMajor`] = major;
    versions[`${variables}.gitMinor`] = minor;
    versions[`${variables}.gitTreeState`] = "clean";
  }
  const programs = kubernetesPrograms.map((file) => ({ name: `${file}-${version}`, file }));
  return { about: `Kubernetes ${version}`, programs, versions };
}

function etcd(version: string): Component {
  const programs = [
    { name: `etcd-${version}`, file: "etcd", builtAs: "server" },
    { name: `etcdctl-${version}`, file: "etcdctl" },
    { name: `etcdutl-${version}`, file: "etcdutl" },
  ];
  return { about: "the control plane's store", programs };
}

function coredns(version: string): Component {
  return { about: "cluster DNS", programs: [{ name: `coredns-${version}`, file: "coredns" }] };
}

/** A component whose only program has the component's own name. */
function single(name: string, about: string, versions: Readonly<Record<string, string>> = {}): Component {
  return { about, programs: [{ name, file: name }], versions };
}

/** Plugins of upstream's kubernetes-cni package that build without C. */
export const cniPlugins = [
  "bandwidth",
  "bridge",
  "dhcp",
  "firewall",
  "host-device",
  "host-local",
  "ipvlan",
  "loopback",
  "macvlan",
  "portmap",
  "ptp",
  "static",
  "tuning",
  "vlan",
  "vrf",
] as const;

/** Version of {@link cniPlugins}: the one that Kubernetes 1.36 is tested with (its build/dependencies.yaml). */
export const cniPluginsVersion = "1.9.1";

/**
 * Components that the lab builds. To add one: a folder with its go.mod (`tool` directives, exact versions) and
 * go.sum, and a row here. The longest builds come first, so that no long one is left at the end.
 */
export const components = {
  "kubernetes-1.36": kubernetes("1.36.3"),
  pulumi: single("pulumi", "the Pulumi CLI", {
    "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.259.0",
  }),
  "kubernetes-1.35": kubernetes("1.35.4"),
  flannel: {
    about: "the pod network's daemon",
    programs: [{ name: "flanneld", file: "flanneld", builtAs: "flannel" }],
    versions: { "github.com/flannel-io/flannel/pkg/version.Version": testedReleases[0].flannel },
    cTags: ["netgo", "osusergo"], // its UDP backend is C
  },
  "coredns-1.14.2": coredns("1.14.2"),
  "coredns-1.13.1": coredns("1.13.1"),
  "etcd-3.6.8": etcd("3.6.8"),
  "etcd-3.6.6": etcd("3.6.6"),
  "cni-plugins": {
    about: "what containerd and Flannel call to wire a pod up",
    programs: cniPlugins.map((name) => ({ name: `cni-${name}`, file: name })),
    versions: {
      "github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion": `v${cniPluginsVersion}`,
    },
  },
  "flannel-cni": { about: "Flannel's CNI plugin", programs: [{ name: "flannel-cni", file: "flannel" }] },
  prometheus: {
    about: "the monitoring's database; its page comes from lab/supply/prometheusPage",
    programs: [{ name: "prometheus", file: "prometheus" }],
    versions: { "github.com/prometheus/common/version.Version": "3.15.0" },
    // Only the service discoveries that a cluster uses: a third of the build time.
    tags: ["remove_all_sd", "enable_kubernetes_sd", "enable_dns_sd"],
  },
  "prometheus-operator": {
    about: "makes Prometheus and Alertmanager from Kubernetes objects",
    programs: [
      { name: "prometheus-operator", file: "operator" },
      { name: "prometheus-config-reloader", file: "prometheus-config-reloader" },
    ],
    versions: { "github.com/prometheus/common/version.Version": "0.93.1" },
  },
  helm: single("helm", "installs charts", {
    "helm.sh/helm/v3/internal/version.version": "v3.22.0",
    // The cluster's version in `helm template`: without it, 1.20.
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor": "1",
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor": "36",
  }),
  "node-exporter": {
    about: "a node's own metrics",
    programs: [{ name: "node-exporter", file: "node_exporter" }],
    versions: { "github.com/prometheus/common/version.Version": "1.12.1" },
  },
  crane: single("crane", "builds and pushes container images", {
    "github.com/google/go-containerregistry/cmd/crane/cmd.Version": "v0.22.1",
  }),
  echo: single("echo", "HTTP echo server for the lab's tests"),
  "file-server": single("file-server", "serves the package repository"),
  pause: single("pause", "holds a pod's namespaces"),
} as const satisfies Record<string, Component>;

export type ComponentName = keyof typeof components;

/** Every component, in build order. */
export const componentNames = Object.keys(components) as ComponentName[];

/** Every Kubernetes version that the lab can run. */
export const kubernetesVersions = componentNames.flatMap((name) => {
  const [first] = (components[name] as Component).programs;
  return first?.name.startsWith("kubeadm-") ? [first.name.slice("kubeadm-".length)] : [];
});

/**
 * Component that builds a Kubernetes version.
 * @throws Error with the available versions
 */
export function kubernetesComponent(version: string): ComponentName {
  const found = componentNames.find((name) =>
    (components[name] as Component).programs.some((program) => program.name === `kubeadm-${version}`),
  );
  if (found) return found;
  throw new Error(
    `Kubernetes ${version} cannot be run in the lab; it has ${kubernetesVersions.join(" and ")}.`,
  );
}
