/**
 * A machine layer without machines: it records the requested state in `machines.json` in the state folder. A test
 * kills a machine by setting its state to `absent` there, or stops it with `stopped`.
 */
import path from "node:path";
import type { BalancerSpec } from "../../../host/balancer/spec";
import type { IngressRule, MachineHost, MachineSpec, MachineState } from "../../../host/machine";
import { RecordFile } from "../../../recordFile";

export interface RecordedMachine {
  state: MachineState;
  name: string;
  privateIp: string;
  instanceType: string;
  rootDiskGiB: number;
  publicAddresses: readonly string[];
  metadataHops: number;
  ingress: readonly IngressRule[];
}

export interface RecordedMachines {
  machines: Record<string, RecordedMachine>;
  zones: Record<string, Record<string, readonly string[]>>;
  /** By ID; of a file from before there were any, none. */
  balancers?: Record<string, BalancerSpec>;
}

export class NoMachines implements MachineHost {
  private readonly file: RecordFile<RecordedMachines>;

  constructor(folder: string) {
    this.file = new RecordFile(path.join(folder, "machines.json"), { machines: {}, zones: {} });
  }

  async start(spec: MachineSpec): Promise<void> {
    const { name, privateIp, instanceType, rootDiskGiB } = spec;
    await this.file.change(({ machines }) => {
      const before = machines[spec.id] ?? { publicAddresses: [], metadataHops: 1, ingress: [] };
      machines[spec.id] = { ...before, state: "running", name, privateIp, instanceType, rootDiskGiB };
    });
  }

  restart(spec: MachineSpec): Promise<void> {
    return this.start(spec);
  }

  async state(id: string): Promise<MachineState> {
    return (await this.file.read()).machines[id]?.state ?? "absent";
  }

  async remove(id: string): Promise<void> {
    await this.file.change(({ machines }) => {
      delete machines[id];
    });
  }

  async setPublicAddresses(id: string, addresses: readonly string[]): Promise<void> {
    await this.onMachine(id, (machine) => {
      machine.publicAddresses = addresses;
    });
  }

  async setMetadataHops(id: string, hops: number): Promise<void> {
    await this.onMachine(id, (machine) => {
      machine.metadataHops = hops;
    });
  }

  async setIngress(id: string, rules: readonly IngressRule[]): Promise<void> {
    await this.onMachine(id, (machine) => {
      machine.ingress = rules;
    });
  }

  async setZone(zone: string, records: ReadonlyMap<string, readonly string[]>): Promise<void> {
    await this.file.change(({ zones }) => {
      if (records.size === 0) delete zones[zone];
      else zones[zone] = Object.fromEntries(records);
    });
  }

  async setBalancer(spec: BalancerSpec): Promise<void> {
    await this.file.change((content) => {
      content.balancers = { ...content.balancers, [spec.id]: spec };
    });
  }

  async removeBalancer(id: string): Promise<void> {
    await this.file.change(({ balancers }) => {
      if (balancers !== undefined) delete balancers[id];
    });
  }

  servicesAddress(): Promise<string> {
    return Promise.resolve("127.0.0.1");
  }

  private async onMachine(id: string, step: (machine: RecordedMachine) => void): Promise<void> {
    await this.file.change(({ machines }) => {
      const machine = machines[id];
      if (machine !== undefined) step(machine);
    });
  }
}
