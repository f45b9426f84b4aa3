/**
 * Names of the lab's balancers on this host, as marked lines of /etc/hosts: the operator, who runs here, knows them by the
 * world's DNS. `make down` takes the lines out again.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../../lock";
import type { LabFolders } from "../../settings";

const hostsFile = "/etc/hosts";
const mark = "# perigee lab";

/** Text of the file with these names, and none of the lab's former ones. Pure. */
export function withHostNames(text: string, names: ReadonlyMap<string, readonly string[]>): string {
  const others = text.split("\n").filter((line) => !line.endsWith(mark));
  const end = others.at(-1) === "" ? others.slice(0, -1) : others;
  const own = [...names].flatMap(([name, addresses]) =>
    addresses.map((address) => `${address} ${name} ${mark}`),
  );
  return `${[...end, ...own.sort()].join("\n")}\n`;
}

/** The lab's own lines of the file. */
export async function labHostNames(file = hostsFile): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line.endsWith(mark));
}

export async function writeHostNames(
  folders: LabFolders,
  names: ReadonlyMap<string, readonly string[]>,
  file = hostsFile,
): Promise<void> {
  const lock = join(folders.networkFolder, "hostNames.lock");
  await withLock(lock, { holder: `process ${process.pid}`, limitSeconds: 30 }, async () => {
    const text = await readFile(file, "utf8");
    const wanted = withHostNames(text, names);
    // In place: in a container the file is a mount of its own, and no other file can take its name.
    if (wanted !== text) await writeFile(file, wanted);
  });
}

/** Takes the lab's lines out; does nothing when there are none. */
export async function removeHostNames(folders: LabFolders, file = hostsFile): Promise<void> {
  if ((await labHostNames(file)).length > 0) await writeHostNames(folders, new Map(), file);
}
