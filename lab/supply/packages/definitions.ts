/** Definitions of the packages that the lab builds (Kubernetes' and containerd) and their control files. */
import { join } from "node:path";
import { program, type Programs } from "../toolchain/build";
import {
  cniPlugins,
  cniPluginsVersion,
  containerdPrograms,
  containerdVersion,
  criToolsVersion,
} from "../toolchain/components";

/** A file of a package: its source and its target. */
interface PackagedFile {
  source: string;
  /** Absolute path on the machine. */
  target: string;
  mode: "0755" | "0644";
}

/** A Debian package, as data. */
export interface DebianPackage {
  name: string;
  /** Upstream's version and pkgs.k8s.io's revision: `1.36.3-1.1`. */
  version: string;
  summary: string;
  depends: readonly string[];
  files: readonly PackagedFile[];
  /** Folders without content; each has a file `.<name>-keep`, as in upstream's packages. */
  folders: readonly string[];
  /** Paths that dpkg keeps when the administrator has changed them. */
  conffiles: readonly string[];
  /** Maintainer scripts: name to source file. */
  scripts: Readonly<Record<string, string>>;
}

const revision = "1.1";
const here = (path: string) => join(__dirname, path);

/** Packages of one Kubernetes version, with the same dependencies as those of pkgs.k8s.io. */
export function kubernetesPackages(version: string, programs: Programs): DebianPackage[] {
  const binary = (name: string): PackagedFile => ({
    source: program(programs, `${name}-${version}`),
    target: `/usr/bin/${name}`,
    mode: "0755",
  });
  return [
    kubeadm(version, binary("kubeadm")),
    kubelet(version, binary("kubelet")),
    kubectl(version, binary("kubectl")),
    kubernetesCni(programs),
    criTools(programs),
  ];
}

const nothingMore = { depends: [], folders: [], conffiles: [], scripts: {} };

/** Maintainer scripts of a package whose service has its name. */
const serviceScripts = {
  postinst: here("service/postinst"),
  prerm: here("service/prerm"),
  postrm: here("service/postrm"),
};

/** Package with the kubelet's drop-in, as upstream's: without kubeadm the kubelet runs without it. */
function kubeadm(version: string, binary: PackagedFile): DebianPackage {
  const dropIn = "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf";
  return {
    ...nothingMore,
    name: "kubeadm",
    version: `${version}-${revision}`,
    summary: "Command-line utility for administering a Kubernetes cluster",
    files: [binary, { source: here("kubeadm/10-kubeadm.conf"), target: dropIn, mode: "0644" }],
  };
}

function kubelet(version: string, binary: PackagedFile): DebianPackage {
  const unit = { source: here("kubelet/kubelet.service"), target: "/usr/lib/systemd/system/kubelet.service" };
  const settings = { source: here("kubelet/kubelet.default"), target: "/etc/default/kubelet" };
  return {
    name: "kubelet",
    version: `${version}-${revision}`,
    summary: "Node agent for Kubernetes clusters",
    depends: ["iptables (>= 1.4.21)", "kubernetes-cni (>= 1.2.0)", "mount", "util-linux"],
    files: [binary, { ...unit, mode: "0644" }, { ...settings, mode: "0644" }],
    folders: ["/var/lib/kubelet", "/etc/kubernetes/manifests"],
    conffiles: [settings.target],
    scripts: serviceScripts,
  };
}

function kubectl(version: string, binary: PackagedFile): DebianPackage {
  return {
    ...nothingMore,
    name: "kubectl",
    version: `${version}-${revision}`,
    summary: "Command-line utility for interacting with a Kubernetes cluster",
    files: [binary],
  };
}

function kubernetesCni(programs: Programs): DebianPackage {
  return {
    ...nothingMore,
    name: "kubernetes-cni",
    version: `${cniPluginsVersion}-${revision}`,
    summary: "Binaries required to provision kubernetes container networking",
    files: cniPlugins.map((name) => ({
      source: program(programs, `cni-${name}`),
      target: `/opt/cni/bin/${name}`,
      mode: "0755",
    })),
    folders: ["/etc/cni/net.d"],
  };
}

function criTools(programs: Programs): DebianPackage {
  return {
    ...nothingMore,
    name: "cri-tools",
    version: `${criToolsVersion}-${revision}`,
    summary: "Command-line utility for interacting with a container runtime",
    files: [{ source: program(programs, "crictl"), target: "/usr/bin/crictl", mode: "0755" }],
  };
}

/** containerd as Ubuntu 24.04 packages it: above Debian's, which apt would take otherwise. */
export function containerdPackage(programs: Programs): DebianPackage {
  const binaries = containerdPrograms.map((name) => ({
    source: program(programs, name),
    target: `/usr/bin/${name}`,
    mode: "0755" as const,
  }));
  const unit = {
    source: here("containerd/containerd.service"),
    target: "/usr/lib/systemd/system/containerd.service",
    mode: "0644" as const,
  };
  return {
    ...nothingMore,
    name: "containerd",
    version: `${containerdVersion}-0lab1`,
    summary: "Container runtime",
    depends: ["runc (>= 1.1.0)"],
    files: [...binaries, unit],
    scripts: serviceScripts,
  };
}

/** The text of a package's control file (Debian Policy, chapter 5). */
export function controlFile(definition: DebianPackage, installedKiB: number): string {
  const fields: [string, string][] = [
    ["Package", definition.name],
    ["Version", definition.version],
    ["Architecture", "amd64"],
    ["Maintainer", "Perigee lab <lab@perigee.invalid>"],
    ["Installed-Size", String(installedKiB)],
    ["Depends", definition.depends.join(", ")],
    ["Section", "admin"],
    ["Priority", "optional"],
    ["Description", `${definition.summary}\n Built from its Go module for Perigee's lab.`],
  ];
  const said = fields.filter(([, value]) => value !== "");
  return said.map(([name, value]) => `${name}: ${value}\n`).join("");
}
