/** The lab's resolver: dnsmasq on the subnets' gateways, answering the private zones and forwarding the rest. */
import { Resolver } from "node:dns/promises";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { namesIn, readJson, readText, writeJson, writeWhole } from "../files";
import { runningProcess, signalProcess, startProcess, stopProcess } from "../processes";
import type { LabFolders } from "../settings";
import type { LabAddresses } from "./addresses";
import { dnsmasqArguments, hostsFile, nameServers, serversFile, type Zone } from "./resolverFiles";

const processName = "resolver";

/** Starts the resolver unless it is running. */
export async function startResolver(folders: LabFolders, addresses: LabAddresses): Promise<void> {
  await writeFiles(folders);
  const upstream = await answeringServers(nameServers((await readText("/etc/resolv.conf")) ?? ""));
  await startProcess(folders.root, {
    command: "dnsmasq",
    args: dnsmasqArguments(folders.resolver, addresses, upstream),
    ...folders.process(processName),
  });
}

export async function stopResolver(folders: LabFolders): Promise<void> {
  await stopProcess(folders.process(processName).record);
}

/** Replaces one private zone; an empty map removes it. Works while the resolver is down, too. */
export async function setZone(folders: LabFolders, zone: string, records: Zone): Promise<void> {
  const file = join(folders.zones, `${encodeURIComponent(zone)}.json`);
  if (records.size === 0) await rm(file, { force: true });
  else await writeJson(file, { zone, records: [...records] });
  await writeFiles(folders);
  const resolver = await runningProcess(folders.process(processName).record);
  if (resolver !== undefined) signalProcess(resolver.pid, "SIGHUP");
}

async function writeFiles(folders: LabFolders): Promise<void> {
  const zones = new Map<string, Zone>();
  for (const name of (await namesIn(folders.zones)).filter((file) => file.endsWith(".json"))) {
    const kept = await readJson<{ zone: string; records: [string, string[]][] }>(join(folders.zones, name));
    if (kept !== undefined) zones.set(kept.zone, new Map(kept.records));
  }
  await writeWhole(join(folders.resolver, "hosts"), hostsFile(zones));
  await writeWhole(join(folders.resolver, "servers"), serversFile(zones));
}

/** Name servers that return any answer at all. */
async function answeringServers(servers: readonly string[]): Promise<string[]> {
  const probes = servers.map(async (server) => {
    const resolver = new Resolver({ timeout: 1500, tries: 1 });
    resolver.setServers([server]);
    try {
      await resolver.resolveNs(".");
      return true;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : "";
      return code !== "ETIMEOUT" && code !== "ECONNREFUSED";
    }
  });
  const answers = await Promise.all(probes);
  return servers.filter((_, index) => answers[index]);
}
