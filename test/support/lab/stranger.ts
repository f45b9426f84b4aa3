/** A computer on the lab's Internet that belongs to no operator: for tests of blocked access. */
import { run } from "../../../lab/command";
import { namespaceOf, removeLink } from "../../../lab/host/machineNetwork";

const namespace = namespaceOf("stranger");
const linkName = "pg-stranger";

/** A network namespace with one address, from which commands can be run. */
export interface Stranger {
  /** Runs a program as if on that computer; returns its output. */
  run(command: string, args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/**
 * @param address an IPv4 address outside the lab's own blocks and `adminCidrs`; this host takes the other address of
 * its /31 (even for odd, odd for even)
 */
export async function makeStranger(address = "198.18.255.11"): Promise<Stranger> {
  await removeStranger();
  await run("ip", ["netns", "add", namespace]);
  await run("ip", ["link", "add", linkName, "type", "veth", "peer", "name", "eth0", "netns", namespace]);
  await run("ip", ["address", "add", `${neighbour(address)}/31`, "dev", linkName]);
  await run("ip", ["link", "set", linkName, "up"]);
  const inside = (...args: string[]): Promise<string> => run("ip", ["-n", namespace, ...args]);
  await inside("link", "set", "lo", "up");
  await inside("address", "add", `${address}/31`, "dev", "eth0");
  await inside("link", "set", "eth0", "up");
  await inside("route", "add", "default", "via", neighbour(address));
  return {
    run: (command, args) => run("ip", ["netns", "exec", namespace, command, ...args]),
    remove: removeStranger,
  };
}

async function removeStranger(): Promise<void> {
  await removeLink(linkName);
  if ((await run("ip", ["netns", "list"])).includes(namespace)) {
    await run("ip", ["netns", "delete", namespace]);
  }
}

/** The other address of a /31 (RFC 3021). */
function neighbour(address: string): string {
  const parts = address.split(".").map(Number);
  return [...parts.slice(0, 3), (parts[3] ?? 0) ^ 1].join(".");
}

/** Shell command that succeeds where a TCP connection is taken within two seconds. */
export const dial = (address: string, port: number): string =>
  `timeout -s KILL 2 bash --norc -c '</dev/tcp/${address}/${port}'`;
