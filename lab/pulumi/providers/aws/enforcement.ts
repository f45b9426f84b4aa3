/** Synchronization of the machine layer with the account: packet filters, public addresses, hops of metadata, private zones, names of buckets, load balancers. */
import type { MachineHost } from "../../../host/machine";
import { map, numeric, text } from "../rpc/values";
import { type Account, bucketToken } from "./account";
import { balancerSpecs } from "./balancers";
import type { Cloud } from "./cloud";
import { ingressByInstance, isRunning } from "./firewall";
import { zoneRecords, zoneToken } from "./types/dns";
import { elasticIpOf } from "./types/publicAddresses";
import { instanceToken } from "./types/vpc";

/** Desired state of one object in the machine layer: its key, its value as text, and the call that applies it. */
interface Duty {
  readonly about: string;
  readonly value: string;
  enforce(host: MachineHost): Promise<void>;
}

export class Enforcement {
  private readonly enforced = new Map<string, string>();
  private queue: Promise<void> = Promise.resolve();
  /** The queued run that has not started yet: it applies everything that was changed before its start. */
  private waiting: Promise<void> | undefined;

  constructor(
    private readonly cloud: Cloud,
    private readonly host: MachineHost,
  ) {}

  /** Brings the machine layer up to date, then returns. Runs are sequential; calls that wait share one. */
  async apply(): Promise<void> {
    this.waiting ??= this.nextRun();
    return this.waiting;
  }

  private nextRun(): Promise<void> {
    const run = this.queue.then(() => {
      this.waiting = undefined;
      return this.applyNow();
    });
    this.queue = run.catch(() => undefined);
    return run;
  }

  private async applyNow(): Promise<void> {
    const duties = await this.cloud.look(dutiesOf);
    for (const about of this.enforced.keys()) {
      if (!duties.some((duty) => duty.about === about)) await this.forget(about);
    }
    for (const duty of duties) {
      if (this.enforced.get(duty.about) === duty.value) continue;
      await duty.enforce(this.host);
      this.enforced.set(duty.about, duty.value);
    }
  }

  /** Removes an object's state. A machine's filter and addresses go with the machine; a zone must be deleted. */
  private async forget(about: string): Promise<void> {
    const [kind, name = ""] = about.split(" ");
    if (kind === "zone") await this.host.setZone(name, new Map());
    if (kind === "balancer") await this.host.removeBalancer(name);
    this.enforced.delete(about);
  }
}

function dutiesOf(account: Account): Duty[] {
  return [
    ...ingressDuties(account),
    ...addressDuties(account),
    ...metadataDuties(account),
    ...zoneDuties(account),
    ...bucketDuties(account),
    ...balancerDuties(account),
  ];
}

function ingressDuties(account: Account): Duty[] {
  return [...ingressByInstance(account)].map(([id, rules]) => ({
    about: `ingress ${id}`,
    value: JSON.stringify(rules),
    enforce: (host) => host.setIngress(id, rules),
  }));
}

function addressDuties(account: Account): Duty[] {
  return account
    .all(instanceToken)
    .filter(isRunning)
    .map(({ id, properties }) => {
      const address = elasticIpOf(account, id) ?? text(properties, "autoPublicIp") ?? "";
      const addresses = address === "" ? [] : [address];
      return {
        about: `addresses ${id}`,
        value: JSON.stringify(addresses),
        enforce: (host: MachineHost) => host.setPublicAddresses(id, addresses),
      };
    });
}

function metadataDuties(account: Account): Duty[] {
  return account
    .all(instanceToken)
    .filter(isRunning)
    .map(({ id, properties }) => {
      const hops = numeric(map(properties, "metadataOptions"), "httpPutResponseHopLimit") ?? 1;
      return {
        about: `metadata ${id}`,
        value: String(hops),
        enforce: (host: MachineHost) => host.setMetadataHops(id, hops),
      };
    });
}

function zoneDuties(account: Account): Duty[] {
  return account.all(zoneToken).map(({ id, properties }) => {
    const name = text(properties, "name") ?? "";
    const records = zoneRecords(account, id);
    return {
      about: `zone ${name}`,
      value: JSON.stringify([...records].sort()),
      enforce: (host: MachineHost) => host.setZone(name, records),
    };
  });
}

function balancerDuties(account: Account): Duty[] {
  return balancerSpecs(account).map((spec) => ({
    about: `balancer ${spec.id}`,
    value: JSON.stringify(spec),
    enforce: (host: MachineHost) => host.setBalancer(spec),
  }));
}

/** Each bucket's own name leads to the lab's S3; the names of others' buckets are the world's. */
function bucketDuties(account: Account): Duty[] {
  return account.all(bucketToken).map(({ properties }) => {
    const name = text(properties, "bucketRegionalDomainName") ?? "";
    return {
      about: `zone ${name}`,
      value: "S3",
      enforce: async (host) => host.setZone(name, new Map([[name, [await host.servicesAddress()]]])),
    };
  });
}
