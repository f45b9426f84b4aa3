/** What the zones of the simulated region offer. */
import { type Account, AwsError } from "./account";

export function zonesOf(region: string): string[] {
  return ["a", "b", "c"].map((letter) => region + letter);
}

/** Zones that lack whole families; use1-az3, an old one, is called us-east-1c in this account. */
const oldZones: Readonly<Record<string, RegExp>> = {
  "us-east-1c": /^(t3a?|m[567]\w*|c[567]\w*|r[567]\w*)\./,
};

export function isOffered(type: string, zone: string, { data }: Account): boolean {
  const { notOffered } = data;
  return notOffered === undefined
    ? oldZones[zone]?.test(type) !== true
    : notOffered[zone]?.includes(type) !== true;
}

/** Refuses an instance where EC2 does: in a zone that does not offer its type. */
export function refuseNotOffered(type: string, zone: string, account: Account): void {
  if (isOffered(type, zone, account)) return;
  const others = zonesOf(account.region).filter((other) => isOffered(type, other, account));
  throw new AwsError(
    "Unsupported",
    `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zone}). ` +
      `Please retry your request by not specifying an Availability Zone or choosing ${others.join(", ")}.`,
  );
}
