/** Sources of this lab's parts: chosen once, and kept until `make down`, since a cluster's machines depend on them. */
import { join } from "node:path";
import { exists, readJson, writeJson } from "../files";
import { type LabFolders, labFolders, labSettings } from "../settings";
import { allBuilt, askSources, isReleased, type Sources, sources as known } from "../supply/sources";
import { say } from "./command";
import { sourcesMode } from "./settings";
import { table } from "./table";

const recordOf = (folders: LabFolders): string => join(folders.root, "sources.json");

/** Sources that the lab was made with; undefined when it has not been made. */
async function keptSources(folders: LabFolders): Promise<Sources | undefined> {
  const kept = await readJson<Sources>(recordOf(folders));
  // A lab of a version that knew no sources was built.
  if (kept === undefined && (await exists(join(folders.root, "backend")))) return allBuilt;
  return kept;
}

/** Sources of this machine's lab; everything is built where there is none. */
export async function sourcesOfLab(): Promise<Sources> {
  return (await keptSources(labFolders(labSettings().stateFolder))) ?? allBuilt;
}

/**
 * Sources of a lab that is made or goes on: changes nothing.
 * @throws Error when LAB_SOURCES is not what the lab was made with, or a host does not answer that it asks for
 */
export async function labSources(folders: LabFolders, kubernetesVersion: string): Promise<Sources> {
  const mode = sourcesMode();
  const kept = await keptSources(folders);
  if (kept === undefined) return askSources(mode ?? "auto", kubernetesVersion);
  if (mode === undefined || mode === kept.mode) return kept;
  throw new Error(
    `LAB_SOURCES is "${mode}", and this lab was made with "${kept.mode}": another source would make other machines.\n` +
      `  Go on with LAB_SOURCES=${kept.mode}, or begin a new lab:  make down && LAB_SOURCES=${mode} make up`,
  );
}

export async function keepSources(folders: LabFolders, sources: Sources): Promise<void> {
  await writeJson(recordOf(folders), sources);
}

/** Prints which parts are released ones, and why the others are built. */
export function saySources(sources: Sources): void {
  const rows = known.map(({ host, parts }) => [
    host,
    parts,
    isReleased(sources, host) ? "released" : `built (${sources.reasons[host] ?? "not asked"})`,
  ]);
  say(`sources (LAB_SOURCES=${sources.mode}):\n${table(rows)}`);
}
