/**
 * A machine layer without machines: it writes down what was asked of it, in `machines.json` in the state
 * folder. A test kills a machine by setting its state to `absent` there, or stops it with `stopped`.
 */
import fs from "node:fs/promises";
import path from "node:path";
import type { IngressRule, MachineHost, MachineSpec, MachineState } from "../../../host/machine";

export interface RecordedMachine {
  state: MachineState;
  name: string;
  privateIp: string;
  instanceType: string;
  rootDiskGiB: number;
  publicAddresses: readonly string[];
  ingress: readonly IngressRule[];
}

export interface RecordedMachines {
  machines: Record<string, RecordedMachine>;
  zones: Record<string, Record<string, readonly string[]>>;
}

export class NoMachines implements MachineHost {
  private queue: Promise<unknown> = Promise.resolve();
  private readonly file: string;

  constructor(folder: string) {
    this.file = path.join(folder, "machines.json");
  }

  async start(spec: MachineSpec): Promise<void> {
    const { name, privateIp, instanceType, rootDiskGiB } = spec;
    await this.change(({ machines }) => {
      const before = machines[spec.id] ?? { publicAddresses: [], ingress: [] };
      machines[spec.id] = { ...before, state: "running", name, privateIp, instanceType, rootDiskGiB };
    });
  }

  async state(id: string): Promise<MachineState> {
    return (await this.load()).machines[id]?.state ?? "absent";
  }

  async remove(id: string): Promise<void> {
    await this.change(({ machines }) => {
      delete machines[id];
    });
  }

  async setPublicAddresses(id: string, addresses: readonly string[]): Promise<void> {
    await this.onMachine(id, (machine) => {
      machine.publicAddresses = addresses;
    });
  }

  async setIngress(id: string, rules: readonly IngressRule[]): Promise<void> {
    await this.onMachine(id, (machine) => {
      machine.ingress = rules;
    });
  }

  async setZone(zone: string, records: ReadonlyMap<string, readonly string[]>): Promise<void> {
    await this.change(({ zones }) => {
      if (records.size === 0) delete zones[zone];
      else zones[zone] = Object.fromEntries(records);
    });
  }

  private async onMachine(id: string, step: (machine: RecordedMachine) => void): Promise<void> {
    await this.change(({ machines }) => {
      const machine = machines[id];
      if (machine !== undefined) step(machine);
    });
  }

  private async change(step: (recorded: RecordedMachines) => void): Promise<void> {
    const turn = this.queue.then(async () => {
      const recorded = await this.load();
      step(recorded);
      const fresh = `${this.file}.${process.pid}`;
      await fs.writeFile(fresh, JSON.stringify(recorded, undefined, 1), { mode: 0o600 });
      await fs.rename(fresh, this.file);
    });
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async load(): Promise<RecordedMachines> {
    try {
      return JSON.parse(await fs.readFile(this.file, "utf8")) as RecordedMachines;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
      return { machines: {}, zones: {} };
    }
  }
}
