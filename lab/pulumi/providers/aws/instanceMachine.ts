/** The machine behind an instance: booted, updated and removed with it. */
import type { MachineHost, MachineSpec } from "../../../host/machine";
import { map, numeric, type Properties, text } from "../rpc/values";
import type { Account } from "./account";
import { subnetToken } from "./types/vpc";

export function machineSpec(id: string, properties: Properties, account: Account): MachineSpec {
  const home = account.find(subnetToken, text(properties, "subnetId"));
  return {
    id,
    name: text(map(properties, "tagsAll"), "Name") ?? id,
    subnetCidr: text(home?.properties ?? {}, "cidrBlock") ?? "",
    privateIp: text(properties, "privateIp") ?? "",
    userData: text(properties, "userData") ?? "",
    rootDiskGiB: numeric(map(properties, "rootBlockDevice"), "volumeSize") ?? 8,
    instanceType: text(properties, "instanceType") ?? "",
    availabilityZone: text(properties, "availabilityZone") ?? "",
  };
}

/**
 * Boots a machine within the time limit.
 * @throws Error with the machine and the reason; leftovers of the attempt have been removed by then
 */
export async function bootMachine(
  host: MachineHost,
  spec: MachineSpec,
  signal: AbortSignal,
  limitMs: number,
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const booting = host.start(spec);
  try {
    await Promise.race([booting, aborted(limit)]);
  } catch (error) {
    const reason =
      limit.aborted && !signal.aborted ? `not running after ${limitMs / 1000} s` : describe(error);
    // The attempt itself may still run: the removal starts after it has ended, with or without success.
    await booting.catch(() => undefined);
    await host.remove(spec.id);
    throw new Error(`machine ${spec.name} (${spec.id}, ${spec.privateIp}) did not start: ${reason}`, {
      cause: error,
    });
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason instanceof Error ? signal.reason : new Error("cancelled"));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
