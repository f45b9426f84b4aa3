/** Root disk of a machine: an image of the requested size, and the first boot's files beside it until that boot. */
import { mkdir, mkdtemp, rename, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../command";
import { exists } from "../files";
import type { MachineFolders } from "../settings";
import type { FirstBootFile } from "./firstBoot";
import type { MachineSpec } from "./machine";
import { realFolders } from "./ociConfig";

/**
 * Makes the disk unless it exists. Sparse: it takes the space that the machine writes; `df` inside shows rootDiskGiB,
 * the most that a machine can take from the host. XFS: unlike ext4 it grows while mounted also where this machine has
 * no CAP_SYS_RESOURCE.
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
    await rm(folders.diskContent, { recursive: true, force: true });
    await rename(content, folders.diskContent); // supervise.sh puts it on the disk
    await rm(fresh, { force: true });
    await writeFile(fresh, "", { mode: 0o600 });
    await truncate(fresh, spec.rootDiskGiB * 2 ** 30);
    await run("mkfs.xfs", ["-q", "-K", fresh]);
    await rename(fresh, folders.disk);
  } finally {
    await rm(content, { recursive: true, force: true });
  }
}

/** Grows the disk, also of a machine that runs: as on EC2, its file system stays as it is until the machine grows it. */
export async function growDisk(
  folders: MachineFolders,
  spec: Pick<MachineSpec, "rootDiskGiB">,
): Promise<void> {
  const bytes = spec.rootDiskGiB * 2 ** 30;
  if ((await stat(folders.disk)).size < bytes) await truncate(folders.disk, bytes);
  const devices = await run("losetup", ["--noheadings", "--output", "NAME", "--associated", folders.disk]);
  for (const device of devices.split("\n").filter((line) => line !== "")) {
    await run("losetup", ["--set-capacity", device]);
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
