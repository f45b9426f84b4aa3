/**
 * Files that every machine of this lab has before it boots, such as its package sources. Stored in the lab's state,
 * since `make up` makes them and the AWS provider, another process, boots the machines.
 */
import { readJson, writeJson } from "../files";
import type { LabFolders } from "../settings";
import type { FirstBootFile } from "./firstBoot";

/** @param files with absolute paths */
export async function keepMachineFiles(
  folders: LabFolders,
  files: readonly { readonly path: string; readonly content: string }[],
): Promise<void> {
  await writeJson(
    folders.machineFiles,
    files.map(({ path, content }) => ({ path: path.replace(/^\//, ""), text: content })),
  );
}

export async function machineFiles(folders: LabFolders): Promise<FirstBootFile[]> {
  return (await readJson<FirstBootFile[]>(folders.machineFiles)) ?? [];
}
