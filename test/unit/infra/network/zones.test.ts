import assert from "node:assert/strict";
import fc from "fast-check";
import { offersOf, placementProblems, wantedProblems, zoneOfSubnet } from "../../../../infra/network/zones";

const control = { name: "control-plane", instanceType: "t3.medium", count: 1 };
const pool = (instanceType: string, count: number) => ({ name: "default", instanceType, count });
/** Zone c has no t3, zone a no gpu. */
const offers = offersOf(
  ["c", "a", "b"],
  ["t3.medium", "t3.medium", "g5.large", "g5.large"],
  ["a", "b", "b", "c"],
);

const zoneNames = ["a", "b", "c", "d"];
const types = ["t3.medium", "g5.large", "m7g.large"];
/** Regions, with pools of machines, and zones of subnets that are there already. */
const regions = fc
  .record({
    offers: fc.record(Object.fromEntries(zoneNames.map((zone) => [zone, fc.subarray(types)]))),
    pools: fc.array(
      fc.record({
        name: fc.constant("pool"),
        instanceType: fc.constantFrom(...types),
        count: fc.nat({ max: 4 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    count: fc.integer({ min: 1, max: 3 }),
    taken: fc.shuffledSubarray(zoneNames, { maxLength: 3 }),
  })
  .filter(({ count, taken }) => taken.length <= count);

/** Every order of so many zones that begins with these. */
function choices(zones: readonly string[], begin: readonly string[], count: number): (readonly string[])[] {
  if (begin.length === count) return [begin];
  return zones
    .filter((zone) => !begin.includes(zone))
    .flatMap((zone) => choices(zones, [...begin, zone], count));
}

describe("the zone of a new subnet", () => {
  const pools = [control, pool("g5.large", 2)];
  it("is the first by name that offers every type in use", () => {
    assert.equal(zoneOfSubnet({ count: 2 }, offers, pools, []), "b");
    assert.equal(zoneOfSubnet({ count: 1 }, offers, [control, pool("g5.large", 0)], []), "a");
  });
  it("is one that offers the types of its own machines, where none offers every type", () => {
    assert.equal(zoneOfSubnet({ count: 2 }, offers, pools, ["b"]), "c");
    assert.equal(zoneOfSubnet({ count: 3 }, offers, pools, ["b", "c"]), "a");
  });
  it("fits its machines, with the zones of the subnets after it, whenever any choice of zones does", () => {
    fc.assert(
      fc.property(regions, ({ offers: some, pools: machines, count, taken }) => {
        const wanted = { count };
        const fits = (zones: readonly string[]) =>
          placementProblems(wanted, some, machines, zones).length === 0;
        const zones = [...taken];
        while (zones.length < count) zones.push(zoneOfSubnet(wanted, some, machines, zones) ?? "");
        assert.equal(fits(zones), choices(Object.keys(some), taken, count).some(fits));
      }),
      { numRuns: 2000 },
    );
  });
  it("is none that an older subnet is in already", () => {
    assert.equal(zoneOfSubnet({ count: 2 }, offers, [control], ["b"]), "a");
  });
  it("is the one that the settings name", () => {
    assert.equal(zoneOfSubnet({ count: 2, names: ["c", "a"] }, offers, pools, ["c"]), "a");
  });
});

describe("zones that do not fit", () => {
  it("are refused with what the region has, and what each lacks", () => {
    assert.match(
      wantedProblems({ count: 4 }, offers, [control]).join(),
      /asks for 4 zones, this region has 3: a, b, c/,
    );
    assert.match(
      wantedProblems({ count: 2, names: ["a", "z"] }, offers, [control]).join(),
      /names z, not in this region; it has: a, b, c/,
    );
    assert.match(
      wantedProblems({ count: 1 }, offers, [control, pool("p5.48xlarge", 1)]).join(),
      /\(a has no p5\.48xlarge; b has no p5\.48xlarge; c has no t3\.medium, p5\.48xlarge\)/,
    );
    assert.deepEqual(wantedProblems({ count: 3 }, offers, [control, pool("g5.large", 3)]), []);
  });

  it("are refused where a machine would be made, with the type, the zone, and where it is offered", () => {
    assert.deepEqual(placementProblems({ count: 2 }, offers, [control, pool("g5.large", 2)], ["b", "a"]), [
      "default: a, where machine 2 belongs, offers no g5.large; b, c do: take another type, or other or fewer availabilityZones",
    ]);
    assert.deepEqual(placementProblems({ count: 2 }, offers, [control, pool("g5.large", 1)], ["b", "a"]), []);
  });

  it("are no obstacle to a machine that runs already, whatever its zone offers now", () => {
    const runs = { ...pool("g5.large", 4), running: [1, 2] };
    const withdrawn = { a: ["t3.medium"], b: ["t3.medium"] };
    assert.deepEqual(placementProblems({ count: 2 }, withdrawn, [{ ...runs, count: 2 }], ["a", "b"]), []);
    assert.match(
      placementProblems({ count: 2 }, withdrawn, [runs], ["a", "b"]).join("; "),
      /a, where machine 3 belongs, .*b, where machine 4 belongs/,
    );
  });

  it("are refused where the name is not that of the zone which the subnet is in", () => {
    const [problem = ""] = placementProblems({ count: 1, names: ["b"] }, offers, [control], ["a"]);
    assert.match(
      problem,
      /availabilityZones\[0\] = "b": subnet 1 was made in a, and stays there; name a in this place/,
    );
  });
});
