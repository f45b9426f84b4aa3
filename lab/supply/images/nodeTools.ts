/** Node tools for container images, from the machines' base tree: shell, cp, sleep, nft, iptables, and what policies need. */
import { mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../../command";
import type { MachineImage } from "../machineImage/image";

/** What kube-proxy and Flannel call, with Flannel's init container and hook: taken from the machines' own base tree. */
const programs = [
  "/usr/bin/sh",
  "/usr/bin/cp",
  "/usr/bin/sleep",
  "/usr/sbin/nft",
  "/usr/sbin/xtables-nft-multi",
];

/** What workloads/platform/networkPolicies calls besides ipset. */
const policyPrograms = ["/usr/bin/cat", "/usr/bin/curl", "/usr/bin/grep", "/usr/bin/sed"];

/** Loaded by iptables at run time, so that no program names them. */
const iptablesExtensions = "/usr/lib/x86_64-linux-gnu/xtables";

/**
 * Names of protocols and ports, which the released images have too: without them nft lists `6` for the `tcp` that
 * kube-proxy wrote, which then takes its own rules for another's at its next start, and deletes them.
 */
const nameFiles = ["/etc/protocols", "/etc/services"];

/** The names under which the one iptables program is called. */
const iptablesNames = ["iptables", "ip6tables"].flatMap((name) =>
  ["", "-save", "-restore"].flatMap((verb) => [`${name}${verb}`, `${name}-nft${verb}`]),
);

/** Lays a shell, cp, sleep, nft and iptables with their libraries into an empty folder. Needs root (it enters the tree). */
export async function layOutNodeTools(tree: string, root: string): Promise<void> {
  await copyPrograms(tree, programs, root, [iptablesExtensions, ...nameFiles]);
  for (const name of iptablesNames) await symlink("xtables-nft-multi", join(root, "usr/sbin", name));
}

/** Lays what the enforcer of NetworkPolicies calls besides: ipset from its package, and how it asks the API server. */
export async function layOutPolicyTools(
  { tree, publishedPackages }: Pick<MachineImage, "tree" | "publishedPackages">,
  root: string,
): Promise<void> {
  await copyPrograms(tree, policyPrograms, root, []);
  for (const name of await readdir(publishedPackages)) {
    if (/^(ipset|libipset13)_/.test(name)) {
      await run("dpkg-deb", ["--extract", join(publishedPackages, name), root]);
    }
  }
}

/** Copies programs of the tree with their libraries and other files into a folder. Needs root (it enters the tree). */
async function copyPrograms(
  tree: string,
  paths: readonly string[],
  root: string,
  others: readonly string[],
): Promise<void> {
  // Debian's merged /usr: the links first, so that each file lands once, whichever way its path is written.
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    await mkdir(join(root, "usr", name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
  const libraries = librariesOf(await run("chroot", [tree, "ldd", ...paths]));
  for (const path of [...paths, ...libraries, ...others]) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await run("cp", ["--recursive", "--dereference", join(tree, path), join(root, path)]);
  }
}

/** The paths of the shared libraries, and of the loader, in what `ldd` says. */
export function librariesOf(ldd: string): string[] {
  const paths = new Set<string>();
  for (const line of ldd.split("\n")) {
    const path = /^\s+(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1];
    if (path !== undefined) paths.add(path);
  }
  return [...paths].sort();
}
