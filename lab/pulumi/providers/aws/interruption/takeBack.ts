/** End of a Spot machine that has had its notice: shut down when the time has come, then terminated. */
import { setTimeout as sleep } from "node:timers/promises";
import type { MachineHost } from "../../../../host/machine";
import { text } from "../../rpc/values";
import type { Account } from "../account";
import type { Cloud } from "../cloud";
import { terminated } from "../types/instance";
import { instanceToken } from "../types/vpc";

export interface Takeover {
  readonly cloud: Cloud;
  readonly host: MachineHost;
  /** Asks the machine to shut down, and does not wait for it. */
  readonly shutDown: (id: string) => Promise<void>;
  /** Time limit for the shutdown, after which the machine is cut off. */
  readonly limitMs: number;
}

/**
 * Waits for the time of the notice, and takes the machine away; does nothing for one that has gone meanwhile.
 * Its address leaves the other machines' packet filters with the next change of the stack.
 */
export async function takeBack(id: string, { cloud, host, shutDown, limitMs }: Takeover): Promise<void> {
  const noticed = () => cloud.look(({ data }) => data.notices[id]);
  const notice = await noticed();
  if (notice === undefined) return;
  await sleep(Math.max(0, Date.parse(notice.time) - Date.now()));
  if ((await noticed()) === undefined) return;
  await shutDown(id).catch(() => undefined); // one that is hung or already down is cut off
  const end = Date.now() + limitMs;
  while ((await host.state(id)) === "running" && Date.now() < end) await sleep(250);
  await host.remove(id);
  await cloud.change((account) => terminate(account, id));
}

/** True when an instance is gone of which the stack does not know yet. */
export function hasTerminated(account: Account): boolean {
  return account
    .all(instanceToken)
    .some(({ properties }) => text(properties, "instanceState") === terminated);
}

/** As on EC2, the instance is still listed, without addresses, until a refresh has seen that it is gone. */
function terminate(account: Account, id: string): void {
  delete account.data.notices[id];
  const instance = account.find(instanceToken, id);
  if (instance === undefined) return;
  const gone = { instanceState: terminated, privateIp: "", publicIp: "", autoPublicIp: "" };
  account.put({ ...instance, properties: { ...instance.properties, ...gone } });
}
