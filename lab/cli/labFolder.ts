/** Folders that the lab writes to, its state and its cache: what is wrong with one, before anything is in it. */
import { readdir, readFile, stat, statfs } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { exists } from "../files";
import { type Mount, mountOf } from "./mounts";

export interface FolderFacts {
  readonly path: string;
  /** What is there: nothing or an empty folder, a lab's state, something else's files, no folder at all. */
  readonly content: "none" | "lab" | "other" | "file" | "unreadable";
  readonly freeBytes: number;
  readonly mount: Mount | undefined;
}

/** File systems without owners, modes or links. */
const foreign = ["vfat", "exfat", "msdos", "ntfs", "ntfs3", "fuseblk"];

/** Characters that the path of a mount option, of a URL or of a shell's list cannot have. */
const unusable = /[\s,:;\\"'`%?#*]/;

/** Each of these is in no other folder than a lab's. */
const marks = ["network/network.json", "machineFiles.json", "passphrase", "backend/.pulumi"];

/** What else may be left of a lab's state when `make down` was killed while it deleted that. */
const remains =
  /^(backend|cloud|cluster|containerd|events-|helm|journal|kubernetes|logs|machine|network|passphrase|processes|pulumi|runc|s3|sources|ssh|stacks|workloads)/;

/** Facts of a folder that may not exist yet; its disk is that of the nearest folder above it. */
export async function folderFacts(path: string): Promise<FolderFacts> {
  if (!isAbsolute(path)) return { path, content: "none", freeBytes: Infinity, mount: undefined };
  const { bavail, bsize } = await statfs(await nearestFolder(path));
  const mount = mountOf(await readFile("/proc/self/mountinfo", "utf8"), path);
  return { path, content: await contentOf(path), freeBytes: bavail * bsize, mount };
}

/** Pure: problems of PERIGEE_LAB_STATE before a lab is made. */
export function stateFolderProblems(folder: FolderFacts): string[] {
  const { path, mount } = folder;
  const owner = ownerProblems(folder);
  if (owner.length > 0) return owner;
  if (unusable.test(path)) {
    return [
      `${setting(path)}, which mounts and URLs cannot name: no spaces, and none of , : ; % ? # * in it.`,
    ];
  }
  if (mount?.point === path) {
    return [`${setting(path)}, which is a mount point, and cannot be deleted: take a folder in it.`];
  }
  return mountProblems(setting(path), mount, "set PERIGEE_LAB_STATE to a folder on another one");
}

/** Pure: reasons why the folder is not a lab's. `make down` deletes it, and must take nobody else's files along. */
export function ownerProblems({ path, content }: FolderFacts): string[] {
  const because = (reason: string): string[] => [
    `${setting(path)}, which ${reason}. Allowed is a new, an empty or a lab's own folder, by its absolute path.`,
  ];
  if (!isAbsolute(path)) return because("is relative");
  if (content === "file") return because("is not a folder");
  if (content === "unreadable") return because("cannot be read");
  if (content === "other") return because("has other files in it, and `make down` deletes it all");
  return [];
}

function setting(path: string): string {
  return `PERIGEE_LAB_STATE is ${path}`;
}

/** Pure: problems of the folder of what was built. */
export function cacheFolderProblems({ path, mount }: FolderFacts): string[] {
  const subject = `What the lab builds is kept in ${path}`;
  return mountProblems(subject, mount, "set XDG_CACHE_HOME to a folder on another one");
}

function mountProblems(subject: string, mount: Mount | undefined, remedy: string): string[] {
  if (mount === undefined) return [];
  const { point, type, options } = mount;
  const why = [
    ...(options.includes("ro") ? ["is mounted read-only"] : []),
    ...(options.includes("noexec") ? ["is mounted noexec (programs in it cannot run)"] : []),
    ...(foreign.includes(type) ? [`is ${type} (no owners and modes of files)`] : []),
  ];
  return why.map(
    (reason) => `${subject}: the file system at ${point} ${reason}. Mount it otherwise, or ${remedy}.`,
  );
}

async function contentOf(path: string): Promise<FolderFacts["content"]> {
  try {
    const names = (await readdir(path)).filter((name) => name !== "lost+found");
    if (names.length === 0) return "none";
    const found = await Promise.all(marks.map((mark) => exists(join(path, mark))));
    return found.includes(true) || names.every((name) => remains.test(name)) ? "lab" : "other";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return "none";
    // Also where a parent is a file.
    if (code === "ENOTDIR") return "file";
    // Without root that is no fault of the folder's.
    return process.getuid?.() === 0 ? "unreadable" : "lab";
  }
}

/** The folder itself, or the nearest one above it that can be seen. */
export async function nearestFolder(path: string): Promise<string> {
  const folder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return folder || path === "/" ? path : nearestFolder(dirname(path));
}
