/** cloud-init user data of a machine: a pure function of its arguments, with golden files in test/golden/. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Role } from "../../contract/outputs";
import { imagesOf, minorOf, releaseOf } from "../versions";
import { toYaml } from "../yaml";
import { type Mirrors, registryFiles } from "./mirrors";
import type { SshKeyPair } from "./sshKeys";

/** Size limit of EC2 in bytes, before base64 encoding. */
export const userDataLimitBytes = 16_384;

export interface UserDataArgs {
  readonly role: Role;
  /** True for a Spot machine: it drains its node when AWS takes it back. */
  readonly spot: boolean;
  readonly hostName: string;
  readonly kubernetesVersion: string;
  readonly mirrors: Mirrors;
  /** Host key of the machine, so that every connection can pin it. It grants no access. */
  readonly hostKey: SshKeyPair;
  /** Public login keys, lines of authorized_keys. */
  readonly authorizedKeys: readonly string[];
}

/** File of a machine, in the form of cloud-init. */
export interface CloudFile {
  readonly path: string;
  readonly content: string;
  /** Default: 0644. */
  readonly permissions?: "0755";
}

/** What the files of a machine depend on. */
export type MachineFilesArgs = Pick<UserDataArgs, "role" | "spot" | "kubernetesVersion" | "mirrors">;

/** Time limit for installing Kubernetes and pulling its images. */
const prepareTimeoutSeconds = 1200;

/** Content of a script or unit without the lines that only a reader needs: EC2 has no room for them. */
const script = (name: string): string =>
  readFileSync(join(__dirname, "scripts", name), "utf8").replaceAll(/^ *# .*\n/gm, "");
const prepareScript = script("prepare.sh");
const aptScript = script("apt.sh");
const spotScript = script("spot.sh");
const spotUnit = script("perigee-spot.service");

/** The `#cloud-config` document. It contains no cluster credentials. */
export function renderUserData(args: UserDataArgs): string {
  const document = {
    hostname: args.hostName,
    preserve_hostname: false,
    ssh_pwauth: false,
    disable_root: true,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: args.hostKey.private, ed25519_public: args.hostKey.public },
    ssh_authorized_keys: args.authorizedKeys,
    write_files: machineFiles(args),
    runcmd: [
      ...(args.spot ? [["systemctl", "enable", "--now", "perigee-spot.service"]] : []),
      ["timeout", "--kill-after=30s", `${prepareTimeoutSeconds}s`, "/opt/perigee/prepare.sh"],
    ],
  };
  return `#cloud-config\n${toYaml(document)}`;
}

/** Files that a machine boots with, and that follow on one that runs (kubeadm/upgrade/). None of them holds a secret. */
export function machineFiles(args: MachineFilesArgs): CloudFile[] {
  const release = releaseOf(args.kubernetesVersion);
  return [
    { path: "/opt/perigee/prepare.sh", permissions: "0755", content: prepareScript },
    { path: "/opt/perigee/apt.sh", content: aptScript },
    {
      path: "/etc/perigee/machine.env",
      content: environment({
        KUBERNETES_VERSION: release.kubernetes,
        KUBERNETES_PACKAGES: `${args.mirrors.kubernetesPackages}/v${minorOf(release.kubernetes)}/deb`,
        CONTAINERD: release.containerd,
        PAUSE_IMAGE: `registry.k8s.io/pause:${release.pause}`,
      }),
    },
    { path: "/etc/perigee/images", content: lines(imagesOf(args.role, release)) },
    { path: "/etc/modules-load.d/perigee.conf", content: lines(["overlay", "br_netfilter"]) },
    {
      path: "/etc/sysctl.d/90-perigee.conf",
      content: lines([
        "net.ipv4.ip_forward = 1",
        "net.bridge.bridge-nf-call-iptables = 1",
        // These limits cover the file watches of all pods and of the kubelet.
        "fs.inotify.max_user_instances = 8192",
        "fs.inotify.max_user_watches = 524288",
        // The size of the exporter's receive buffer for housekeeping packets; the kernel's default limit is 208 KiB.
        "net.core.rmem_max = 4194304",
      ]),
    },
    { path: "/etc/crictl.yaml", content: "runtime-endpoint: unix:///run/containerd/containerd.sock\n" },
    ...registryFiles(args.mirrors),
    ...(args.spot ? spotFiles : []),
  ];
}

const spotFiles: readonly CloudFile[] = [
  { path: "/opt/perigee/spot.sh", permissions: "0755", content: spotScript },
  { path: "/etc/systemd/system/perigee-spot.service", content: spotUnit },
];

const lines = (content: readonly string[]): string => `${content.join("\n")}\n`;

/** `KEY='value'` lines. The values are versions and URLs, which cannot contain a quote. */
const environment = (values: Record<string, string>): string =>
  lines(Object.entries(values).map(([key, value]) => `${key}='${value}'`));
