/** Machine image: a Debian base tree made by mmdebstrap, kept in the cache with the packages to publish. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../command";
import { formatSeconds, type Progress, withHeartbeat } from "../../progress";
import { plainEnvironment } from "../../settings";
import { ensureCacheEntry } from "../cacheEntry";
import { contentHash, folderContents } from "../contentHash";
import { hostArchive } from "./archive";
import { offered, preinstalled, registryPackage, release } from "./debianPackages";

/** The base tree, and the files taken from Debian with it. All paths are absolute. */
export interface MachineImage {
  /** Root file system, owned by root: the lower, read-only layer of each machine's root. */
  tree: string;
  /** Folder of the .deb files that the lab's archive publishes again. */
  publishedPackages: string;
  /** The image registry's program. */
  registryProgram: string;
}

/**
 * Ensures that the base tree of lab machines exists. Needs root (it makes device nodes and files of other users).
 *
 * Stored by its inputs, not by date: a tree is valid until its package list or files change.
 */
export async function ensureMachineImageParts(progress: Progress): Promise<MachineImage> {
  const entry = await ensureCacheEntry({
    name: "machineImage",
    key: await machineImageKey(),
    asRoot: true,
    progress,
    build: async (folder) => {
      const start = Date.now();
      const so = () => `${formatSeconds(Date.now() - start)} so far`;
      progress("machine image: installing Debian into a folder");
      await withHeartbeat(
        () => progress(`machine image: still installing (${so()})`),
        () => buildTree(folder),
      );
      progress(`machine image: made in ${formatSeconds(Date.now() - start)}`);
    },
  });
  return {
    tree: join(entry, "tree"),
    publishedPackages: join(entry, "debs"),
    registryProgram: join(entry, "tools/root/usr/bin/docker-registry"),
  };
}

/** Absolute path of the base tree alone: see {@link ensureMachineImageParts}. */
export async function ensureMachineImage(progress: Progress): Promise<string> {
  return (await ensureMachineImageParts(progress)).tree;
}

/** Hash of all inputs of the tree. */
export async function machineImageKey(): Promise<string> {
  return contentHash({
    ...(await folderContents(join(__dirname, "files"))),
    ":finish": await readFile(join(__dirname, "finish.sh")),
    ":release": release,
    ":preinstalled": preinstalled.join(" "),
    ":offered": offered.join(" "),
    ":registry": registryPackage,
  });
}

/**
 * Arguments for a separate mount and PID namespace, which ends with this process, even when it is killed: the mounts
 * of a killed build in its tree (this machine's /dev, for one) are gone before the tree is removed.
 */
const contained = [
  "--pdeathsig",
  "KILL",
  "unshare",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
];

async function buildTree(folder: string): Promise<void> {
  const tree = join(folder, "tree");
  const tools = join(folder, "tools");
  await mkdir(tree);
  const env = {
    ...plainEnvironment(),
    FILES: join(__dirname, "files"),
    PUBLISH: join(folder, "debs"),
    OFFERED: offered.join(" "),
    TOOLS: tools,
    TOOL: registryPackage,
  };
  const archive = await hostArchive();
  const args = [
    "--mode=root",
    "--variant=minbase",
    "--format=directory",
    `--include=${preinstalled.join(",")}`,
  ];
  const hook = `--customize-hook=${join(__dirname, "finish.sh")}`;
  const sources = archive === "" ? [] : ["-"];
  const mmdebstrap = ["mmdebstrap", ...args, hook, release, tree, ...sources];
  await run("setpriv", [...contained, ...mmdebstrap], { env, input: archive });
  const script = 'for package in "$1"/*.deb; do dpkg-deb --extract "$package" "$1/root"; done';
  await run("sh", ["-euc", script, "sh", tools]);
}
