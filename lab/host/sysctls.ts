/** Kernel settings of the host that the lab changes and restores. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "../files";

/** Kernel setting -> value. */
export type Sysctls = Readonly<Record<string, string>>;

/** Settings that the lab needs; one with `atLeast` stays when the host's value is larger. */
const labSysctls: readonly { name: string; value: string; atLeast?: boolean; why: string }[] = [
  { name: "net.ipv4.ip_forward", value: "1", why: "machines reach each other's subnets and the outside" },
  // A kubelet sets these for the whole host, and does not start where it cannot. The lab sets them first, and
  // restores them.
  { name: "vm.overcommit_memory", value: "1", why: "kubelet" },
  { name: "vm.panic_on_oom", value: "0", why: "kubelet" },
  { name: "kernel.panic", value: "10", why: "kubelet" },
  { name: "kernel.panic_on_oops", value: "1", why: "kubelet" },
  { name: "kernel.keys.root_maxkeys", value: "1000000", atLeast: true, why: "kubelet" },
  { name: "kernel.keys.root_maxbytes", value: "25000000", atLeast: true, why: "kubelet" },
  {
    name: "fs.inotify.max_user_instances",
    value: "1024",
    atLeast: true,
    why: "systemd and kubelets share one user",
  },
  {
    name: "fs.inotify.max_user_watches",
    value: "524288",
    atLeast: true,
    why: "systemd and kubelets share one user",
  },
];

/** Settings that a machine's systemd-sysctl writes for the whole host; recorded so that they can be restored too. */
const writtenByMachines = [
  "kernel.pid_max",
  "kernel.printk",
  "kernel.core_pattern",
  "kernel.sysrq",
  "fs.protected_hardlinks",
  "fs.protected_symlinks",
  "fs.protected_fifos",
  "fs.protected_regular",
  "fs.suid_dumpable",
  "net.netfilter.nf_conntrack_max",
];

/** Current values of all settings that the lab or a machine may change. */
export async function rememberSysctls(): Promise<Sysctls> {
  const values: Record<string, string> = {};
  for (const name of [...labSysctls.map((setting) => setting.name), ...writtenByMachines]) {
    const value = await readSysctl(name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** Sets what the lab needs. Returns one line per changed setting. */
export async function setSysctls(): Promise<string[]> {
  const changes: string[] = [];
  for (const { name, value, atLeast, why } of labSysctls) {
    const old = await readSysctl(name);
    if (old === undefined || old === value || (atLeast === true && Number(old) >= Number(value))) continue;
    await writeSysctl(name, value);
    changes.push(`${name} ${old} -> ${value} (${why})`);
  }
  return changes;
}

/** Restores the remembered values. Returns one line per changed setting. */
export async function restoreSysctls(remembered: Sysctls): Promise<string[]> {
  const changes: string[] = [];
  for (const [name, value] of Object.entries(remembered)) {
    const now = await readSysctl(name);
    if (now === undefined || now === value) continue;
    await writeSysctl(name, value);
    changes.push(`${name} ${now} -> ${value}`);
  }
  return changes;
}

async function readSysctl(name: string): Promise<string | undefined> {
  try {
    return (await readFile(pathOf(name), "utf8")).trim().replace(/\s+/g, " ");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function writeSysctl(name: string, value: string): Promise<void> {
  await writeFile(pathOf(name), value);
}

function pathOf(name: string): string {
  return join("/proc/sys", ...name.split("."));
}
