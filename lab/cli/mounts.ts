/** Mounts of this machine, from /proc/self/mountinfo: which one holds a path, and how it is mounted. Pure. */

export interface Mount {
  readonly point: string;
  /** `ext4`, `btrfs`, `overlay`... */
  readonly type: string;
  /** Of this mount and of its file system: `ro`, `noexec`... */
  readonly options: readonly string[];
  /** The disk: equal for two mounts that share their free space. */
  readonly disk: string;
}

/** The mount that holds an absolute path, existing or not: the last one on the longest mount point above it. */
export function mountOf(mountinfo: string, path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const line of mountinfo.split("\n")) {
    const mount = parsed(line);
    if (mount === undefined || !isWithin(path, mount.point)) continue;
    if (found === undefined || mount.point.length >= found.point.length) found = mount;
  }
  return found;
}

/** One line, as in proc_pid_mountinfo(5): `36 35 98:0 /root /point opts [tags] - type source super-opts`. */
function parsed(line: string): Mount | undefined {
  const pattern = /^\S+ \S+ (\S+) \S+ (\S+) (\S+) .*?- (\S+) (\S+) (\S+)/;
  const [matched, device = "", point = "", own = "", type = "", source = "", ofFileSystem = ""] =
    pattern.exec(line) ?? [];
  if (matched === undefined) return undefined;
  return {
    point: unescaped(point),
    type,
    options: [...own.split(","), ...ofFileSystem.split(",")],
    // Each subvolume of btrfs has a device number of its own; what they are on is one disk.
    disk: source.startsWith("/") ? source : device,
  };
}

function isWithin(path: string, folder: string): boolean {
  return folder === "/" || path === folder || path.startsWith(`${folder}/`);
}

/** The kernel writes space, tab, newline and backslash in octal. */
function unescaped(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)));
}
