/** The machine layer behind the account. */
import type { MachineHost } from "../../../host/machine";
import { NoMachines } from "./noMachines";
import type { AwsProviderSettings } from "./settings";

export async function machineHost(settings: AwsProviderSettings): Promise<MachineHost> {
  if (settings.machines === "none") return new NoMachines(settings.stateFolder);
  const { SystemdMachines } = await import("../../../host/systemdMachines");
  return new SystemdMachines();
}
