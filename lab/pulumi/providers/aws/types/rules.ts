/** Checks and refusals that several resource types share. */
import type { CheckFailure } from "../../rpc/provider";
import { numeric, type Properties, text } from "../../rpc/values";
import { type Account, AwsError, type CloudResource } from "../account";
import { isNetwork } from "../addresses";

/** Failure for a CIDR with host bits, the most common mistake; AWS refuses it late, the lab at once. */
export function checkNetwork(inputs: Properties, property: string): CheckFailure[] {
  const value = text(inputs, property);
  if (value === undefined || isNetwork(value)) return [];
  return [{ property, reason: `"${property}" must be an IPv4 network such as 10.0.1.0/24, not "${value}"` }];
}

export function checkRange(inputs: Properties, property: string, low: number, high: number): CheckFailure[] {
  const value = numeric(inputs, property);
  if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) return [];
  return [{ property, reason: `"${property}" must be a whole number from ${low} to ${high}, not ${value}` }];
}

export function checkOneOf(inputs: Properties, property: string, allowed: readonly string[]): CheckFailure[] {
  const value = text(inputs, property);
  if (value === undefined || allowed.includes(value)) return [];
  return [{ property, reason: `"${property}" must be one of ${allowed.join(", ")}, not "${value}"` }];
}

/** EC2's refusal to delete a resource in use, with the names of its users (which EC2 omits). */
export function dependents(
  _account: Account,
  what: string,
  users: readonly CloudResource[],
): Error | undefined {
  if (users.length === 0) return undefined;
  const names = users.map(({ id }) => id).join(", ");
  return new AwsError(
    "DependencyViolation",
    `The ${what} has dependencies and cannot be deleted. (still there: ${names})`,
  );
}

/** Refuses a second resource of the same name, for types that AWS keys by name. */
export function refuseSameName(
  account: Account,
  type: string,
  property: string,
  inputs: Properties,
  previous: CloudResource | undefined,
  error: (name: string) => Error,
): void {
  const name = text(inputs, property);
  const rivals = account.where(type, property, name).filter(({ id }) => id !== previous?.id);
  if (name !== undefined && rivals.length > 0) throw error(name);
}
