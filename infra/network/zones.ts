/** Availability zones of the machines, chosen by the instance types that they offer. */
import { subnetOf } from "./cidr";

/** The setting `availabilityZones`: a number of zones, or their names. */
export interface WantedZones {
  readonly count: number;
  readonly names?: readonly string[];
}

/** Machines of one type; the n-th of them is made in subnet n. */
export interface TypedPool {
  readonly name: string;
  readonly instanceType: string;
  readonly count: number;
  /** Numbers of its machines that run with this type already, from 1. */
  readonly running?: readonly number[];
}

/** Zone -> instance types that it offers, zones by name. No Map: an Output cannot hold one. */
export type Offers = Readonly<Record<string, readonly string[]>>;

/** Offers of a region's zones, from the pairs of type and place that EC2 tells. */
export function offersOf(
  zones: readonly string[],
  types: readonly string[],
  places: readonly string[],
): Offers {
  const offered = (zone: string): string[] => types.filter((_, index) => places[index] === zone);
  return Object.fromEntries([...zones].sort().map((zone) => [zone, offered(zone)]));
}

/** Problems of the zones that the settings want, told before the first subnet is made. */
export function wantedProblems(wanted: WantedZones, offers: Offers, pools: readonly TypedPool[]): string[] {
  const zones = Object.keys(offers);
  const there = zones.join(", ");
  if (wanted.count > zones.length) {
    return [
      `perigee-infra:availabilityZones asks for ${wanted.count} zones, this region has ${zones.length}: ${there}`,
    ];
  }
  const unknown = (wanted.names ?? []).filter((name) => !zones.includes(name));
  if (unknown.length > 0) {
    return [
      `perigee-infra:availabilityZones names ${unknown.join(", ")}, not in this region; it has: ${there}`,
    ];
  }
  // Every pool has a machine in the first subnet.
  if (zones.some((zone) => missingIn(zone, offers, pools, 0).length === 0)) return [];
  const lacks = zones.map((zone) => `${zone} has no ${missingIn(zone, offers, pools, 0).join(", ")}`);
  return [
    `no zone of this region offers every instance type in use (${lacks.join("; ")}); take types that one zone offers`,
  ];
}

/**
 * Zone of a new subnet: the named one, or else the first by name, of those that offer every type in use (pools can grow
 * there), then of those that offer the types of its own machines. A later subnet needs no type that this one does not,
 * so that the zones fit whenever a choice of zones does.
 * @param taken zones of the subnets before it
 */
export function zoneOfSubnet(
  wanted: WantedZones,
  offers: Offers,
  pools: readonly TypedPool[],
  taken: readonly string[],
): string | undefined {
  if (wanted.names !== undefined) return wanted.names[taken.length];
  const free = Object.keys(offers).filter((zone) => !taken.includes(zone));
  const offeringTypesOf = (subnet: number): string | undefined =>
    free.find((zone) => missingIn(zone, offers, pools, subnet).length === 0);
  return offeringTypesOf(0) ?? offeringTypesOf(taken.length) ?? free[0];
}

/** Problems of subnets in the zones that they are in: a subnet is made once, while settings and offers change. */
export function placementProblems(
  wanted: WantedZones,
  offers: Offers,
  pools: readonly TypedPool[],
  zones: readonly string[],
): string[] {
  return zones.flatMap((zone, index) => {
    const name = wanted.names?.[index];
    if (name !== undefined && name !== zone) {
      return [
        `perigee-infra:availabilityZones[${index}] = "${name}": subnet ${index + 1} was made in ${zone}, and stays there; name ${zone} in this place`,
      ];
    }
    return pools
      .filter(({ instanceType }) => offers[zone]?.includes(instanceType) !== true)
      .flatMap((pool) =>
        newIn(index, zones.length, pool).map(
          (number) =>
            `${pool.name}: ${zone}, where machine ${number} belongs, offers no ${pool.instanceType}; ${wayOut(pool, offers)}`,
        ),
      );
  });
}

/** The first machine of a pool that is to be made in a subnet. One that runs stays, whatever its zone offers now. */
function newIn(subnet: number, subnets: number, { count, running = [] }: TypedPool): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return numbers
    .filter((number) => subnetOf(number - 1, subnets) === subnet && !running.includes(number))
    .slice(0, 1);
}

function wayOut({ instanceType }: TypedPool, offers: Offers): string {
  const elsewhere = Object.entries(offers)
    .filter(([, types]) => types.includes(instanceType))
    .map(([zone]) => zone);
  return elsewhere.length === 0
    ? "no zone of this region does: take another type"
    : `${elsewhere.join(", ")} ${elsewhere.length === 1 ? "does" : "do"}: take another type, or other or fewer availabilityZones`;
}

/** Instance types of the machines of a subnet, counted from 0, that the zone does not offer. */
function missingIn(zone: string, offers: Offers, pools: readonly TypedPool[], subnet: number): string[] {
  const used = pools.filter(({ count }) => count > subnet).map(({ instanceType }) => instanceType);
  return [...new Set(used)].filter((type) => offers[zone]?.includes(type) !== true);
}
