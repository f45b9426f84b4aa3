/** Notice of a Spot interruption: AWS announces in the instance's metadata that it takes the machine back. Pure. */
import { map, text } from "../../rpc/values";
import type { Account, CloudResource, SpotNotice } from "../account";
import { inSeconds } from "../metadata/roleCredentials";
import { instanceToken } from "../types/vpc";

/** Time between the notice and the end of the machine. */
const noticeMs = 120_000;

export interface Interruption {
  readonly id: string;
  readonly name: string;
  readonly notice: SpotNotice;
}

/**
 * Gives a Spot machine its notice; one that has had it keeps it.
 * @param node name of the machine, or its instance ID
 * @throws Error with the Spot machines of the account when it is none of them, or does not run
 */
export function giveNotice(account: Account, node: string | undefined, now: Date): Interruption {
  const machines = account.all(instanceToken);
  const found = machines.find((one) => one.id === node || nameOf(one) === node);
  const spot = machines.filter(isSpot).map(nameOf).sort();
  const choice =
    spot.length > 0
      ? `Spot machines: ${spot.join(", ")}.`
      : "There are no Spot machines: give a pool of `workers` in Pulumi.lab.yaml `spot: true`, and `make up` makes them.";
  if (found === undefined) {
    throw new Error(`${node === undefined ? "NODE is not set" : `There is no machine ${node}`}. ${choice}`);
  }
  const name = nameOf(found);
  if (!isSpot(found)) {
    throw new Error(`${name} (${found.id}) is no Spot machine, and AWS takes back no other. ${choice}`);
  }
  const state = text(found.properties, "instanceState") ?? "pending";
  if (state !== "running") {
    throw new Error(`${name} (${found.id}) is ${state}; interrupt it when it is running.`);
  }
  const time = inSeconds(new Date(now.getTime() + noticeMs));
  const notice = (account.data.notices[found.id] ??= { action: "terminate", time });
  return { id: found.id, name, notice };
}

function isSpot({ properties }: CloudResource): boolean {
  return text(properties, "instanceLifecycle") === "spot";
}

function nameOf({ id, properties }: CloudResource): string {
  return text(map(properties, "tagsAll"), "Name") ?? id;
}
