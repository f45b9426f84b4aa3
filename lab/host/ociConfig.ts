/** OCI runtime configuration of a machine, for runc: a template, in which supervise.sh names the root disk's device. */

/** Host properties on which a machine's configuration depends. */
export interface HostTraits {
  /** Capability names in the bounding set of this process: a process can grant only those that it holds. */
  readonly capabilities: readonly string[];
  /** True when the host has kernel modules on disk, for `modprobe` inside (some kernels have everything built in). */
  readonly kernelModules: boolean;
}

export interface MachineConfigInput {
  readonly hostname: string;
  /** The mounted root, and the folder beside it with the parts that must not be on an overlay. */
  readonly root: string;
  readonly data: string;
  /** A table of swap devices without one: this host's are not the machine's, and a kubelet would not start with them. */
  readonly noSwap: string;
  readonly networkNamespace: string;
  readonly cgroup: string;
}

interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** Folders on a separate file system: overlayfs does not stack on overlayfs, and etcd calls fsync often. */
export const realFolders = ["containerd", "kubelet", "etcd"] as const;

/**
 * A machine with everything a kubelet needs and nothing that a host may lack: no rlimits and no oomScoreAdj (setting
 * either takes CAP_SYS_RESOURCE, which some virtual machines withhold), and every cgroup hierarchy in the machine's
 * own cgroup namespace. (podman's `--systemd=always` would instead bind the host's whole name=systemd hierarchy,
 * through which one machine's systemd deletes another's pods.)
 */
export function ociConfig(input: MachineConfigInput, host: HostTraits): object {
  const capabilities = [...host.capabilities];
  return {
    ociVersion: "1.0.2",
    hostname: input.hostname,
    root: { path: input.root, readonly: false },
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      cwd: "/",
      args: ["/lib/systemd/systemd"],
      // `container` makes systemd detect that it is not on real hardware.
      env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "container=perigee"],
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      noNewPrivileges: false,
    },
    mounts: mounts(input, host),
    linux: {
      cgroupsPath: input.cgroup,
      namespaces: [
        ...["pid", "ipc", "uts", "mount", "cgroup"].map((type) => ({ type })),
        { type: "network", path: input.networkNamespace },
      ],
      // kubelet reads the kernel log for out-of-memory kills; runc makes the other usual devices.
      devices: [
        { path: "/dev/kmsg", type: "c", major: 1, minor: 11, fileMode: 0o600, uid: 0, gid: 0 },
        // A loop device; supervise.sh fills in which.
        { path: "ROOT_DISK", type: "b", major: 7, minor: "ROOT_DISK_MINOR", fileMode: 0o600, uid: 0, gid: 0 },
      ],
      resources: { devices: [{ allow: true, access: "rwm" }] },
      // As on a real machine, where systemd sets it: node-exporter's and CSI's host mounts need it.
      rootfsPropagation: "rshared",
      maskedPaths: [],
      readonlyPaths: [],
    },
  };
}

function mounts(input: MachineConfigInput, host: HostTraits): Mount[] {
  return [
    mount("/proc", "proc", []),
    bind(input.noSwap, "/proc/swaps", ["bind", "ro"]),
    mount("/dev", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
    mount("/dev/pts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
    mount("/dev/shm", "tmpfs", ["nosuid", "nodev", "mode=1777"]),
    mount("/dev/mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
    mount("/sys", "sysfs", ["nosuid", "noexec", "nodev", "rw"]),
    mount("/sys/fs/cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime", "rw"]),
    mount("/run", "tmpfs", ["nosuid", "nodev", "mode=755"]),
    mount("/tmp", "tmpfs", ["nosuid", "nodev", "mode=1777"]),
    ...realFolders.map((name) => bind(`${input.data}/${name}`, `/var/lib/${name}`, ["rbind", "rw"])),
    ...(host.kernelModules ? [bind("/lib/modules", "/lib/modules", ["rbind", "ro"])] : []),
  ];
}

function mount(destination: string, type: string, options: readonly string[]): Mount {
  return { destination, type, source: type, options };
}

function bind(source: string, destination: string, options: readonly string[]): Mount {
  return { destination, type: "bind", source, options };
}
