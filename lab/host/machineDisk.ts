/** Root disk of a machine: an ext4 image of the requested size that contains the first boot's files. */
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../command";
import { exists } from "../files";
import type { MachineFolders } from "../settings";
import type { FirstBootFile } from "./firstBoot";
import type { MachineSpec } from "./machine";
import { realFolders } from "./ociConfig";

/**
 * Makes the disk unless it exists. Sparse: it takes the space that the machine writes; `df` inside shows rootDiskGiB,
 * the most that a machine can take from the host. Without a journal: a lab does not outlive its host's crash, and
 * every fsync of etcd saves a second write.
 */
export async function makeDisk(
  folders: MachineFolders,
  spec: Pick<MachineSpec, "rootDiskGiB">,
  files: readonly FirstBootFile[],
): Promise<void> {
  if (await exists(folders.disk)) return;
  await mkdir(folders.root, { recursive: true, mode: 0o700 });
  const fresh = `${folders.disk}.new`;
  const content = await mkdtemp(join(folders.root, "content-"));
  try {
    await layOut(content, files);
    await rm(fresh, { force: true });
    await writeFile(fresh, "", { mode: 0o600 });
    await truncate(fresh, spec.rootDiskGiB * 2 ** 30);
    const lazily = "lazy_itable_init=1,nodiscard,root_owner=0:0";
    await run("mkfs.ext4", ["-q", "-F", "-m", "0", "-O", "^has_journal", "-E", lazily, "-d", content, fresh]);
    await rename(fresh, folders.disk);
  } finally {
    await rm(content, { recursive: true, force: true });
  }
}

async function layOut(content: string, files: readonly FirstBootFile[]): Promise<void> {
  const upper = join(content, "upper");
  // The overlay takes a folder's mode from its upper layer: /etc and /var must stay readable to all.
  for (const folder of [upper, ...realFolders.map((name) => join(content, name))]) {
    await mkdir(folder, { recursive: true, mode: 0o755 });
  }
  for (const file of files) {
    const path = join(upper, file.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    if ("linkTo" in file) await symlink(file.linkTo, path);
    else await writeFile(path, file.text, { mode: file.secret === true ? 0o600 : 0o644 });
  }
}
