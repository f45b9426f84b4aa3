/** Table of the Go programs that the lab builds. */
import { testedReleases } from "../../../infra/versions";

/** Programs that are built together: one row of what `make up` shows. */
export interface Component {
  /** Purpose in a few words, printed by `--help`. */
  about: string;
  programs: readonly Program[];
  /** The module file with their versions. */
  module: ModuleFile;
  /**
   * Seconds of a cold build on two quiet cores, after the rows above it (`npm run bench:up -- --cold`): a weight, for
   * the time that is left.
   */
  seconds: number;
  /** `-X` settings that set a program's version: variable to value. */
  versions?: Readonly<Record<string, string>>;
  /** Set only for a program with C in it, which is then linked statically: the build tags that avoid libc. */
  cTags?: readonly string[];
  /** Build tags of programs without C that leave out parts of them. */
  tags?: readonly string[];
}

/** A module file, by its path from here. */
export type ModuleFile =
  | "programs/go.mod"
  | "programs/kubernetes-1.35.mod"
  | "alertmanager/go.mod"
  | "containerd/go.mod"
  | "flannel-cni/go.mod"
  | "blackbox/go.mod"
  | "pushgateway/go.mod"
  | "collector/go.mod"
  | "kube-router/go.mod"
  | "dex/go.mod"
  | "oauth2-proxy/go.mod"
  | "victorialogs/go.mod";

interface Program {
  /** Name in the result of {@link buildToolchain}; with its version when several are built. */
  name: string;
  /** File name in `bin/`. */
  file: string;
  /** Import path of its main package; `./` is the lab's own, beside the module file. */
  package: string;
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

type Build = Pick<Component, "module" | "seconds">;
type Rest = Omit<Component, "programs" | "module"> & Partial<Pick<Component, "module">>;

function kubernetes(version: string, build: Build): Component {
  const [major = "", minor = ""] = version.split(".");
  const versions: Record<string, string> = {};
  for (const variables of ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]) {
    versions[`${variables}.gitVersion`] = `v${version}`;
    versions[`${variables}.gitMajor`] = major;
    versions[`${variables}.gitMinor`] = minor;
    versions[`${variables}.gitTreeState`] = "clean";
  }
  const programs = kubernetesPrograms.map((file) => ({
    name: `${file}-${version}`,
    file,
    package: `k8s.io/kubernetes/cmd/${file}`,
  }));
  return { about: `Kubernetes ${version}`, programs, versions, ...build };
}

function etcd(version: string, build: Build): Component {
  const parts = { etcd: "server", etcdctl: "etcdctl", etcdutl: "etcdutl" };
  const programs = Object.entries(parts).map(([file, part]) => ({
    name: `${file}-${version}`,
    file,
    package: `go.etcd.io/etcd/${part}/v3`,
  }));
  return { about: "the control plane's store", programs, ...build };
}

function coredns(version: string, build: Build): Component {
  const programs = [{ name: `coredns-${version}`, file: "coredns", package: "./coredns" }];
  return { about: "cluster DNS, with the plugins that kubeadm asks for", programs, ...build };
}

/** A component whose only program has the component's own name; by default from the common module. */
function single(name: string, from: string, rest: Rest): Component {
  return { programs: [{ name, file: name, package: from }], module: "programs/go.mod", ...rest };
}

/** Plugins of upstream's kubernetes-cni package that build without C, with their folders in the module. */
const cniFolders = {
  bandwidth: "meta",
  bridge: "main",
  dhcp: "ipam",
  firewall: "meta",
  "host-device": "main",
  "host-local": "ipam",
  ipvlan: "main",
  loopback: "main",
  macvlan: "main",
  portmap: "meta",
  ptp: "main",
  static: "ipam",
  tuning: "meta",
  vlan: "main",
  vrf: "meta",
} as const;

/** Names of the plugins in upstream's kubernetes-cni package. */
export const cniPlugins = Object.keys(cniFolders);

/** Version of {@link cniPlugins}: the one that Kubernetes 1.36 is tested with (its build/dependencies.yaml). */
export const cniPluginsVersion = "1.9.1";

/** Version of crictl for every Kubernetes: Go's proxy does not have 1.35's, and the interface is the same. */
export const criToolsVersion = "1.36.0";

