/**
 * Kubernetes versions that this lab serves: that of its settings, and each that it was brought up with before. While a
 * cluster is upgraded its machines need both; a file in the lab's state lists them until `make down`.
 */
import { join } from "node:path";
import { testedVersions } from "../../infra/versions";
import { readJson, writeJson } from "../files";
import type { LabFolders } from "../settings";

const recordOf = (folders: LabFolders): string => join(folders.root, "kubernetesVersions.json");

/** Versions to serve, the settings' one last: changes nothing. */
export async function servedVersions(folders: LabFolders, wanted: string): Promise<string[]> {
  const kept = (await readJson<string[]>(recordOf(folders))) ?? [];
  const tested = testedVersions(); // a later Perigee may build fewer
  return [...kept.filter((version) => version !== wanted && tested.includes(version)), wanted];
}

export async function keepVersions(folders: LabFolders, versions: readonly string[]): Promise<void> {
  await writeJson(recordOf(folders), versions);
}
