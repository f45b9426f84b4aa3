/**
 * EC2 instances as systemd machines on this host, each with its own root over the shared base tree, its own network
 * namespace, and runc with a generated configuration (ociConfig.ts explains the omissions). Needs root, and the lab's
 * network up.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../command";
import { lastLines, namesIn, readJson, readText, writeJson } from "../files";
import { readProc } from "../processes";
import { type LabFolders, labFolders, type LabSettings, labSettings } from "../settings";
import { Turns } from "../turns";
import { gatewayOf } from "./addresses";
import { removeBalancer, setBalancer } from "./balancer";
import type { BalancerSpec } from "./balancer/spec";
import { boundingSet } from "./capabilities";
import { killAll, labCgroups, machineCgroup, removeCgroups } from "./cgroups";
import { type FirstBootFile, firstBootFiles, hostname } from "./firstBoot";
import { presentNetwork } from "./hostNetwork";
import { defaultMetadataHops } from "./hostRules";
import type { IngressRule, MachineHost, MachineSpec, MachineState } from "./machine";
import { growDisk, makeDisk } from "./machineDisk";
import { machineFiles } from "./machineFiles";
import { makeMachineNetwork, namespacePath, removeNetwork, replaceFilter } from "./machineNetwork";
import { type HostTraits, ociConfig } from "./ociConfig";
import { applyHostRules } from "./publicAddresses";
import { setZone } from "./resolver";
import { startSupervisor, stopSupervisor, supervisorRuns } from "./supervisor";

/** Time limit for systemd's first answer after a start; 2 to 5 s are usual, several times that on a busy host. */
const bootLimitMs = 120_000;
const powerOffLimitMs = 60_000;

export class SystemdMachines implements MachineHost {
  private readonly folders: LabFolders;
  /** Serializes calls per machine: the engine deletes a machine and its security group's rules at the same time. */
  private readonly turns = new Turns();
  private readonly removed = new Set<string>();

  constructor(private readonly settings: LabSettings = labSettings()) {
    this.folders = labFolders(settings.stateFolder);
  }

  async start(spec: MachineSpec): Promise<void> {
    if (this.settings.baseTree === "") {
      throw new Error("PERIGEE_LAB_BASE_TREE is not set: there is nothing to boot");
    }
    if ((await presentNetwork(this.folders)) === undefined) throw new Error("the lab's network is not up");
    await this.turns.run(spec.id, () => this.boot(spec));
    await this.waitForInit(spec.id);
  }

  async restart(spec: MachineSpec): Promise<void> {
    await this.turns.run(spec.id, async () => {
      await this.powerOff(spec.id);
      await this.boot(spec);
    });
    await this.waitForInit(spec.id);
  }

  private async boot(spec: MachineSpec): Promise<void> {
    this.removed.delete(spec.id);
    const machine = this.folders.machine(spec.id);
    await mkdir(machine.bundle, { recursive: true, mode: 0o700 });
    await writeJson(machine.spec, spec);
    await makeMachineNetwork(this.folders, spec);
    await makeDisk(machine, spec, await diskContent(this.folders, spec));
    await growDisk(machine, spec);
    await this.renewHostRules(); // addresses may have been assigned before the machine existed
    if (!(await this.runs(spec.id))) {
      await this.writeConfig(spec);
      await this.sweep(spec.id); // leftovers of an interrupted boot
      await startSupervisor(this.folders, spec.id, this.settings.baseTree);
    }
  }

  async state(id: string): Promise<MachineState> {
    const machine = this.folders.machine(id);
    if ((await readText(machine.spec)) === undefined) return "absent";
    if (await this.runs(id)) return "running";
    return (await readText(machine.poweredOff)) === undefined ? "absent" : "stopped";
  }

  async remove(id: string): Promise<void> {
    await this.turns.run(id, async () => {
      this.removed.add(id);
      await stopSupervisor(this.folders, id); // first, or it would treat the end as a reboot
      await this.sweep(id);
      await removeNetwork(id);
      await rm(this.folders.machine(id).root, { recursive: true, force: true });
    });
    await this.renewHostRules();
  }

  async setPublicAddresses(id: string, addresses: readonly string[]): Promise<void> {
    await this.unlessRemoved(id, () => writeJson(this.folders.machine(id).publicAddresses, addresses));
    await this.renewHostRules();
  }

  async setMetadataHops(id: string, hops: number): Promise<void> {
    const { metadataHops: file } = this.folders.machine(id);
    if (((await readJson<number>(file)) ?? defaultMetadataHops) === hops) return;
    await this.unlessRemoved(id, () => writeJson(file, hops));
    await this.renewHostRules();
  }

  async setIngress(id: string, rules: readonly IngressRule[]): Promise<void> {
    await this.unlessRemoved(id, () => replaceFilter(this.folders.machine(id).ingress, id, rules));
  }

  async setZone(zone: string, records: ReadonlyMap<string, readonly string[]>): Promise<void> {
    await this.turns.run("zones", () => setZone(this.folders, zone, records));
  }