/** Version of the containerd that is built: Ubuntu 24.04's. */
export const containerdVersion = "2.2.1";

/** Programs of Ubuntu's package containerd. */
export const containerdPrograms = ["containerd", "containerd-shim-runc-v2", "ctr"] as const;

const promVersion = "github.com/prometheus/common/version.Version";

/**
 * Components that the lab builds. To add one: its `tool` lines and version in a module file, and a row here.
 * The longest builds come first, so that no long one is left at the end.
 */
export const components = {
  "kubernetes-1.36": kubernetes("1.36.3", { module: "programs/go.mod", seconds: 260 }),
  pulumi: single("pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", {
    about: "the Pulumi CLI",
    versions: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.259.0" },
    seconds: 150,
  }),
  containerd: {
    about: "runs a node's containers, as Ubuntu 24.04's does",
    programs: containerdPrograms.map((file) => ({
      name: file,
      file,
      package: `github.com/containerd/containerd/v2/cmd/${file}`,
    })),
    module: "containerd/go.mod",
    versions: { "github.com/containerd/containerd/v2/version.Version": containerdVersion },
    tags: ["no_btrfs", "no_devmapper", "no_zfs"], // snapshots are overlays here
    seconds: 42,
  },
  prometheus: single("prometheus", "github.com/prometheus/prometheus/cmd/prometheus", {
    about: "the monitoring's database",
    versions: { [promVersion]: "3.15.0" },
    // Only the service discoveries that a cluster uses: a third of the build time.
    tags: ["remove_all_sd", "enable_kubernetes_sd", "enable_dns_sd"],
    seconds: 32,
  }),
  "prometheus-operator": {
    about: "makes Prometheus and Alertmanager from Kubernetes objects",
    programs: [
      {
        name: "prometheus-operator",
        file: "operator",
        package: "github.com/prometheus-operator/prometheus-operator/cmd/operator",
      },
      {
        name: "prometheus-config-reloader",
        file: "prometheus-config-reloader",
        package: "github.com/prometheus-operator/prometheus-operator/cmd/prometheus-config-reloader",
      },
    ],
    module: "programs/go.mod",
    versions: { [promVersion]: "0.93.1" },
    seconds: 22,
  },
  flannel: {
    about: "the pod network's daemon",
    programs: [{ name: "flanneld", file: "flanneld", package: "github.com/flannel-io/flannel" }],
    module: "programs/go.mod",
    versions: { "github.com/flannel-io/flannel/pkg/version.Version": testedReleases[0].flannel },
    cTags: ["netgo", "osusergo"], // its UDP backend is C
    seconds: 20,
  },
  helm: single("helm", "helm.sh/helm/v3/cmd/helm", {
    about: "installs charts",
    versions: {
      "helm.sh/helm/v3/internal/version.version": "v3.22.0",
      // Kubernetes' version in `helm template`: else 1.20.
      "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor": "1",
      "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor": "36",
    },
    seconds: 9,
  }),
  crictl: single("crictl", "sigs.k8s.io/cri-tools/cmd/crictl", {
    about: "looks at a node's containers",
    versions: { "sigs.k8s.io/cri-tools/pkg/version.Version": `v${criToolsVersion}` },
    seconds: 8,
  }),
  "kube-state-metrics": single("kube-state-metrics", "k8s.io/kube-state-metrics/v2", {
    about: "metrics of Kubernetes' objects",
    versions: { [promVersion]: "v2.20.0" },
    seconds: 7,
  }),
  "metrics-server": single("metrics-server", "sigs.k8s.io/metrics-server/cmd/metrics-server", {
    about: "what pods and nodes use now, for `kubectl top` and autoscalers",
    versions: { "k8s.io/client-go/pkg/version.gitVersion": "v0.9.0" },
    seconds: 6,
  }),
  "coredns-1.14.2": coredns("1.14.2", { module: "programs/go.mod", seconds: 6 }),
  "etcd-3.6.8": etcd("3.6.8", { module: "programs/go.mod", seconds: 9 }),
  alertmanager: single("alertmanager", "github.com/prometheus/alertmanager/cmd/alertmanager", {
    about: "sends the monitoring's alerts to people",
    module: "alertmanager/go.mod",
    versions: { [promVersion]: "0.31.1" },
    seconds: 6,
  }),
  "node-exporter": {
    about: "a node's own metrics",
    programs: [
      { name: "node-exporter", file: "node_exporter", package: "github.com/prometheus/node_exporter" },
    ],
    module: "programs/go.mod",
    versions: { [promVersion]: "1.12.1" },
    seconds: 4,
  },
  prober: {
    about: "asks addresses, and tells Prometheus what they answer",
    programs: [
      { name: "prober", file: "blackbox_exporter", package: "github.com/prometheus/blackbox_exporter" },
    ],
    module: "blackbox/go.mod",
    versions: { [promVersion]: "0.28.0" },
    seconds: 8,
  },
  "job-gateway": {
    about: "takes what batch jobs push",
    programs: [{ name: "job-gateway", file: "pushgateway", package: "github.com/prometheus/pushgateway" }],
    module: "pushgateway/go.mod",
    versions: { [promVersion]: "1.11.1" },
    seconds: 8,
  },
  "policy-engine": {
    about: "enforces NetworkPolicies on a node",
    programs: [
      {
        name: "policy-engine",
        file: "kube-router",
        package: "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router",
      },
    ],
    module: "kube-router/go.mod",
    versions: { "github.com/cloudnativelabs/kube-router/v2/pkg/version.Version": "v2.10.0" },
    seconds: 60,
  },
  "log-collector": {
    about: "reads a node's logs and sends them on",
    programs: [{ name: "log-collector", file: "otelcol", package: "./otelcol" }],
    module: "collector/go.mod",
    versions: { "main.version": "0.160.0" },
    seconds: 40,
  },
  "log-store": {
    about: "keeps logs, and asks itself for alerts",
    programs: [
      {
        name: "log-store",
        file: "victoria-logs",
        package: "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs",
      },
      {
        name: "log-rules",
        file: "vmalert",
        package: "github.com/VictoriaMetrics/VictoriaMetrics/app/vmalert",
      },
    ],
    module: "victorialogs/go.mod",
    seconds: 12,
  },
  "sign-on": {
    about: "leads people to an identity provider, and knows who was there",
    programs: [{ name: "sign-on", file: "oauth2-proxy", package: "github.com/oauth2-proxy/oauth2-proxy/v7" }],
    module: "oauth2-proxy/go.mod",
    versions: { "github.com/oauth2-proxy/oauth2-proxy/v7/pkg/version.VERSION": "v7.15.6" },
    seconds: 25,
  },
  "identity-provider": {
    about: "vouches for people, for tests",
    programs: [{ name: "identity-provider", file: "provider", package: "./provider" }],
    module: "dex/go.mod",
    seconds: 40,
  },
  "cni-plugins": {
    about: "what containerd and Flannel call to wire a pod up",
    programs: Object.entries(cniFolders).map(([file, folder]) => ({
      name: `cni-${file}`,
      file,
      package: `github.com/containernetworking/plugins/plugins/${folder}/${file}`,
    })),
    module: "programs/go.mod",
    versions: {
      "github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion": `v${cniPluginsVersion}`,
    },
    seconds: 3,
  },
  "flannel-cni": {
    about: "Flannel's CNI plugin",
    programs: [
      {
        name: "flannel-cni",
        file: "flannel",
        package: "github.com/containernetworking/plugins/plugins/meta/flannel",
      },
    ],
    module: "flannel-cni/go.mod",
    seconds: 1,
  },
  crane: single("crane", "github.com/google/go-containerregistry/cmd/crane", {
    about: "builds and pushes container images",
    versions: { "github.com/google/go-containerregistry/cmd/crane/cmd.Version": "v0.22.1" },
    seconds: 3,
  }),
  echo: single("echo", "./echo", { about: "HTTP echo server for the lab's tests", seconds: 1 }),
  pause: single("pause", "./pause", { about: "holds a pod's namespaces", seconds: 1 }),
  "kubernetes-1.35": kubernetes("1.35.4", { module: "programs/kubernetes-1.35.mod", seconds: 150 }),
  "coredns-1.13.1": coredns("1.13.1", { module: "programs/kubernetes-1.35.mod", seconds: 6 }),
  "etcd-3.6.6": etcd("3.6.6", { module: "programs/kubernetes-1.35.mod", seconds: 9 }),
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
