/** Containers of a lab, as runc lists them. */
import { ask } from "../command";
import { namesIn } from "../files";
import type { LabFolders } from "../settings";

/** IDs of the lab's containers in runc, running or not. */
export async function labContainers(folders: LabFolders): Promise<string[]> {
  if ((await namesIn(folders.runc)).length === 0) return [];
  const list = JSON.parse(
    (await ask("runc", ["--root", folders.runc, "list", "--format", "json"])) || "[]",
  ) as { id: string }[] | null;
  return (list ?? []).map(({ id }) => id);
}
