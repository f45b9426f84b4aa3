/** containerd of this lab's machines: chosen once, and kept until `make down`, so that machines that come later have it too. */
import { join } from "node:path";
import { exists, readJson, writeJson } from "../files";
import type { LabFolders } from "../settings";
import { type ContainerdSeries, defaultContainerd } from "../supply/containerd";
import { givenContainerd } from "./settings";

const recordOf = (folders: LabFolders): string => join(folders.root, "containerd.json");

/**
 * Series of a lab that is made or goes on: changes nothing.
 * @throws Error when LAB_CONTAINERD is not what the lab was made with, or nothing that a lab can have
 */
export async function labContainerd(folders: LabFolders): Promise<ContainerdSeries> {
  const asked = givenContainerd();
  const kept = await keptContainerd(folders);
  if (kept === undefined) return asked ?? defaultContainerd;
  if (asked === undefined || asked === kept) return kept;
  throw new Error(
    `LAB_CONTAINERD is "${asked}", and this lab was made with "${kept}": its machines would differ.\n` +
      `  Go on with LAB_CONTAINERD=${kept}, or begin a new lab:  make down && LAB_CONTAINERD=${asked} make up`,
  );
}

export async function keepContainerd(folders: LabFolders, series: ContainerdSeries): Promise<void> {
  await writeJson(recordOf(folders), series);
}

async function keptContainerd(folders: LabFolders): Promise<ContainerdSeries | undefined> {
  const kept = await readJson<ContainerdSeries>(recordOf(folders));
  // A lab of a version that knew no other one has Debian's.
  if (kept === undefined && (await exists(join(folders.root, "backend")))) return "1.6";
  return kept;
}
