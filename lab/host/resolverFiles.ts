/** Configuration of the lab's resolver: dnsmasq options and the files that it reloads on SIGHUP. Pure. */
import { bridgeName, type LabAddresses } from "./addresses";

/** Fully qualified name -> addresses. */
export type Zone = ReadonlyMap<string, readonly string[]>;

/** The lines of a hosts file with every record of every zone. */
export function hostsFile(zones: ReadonlyMap<string, Zone>): string {
  const lines = [...zones.values()].flatMap((zone) =>
    [...zone].flatMap(([name, addresses]) => addresses.map((address) => `${address} ${withoutDot(name)}`)),
  );
  return [...new Set(lines)]
    .sort()
    .map((line) => `${line}\n`)
    .join("");
}

/** Lines for zones that are answered only here: a name that is not in them does not exist. */
export function serversFile(zones: ReadonlyMap<string, Zone>): string {
  return [...zones.keys()]
    .sort()
    .map((zone) => `server=/${withoutDot(zone)}/\n`)
    .join("");
}

/**
 * @param upstream name servers for all other names; without any, every other name gets NXDOMAIN at once (a resolver
 * that never answers delays every look-up by many seconds)
 */
export function dnsmasqArguments(
  folder: string,
  addresses: LabAddresses,
  upstream: readonly string[],
): string[] {
  return [
    "--keep-in-foreground",
    "--conf-file=/dev/null",
    "--log-facility=-",
    "--user=root", // only root can read the state folder
    "--no-hosts",
    "--no-resolv",
    "--bind-interfaces",
    `--interface=${bridgeName}`,
    "--except-interface=lo",
    ...addresses.subnets.map(({ gateway }) => `--listen-address=${gateway}`),
    `--addn-hosts=${folder}/hosts`,
    `--servers-file=${folder}/servers`,
    "--cache-size=1000",
    "--neg-ttl=5",
    "--local-ttl=5",
    "--domain-needed",
    ...(upstream.length === 0 ? ["--address=/#/"] : upstream.map((server) => `--server=${server}`)),
  ];
}

/** The name servers of a resolv.conf text. */
export function nameServers(resolvConf: string): string[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? "");
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}
