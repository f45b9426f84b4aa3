/**
 * Keeper of one balancer: starts its haproxy, follows the balancer's record, and tells haproxy which targets come and go.
 * haproxy itself runs on where the keeper ends, and the next keeper takes it as it is.
 */
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { readJson, readText, writeJson, writeWhole } from "../../files";
import { runningProcess, signalProcess, startProcess, stopProcess } from "../../processes";
import { type LabFolders } from "../../settings";
import { namespaceOf } from "../machineNetwork";
import { backendsOf, haproxyConfig, serverName } from "./haproxyConfig";
import { balancerProcesses } from "./processes";
import { tellHaproxy } from "./runtime";
import type { BalancerSpec, TargetHealth } from "./spec";
import { keyOf, type Memory, nextStep, parseServerStates } from "./targets";

const pollMs = 250;

export class Keeper {
  private memory: ReadonlyMap<string, Memory> = new Map();
  private health = "";

  constructor(
    private readonly folders: LabFolders,
    private readonly id: string,
    private readonly say: (line: string) => void,
    /** Network namespace, by default the balancer's own. */
    private readonly namespace = namespaceOf(id),
  ) {}

  /** Keeps the balancer until its record is gone. */
  async keep(signal?: AbortSignal): Promise<void> {
    for (;;) {
      const spec = await readJson<BalancerSpec>(this.files.spec);
      if (spec === undefined || signal?.aborted === true) return;
      await this.once(spec).catch((error: unknown) => this.say(String(error)));
      await sleep(pollMs);
    }
  }

  private get files() {
    return this.folders.balancer(this.id);
  }

  private async once(spec: BalancerSpec): Promise<void> {
    await this.configure(spec);
    if (spec.listeners.length === 0) return;
    const servers = parseServerStates(await tellHaproxy(this.files.socket, "show servers state"));
    const backends = backendsOf(spec);
    const step = nextStep(backends, servers, this.memory, spec.registrationSeconds * 1000, Date.now());
    for (const command of step.commands) {
      const answer = (await tellHaproxy(this.files.socket, command)).trim();
      this.say(answer === "" ? command : `${command}: ${answer}`);
    }
    this.memory = step.memory;
    await this.tell(Object.fromEntries([...step.health].sort()));
  }

  /** Starts haproxy, and has it take a changed configuration without a connection lost. */
  private async configure(spec: BalancerSpec): Promise<void> {
    const { record, log } = balancerProcesses(this.folders, this.id).haproxy;
    const { config, socket } = this.files;
    const running = await runningProcess(record);
    // A balancer without a listener serves nothing, and haproxy does not start without one.
    if (spec.listeners.length === 0) {
      if (running !== undefined) await stopProcess(record);
      return;
    }
    // What is in the file for servers that are in service is for the next start only: it is no change.
    const inService = running === undefined ? new Set<string>() : await this.inService(spec);
    const wanted = haproxyConfig(spec, socket, new Set());
    const known = (await readText(config)) ?? "";
    if (running !== undefined && withoutServers(known) === wanted) return;
    await writeWhole(config, haproxyConfig(spec, socket, inService));
    if (running !== undefined) {
      this.say("haproxy takes another configuration");
      signalProcess(running.pid, "SIGUSR2");
      await sleep(1000);
      return;
    }
    await rm(socket, { force: true });
    await startProcess(this.folders.root, {
      command: "ip",
      args: ["netns", "exec", this.namespace, "haproxy", "-W", "-f", config],
      record,
      log,
    });
    await sleep(500);
  }

  /** Servers that take connections now. */
  private async inService(spec: BalancerSpec): Promise<Set<string>> {
    const answer = await tellHaproxy(this.files.socket, "show servers state").catch(() => "");
    const ready = parseServerStates(answer).filter((state) => !state.isDraining && !state.isInMaintenance);
    const wanted = backendsOf(spec).flatMap(({ name, targets }) =>
      targets.map((target) => `${name}/${serverName(target)}`),
    );
    return new Set(ready.map(keyOf).filter((key) => wanted.includes(key)));
  }

  private async tell(health: Record<string, TargetHealth>): Promise<void> {
    const text = JSON.stringify(health);
    if (text === this.health) return;
    await writeJson(this.files.health, health);
    this.health = text;
  }
}

const withoutServers = (config: string): string => config.replace(/^ {2}server .*\n/gm, "");
