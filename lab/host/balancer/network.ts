/** Network namespace of a balancer: one interface with an address in each of its subnets. */
import { run } from "../../command";
import type { LabFolders } from "../../settings";
import { gatewayOf, prefixOf } from "../addresses";
import { connectNamespace, replaceFilter } from "../machineNetwork";
import type { BalancerSpec } from "./spec";

/** Makes the namespace and its contents; idempotent. An address that the balancer no longer has goes. */
export async function makeBalancerNetwork(folders: LabFolders, spec: BalancerSpec): Promise<void> {
  const { id, nodes, ingress } = spec;
  await replaceFilter(folders.balancer(id).ingress, id, ingress);
  const namespace = await connectNamespace(id, folders.balancer(id).ingress);
  const inside = (...args: string[]): Promise<string> => run("ip", ["-n", namespace, ...args]);
  const wanted = nodes.map(({ privateIp, subnetCidr }) => `${privateIp}/${prefixOf(subnetCidr)}`);
  const shown = await inside("-o", "-4", "address", "show", "dev", "eth0");
  const present = [...shown.matchAll(/ inet (\S+)/g)].map((match) => match[1] ?? "");
  for (const address of wanted.filter((one) => !present.includes(one))) {
    await inside("address", "add", address, "dev", "eth0");
  }
  for (const stale of present.filter((one) => !wanted.includes(one))) {
    await inside("address", "delete", stale, "dev", "eth0");
  }
  const [first] = nodes;
  if (first !== undefined) await inside("route", "replace", "default", "via", gatewayOf(first.subnetCidr));
}
