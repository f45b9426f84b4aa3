/** Create, update, read and delete in the account, with the machines behind the instances. */
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { MachineHost, MachineSpec } from "../../../host/machine";
import type { ResourceCall } from "../rpc/provider";
import { type Properties, text } from "../rpc/values";
import { type Account, bucketToken, type CloudResource } from "./account";
import type { AwsType } from "./awsType";
import type { Cloud } from "./cloud";
import type { Enforcement } from "./enforcement";
import { bootMachine, machineSpec } from "./instanceMachine";
import { contentFolder } from "./s3/objects";
import type { AwsProviderSettings } from "./settings";
import { publicDns } from "./types/instance";
import { balancerId } from "./types/loadBalancers";
import { elasticIpOf } from "./types/publicAddresses";
import { instanceToken, loadBalancerToken } from "./types/vpc";

const pollMs = 250;

export class Lifecycle {
  constructor(
    private readonly cloud: Cloud,
    private readonly host: MachineHost,
    private readonly enforcement: Enforcement,
    private readonly settings: AwsProviderSettings,
  ) {}

  async create(
    type: AwsType,
    inputs: Properties,
    call: ResourceCall,
  ): Promise<{ id: string; outputs: Properties }> {
    const { id, outputs, spec } = await this.cloud.change((account) => {
      type.refuse?.(inputs, account);
      const newId = type.id(inputs, account);
      const made = { ...inputs, ...type.outputs({ id: newId, inputs, account }) };
      // An instance exists, and holds its address, from now on; its state is running once it has booted.
      const pending = type.token === instanceToken ? { instanceState: "pending" } : {};
      account.put(stored(type, newId, { ...made, ...pending }));
      return { id: newId, outputs: made, spec: specOf(type, newId, made, account) };
    });
    try {
      if (spec !== undefined) await this.boot(type, spec, call);
      await this.enforcement.apply();
    } catch (error) {
      await this.undo(type, id, spec);
      throw error;
    }
    return { id, outputs: visible(type, outputs) };
  }

  async update(type: AwsType, id: string, inputs: Properties, call: ResourceCall): Promise<Properties> {
    const { outputs, before, now } = await this.cloud.change((account) => {
      const previous = account.find(type.token, id);
      if (previous === undefined) {
        throw new Error(`${type.token} ${id} is not there any more; run \`pulumi refresh\``);
      }
      type.refuse?.(inputs, account, previous);
      const made = { ...inputs, ...type.outputs({ id, inputs, account, previous }) };
      account.put(stored(type, id, made));
      const then = { ...previous.properties, ...pick(inputs, type.hidden ?? []) };
      return { outputs: made, before: specOf(type, id, then, account), now: specOf(type, id, made, account) };
    });
    if (before !== undefined && now !== undefined) await this.changeMachine(before, now, call);
    await this.enforcement.apply();
    return visible(type, outputs);
  }

  /** EC2 stops and starts a machine for another type, and grows its disk while it runs. */
  private async changeMachine(before: MachineSpec, now: MachineSpec, call: ResourceCall): Promise<void> {
    if (before.instanceType !== now.instanceType) {
      call.log.status(`restarting ${now.name}`);
      await this.host.restart(now);
    } else if (before.rootDiskGiB !== now.rootDiskGiB) await this.host.start(now);
  }

  /** Properties of the resource; undefined when it is gone. A machine's observed state is stored in the account. */
  async read(type: AwsType, id: string): Promise<Properties | undefined> {
    const found = await this.cloud.look((account) => account.find(type.token, id));
    if (found === undefined) return undefined;
    if (type.token !== instanceToken) return visible(type, found.properties);
    const state = await this.host.state(id);
    const properties = await this.cloud.change((account) => observe(account, found, state));
    if (properties === undefined) await this.host.remove(id);
    await this.enforcement.apply();
    return properties === undefined ? undefined : visible(type, properties);
  }

  async delete(type: AwsType, id: string, call: ResourceCall): Promise<void> {
    await this.untilUnused(type, id, call.signal);
    if (type.token === instanceToken) await this.host.remove(id);
    await this.cloud.change((account) => {
      // An object may have come since.
      const obstacle = type.token === bucketToken ? obstacleTo(type, id, account) : undefined;
      if (obstacle !== undefined) throw obstacle;
      account.remove(type.token, id);
    });
    if (type.token === bucketToken) {
      await rm(contentFolder(this.settings.stateFolder, id), { recursive: true, force: true });
    }
    await this.enforcement.apply();
    // This process may never have seen it, and then had nothing of it to forget (enforcement.ts).
    if (type.token === loadBalancerToken) await this.host.removeBalancer(balancerId(id));
  }

  private async boot(type: AwsType, spec: MachineSpec, call: ResourceCall): Promise<void> {
    call.log.status(`booting ${spec.name} at ${spec.privateIp}`);
    await bootMachine(this.host, spec, call.signal, this.settings.startLimitMs);
    await this.cloud.change((account) => {
      const resource = account.find(type.token, spec.id);
      if (resource === undefined) return;
      account.put({ ...resource, properties: { ...resource.properties, instanceState: "running" } });
    });
  }

  private async undo(type: AwsType, id: string, spec: MachineSpec | undefined): Promise<void> {
    if (spec !== undefined) await this.host.remove(id);
    await this.cloud.change((account) => account.remove(type.token, id));
    if (type.token === loadBalancerToken) await this.host.removeBalancer(balancerId(id));
  }

  /** Waits until no other resource uses this one: users may be in deletion, and AWS's own tools wait, too. */
  private async untilUnused(type: AwsType, id: string, signal: AbortSignal): Promise<void> {
    const limit = Date.now() + this.settings.deleteWaitMs;
    for (;;) {
      const obstacle = await this.cloud.look((account) => obstacleTo(type, id, account));
      if (obstacle === undefined) return;
      if (Date.now() > limit || signal.aborted) throw obstacle;
      await sleep(pollMs);
    }
  }
}

function obstacleTo(type: AwsType, id: string, account: Account): Error | undefined {
  const resource = account.find(type.token, id);
  if (resource === undefined) return undefined;
  // The provider lifts the protection itself where the last `up` had `forceDestroy`.
  if (resource.properties["disableApiTermination"] === true && resource.properties["forceDestroy"] !== true) {
    return new Error(
      `OperationNotPermitted: The instance '${id}' may not be terminated (disableApiTermination)`,
    );
  }
  return type.inUse?.(resource, account);
}

function observe(account: Account, found: CloudResource, state: string): Properties | undefined {
  if (state === "absent") {
    account.remove(found.type, found.id);
    return undefined;
  }
  const publicIp = elasticIpOf(account, found.id) ?? text(found.properties, "autoPublicIp") ?? "";
  const properties = {
    ...found.properties,
    instanceState: state,
    publicIp,
    publicDns: publicDns(publicIp, account.region),
  };
  account.put({ ...found, properties });
  return properties;
}

function stored(type: AwsType, id: string, properties: Properties): CloudResource {
  return { id, type: type.token, properties: without(properties, type.hidden ?? []) };
}

function visible(type: AwsType, properties: Properties): Properties {
  return without(properties, type.internal ?? []);
}

function without(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

function pick(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
}

function specOf(
  type: AwsType,
  id: string,
  properties: Properties,
  account: Account,
): MachineSpec | undefined {
  return type.token === instanceToken ? machineSpec(id, properties, account) : undefined;
}