  async setBalancer(spec: BalancerSpec): Promise<void> {
    await this.turns.run("balancers", () => setBalancer(this.folders, spec));
    await this.renewHostRules();
  }

  async removeBalancer(id: string): Promise<void> {
    await this.turns.run("balancers", () => removeBalancer(this.folders, id));
    await this.renewHostRules();
  }

  async servicesAddress(): Promise<string> {
    const network = await presentNetwork(this.folders);
    if (network === undefined) throw new Error("the lab's network is not up");
    return network.services;
  }

  /** IDs of all machines that exist, running or not. */
  async ids(): Promise<string[]> {
    return namesIn(this.folders.machines);
  }

  /** PID of the machine's init on the host; undefined when the machine does not run. */
  async initPid(id: string): Promise<number | undefined> {
    const pid = Number(await readText(this.folders.machine(id).initPid));
    // The PID may belong to another process by now: it is the machine's if it is in the machine's cgroup.
    const cgroups = pid > 0 ? await readProc(pid, "cgroup") : undefined;
    return cgroups?.includes(machineCgroup(this.folders, id)) === true ? pid : undefined;
  }

  /** Runs a command inside a machine, without its network and SSH: for logs and diagnosis. */
  async exec(id: string, command: readonly string[]): Promise<string> {
    return run("runc", ["--root", this.folders.runc, "exec", id, ...command]);
  }

  /** Runs work unless the machine was removed: settings on a removed machine must not leave a folder behind. */
  private async unlessRemoved(id: string, work: () => Promise<void>): Promise<void> {
    await this.turns.run(id, async () => {
      if (!this.removed.has(id)) await work();
    });
  }

  /** True when the machine runs; one that its supervisor is rebooting counts as running, as on EC2. */
  private async runs(id: string): Promise<boolean> {
    return (await this.initPid(id)) !== undefined || (await supervisorRuns(this.folders, id));
  }

  private async writeConfig(spec: MachineSpec): Promise<void> {
    const machine = this.folders.machine(spec.id);
    await writeFile(machine.noSwap, "Filename\tType\tSize\tUsed\tPriority\n");
    const config = ociConfig(
      {
        hostname: hostname(spec),
        root: machine.rootTree,
        data: machine.mountpoint,
        noSwap: machine.noSwap,
        networkNamespace: namespacePath(spec.id),
        cgroup: machineCgroup(this.folders, spec.id),
      },
      await hostTraits(),
    );
    await writeJson(`${machine.bundle}/config.template.json`, config);
  }

  /** Asks the machine to stop, as EC2 does, and ends it where it does not within the limit. */
  private async powerOff(id: string): Promise<void> {
    const deadline = Date.now() + powerOffLimitMs;
    await this.exec(id, ["systemctl", "poweroff"]).catch(() => undefined); // it may be off already
    while ((await this.runs(id)) && Date.now() < deadline) await sleep(100);
    await stopSupervisor(this.folders, id);
    await this.sweep(id);
  }

  /** Ends the machine's processes and removes its runc and cgroup state; its disk stays. */
  private async sweep(id: string): Promise<void> {
    const cgroups = await labCgroups(this.folders, id);
    await killAll(cgroups);
    await rm(`${this.folders.runc}/${id}`, { recursive: true, force: true });
    await removeCgroups(cgroups);
    await rm(this.folders.machine(id).initPid, { force: true });
  }

  private async waitForInit(id: string): Promise<void> {
    const deadline = Date.now() + bootLimitMs;
    while (!(await this.initAnswers(id))) {
      const log = this.folders.machine(id).console;
      if (!(await this.runs(id))) {
        throw new Error(`machine ${id} ended while booting: ${await lastLines(log, 5)}`);
      }
      if (Date.now() > deadline) {
        throw new Error(`machine ${id} does not boot; see ${log}: ${await lastLines(log, 5)}`);
      }
      await sleep(100);
    }
  }

  private async initAnswers(id: string): Promise<boolean> {
    if ((await this.initPid(id)) === undefined) return false;
    try {
      // Any answer is accepted, also "degraded": the effects of user data are not judged here.
      await this.exec(id, ["systemctl", "show", "--property=SystemState"]);
      return true;
    } catch {
      return false;
    }
  }

  private async renewHostRules(): Promise<void> {
    await this.turns.run("host rules", async () => {
      const network = await presentNetwork(this.folders);
      if (network !== undefined) await applyHostRules(this.folders, network.vpcCidr);
    });
  }
}

async function diskContent(folders: LabFolders, spec: MachineSpec): Promise<FirstBootFile[]> {
  return [...firstBootFiles(spec, gatewayOf(spec.subnetCidr)), ...(await machineFiles(folders))];
}

async function hostTraits(): Promise<HostTraits> {
  return {
    capabilities: boundingSet(await readFile("/proc/self/status", "utf8")),
    kernelModules: (await namesIn("/lib/modules")).length > 0,
  };
}
