import assert from "node:assert/strict";
import { offersOf, placementProblems, wantedProblems, zoneOfSubnet } from "../../../../infra/network/zones";

const control = { name: "control-plane", instanceType: "t3.medium", count: 1 };
const pool = (instanceType: string, count: number) => ({ name: "default", instanceType, count });
/** Zone c has no t3, zone a no gpu. */
const offers = offersOf(
  ["c", "a", "b"],
  ["t3.medium", "t3.medium", "g5.large", "g5.large"],
  ["a", "b", "b", "c"],
);

describe("the zone of a new subnet", () => {
  const pools = [control, pool("g5.large", 2)];
  it("is the first by name that offers every type in use, and only then another", () => {
    assert.equal(zoneOfSubnet({ count: 2 }, offers, pools, []), "b");
    assert.equal(zoneOfSubnet({ count: 2 }, offers, pools, ["b"]), "a");
    assert.equal(zoneOfSubnet({ count: 1 }, offers, [control, pool("g5.large", 0)], []), "a");
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
