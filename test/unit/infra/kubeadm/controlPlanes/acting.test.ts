import assert from "node:assert/strict";
import fc from "fast-check";
import {
  actingControlPlane,
  irreplaceable,
  membersOf,
  sharedZones,
} from "../../../../../infra/kubeadm/controlPlanes/acting";
import { deploy } from "../../../../support/infra/mocks";
import { small } from "../../../../support/infra/settingsExamples";

const names = ["one", "two", "three"];
const node = (name: string, instanceId: string, living?: string) => ({
  ...{ name, role: "control-plane", instanceId },
  ...(living === undefined ? {} : { living }),
});
const lives = (name: string) => node(name, `i-${name}`, `i-${name}`);
const dead = (name: string) => node(name, `i-${name}`);
const made = (name: string) => node(name, `i-${name}`, "i-new");

describe("the acting control plane", () => {
  it("is the first that lives, and of a new cluster the one that begins it", () => {
    assert.equal(actingControlPlane(names, [], undefined), "one");
    assert.equal(actingControlPlane(names, names.map(lives), undefined), "one");
    assert.equal(actingControlPlane(names, [dead("one"), lives("two"), lives("three")], "one"), "two");
  });

  it("stays the same as long as it lives and is wanted", () => {
    assert.equal(actingControlPlane(names, names.map(lives), "two"), "two");
    assert.equal(actingControlPlane(["one"], names.map(lives), "two"), "one");
  });

  it("is none that was made by an up that did not end, while one lives that is a member", () => {
    assert.equal(actingControlPlane(names, [made("one"), lives("two"), lives("three")], "one"), "two");
    assert.equal(actingControlPlane(names, [made("one"), dead("two"), dead("three")], "one"), "one");
  });

  it("of a cluster whose control planes are all dead is the one that is restored: the first", () => {
    assert.equal(actingControlPlane(names, names.map(dead), "two"), "one");
  });

  it("is always wanted, and a member that lives wherever there is one; a second choice is the same", () => {
    const kinds = [lives, dead, made];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...kinds), { minLength: 3, maxLength: 3 }),
        fc.constantFrom(1, 3),
        fc.option(fc.constantFrom(...names), { nil: undefined }),
        (states, count, former) => {
          const running = names.map((name, index) => (states[index] ?? lives)(name));
          const wanted = names.slice(0, count);
          const acting = actingControlPlane(wanted, running, former);
          const members = running.filter(
            ({ name, living, instanceId }) => wanted.includes(name) && living === instanceId,
          );
          assert.ok(wanted.includes(acting));
          if (members.length > 0) {
            assert.ok(members.some(({ name }) => name === acting));
            assert.equal(actingControlPlane(wanted, running, acting), acting);
          }
        },
      ),
    );
  });
});

describe("control planes that are members, and wait for those that join", () => {
  it("live as the machine of the last up that ended; a worker is none", () => {
    const worker = { ...lives("worker"), role: "worker" };
    assert.deepEqual(membersOf([lives("one"), dead("two"), made("three"), worker]), ["one"]);
    assert.deepEqual(membersOf([]), []);
  });
});

describe("control planes that no up replaces", () => {
  it("are the only one that lives", () => {
    assert.deepEqual(irreplaceable([lives("one")]), ["one"]);
    assert.deepEqual(irreplaceable([dead("one"), lives("two")]), ["two"]);
    assert.deepEqual(irreplaceable(names.map(lives)), []);
    const beside = { name: "two", role: "control-plane", living: "i-two" }; // of an up that did not end
    assert.deepEqual(irreplaceable([lives("one"), beside]), ["one"]);
    assert.deepEqual(irreplaceable([{ ...lives("w"), role: "worker" }]), []);
  });
});

describe("control planes that share a zone", () => {
  /** New ones, each in the next zone in turn. */
  const spread = (count: number, zones: number) =>
    inSubnets(
      zones,
      Array.from({ length: count }, (_, index) => (index % zones) + 1),
    );
  /** Those that run, in these subnets. */
  const inSubnets = (zones: number, subnets: readonly number[]) =>
    [
      subnets.map((subnet, index) => ({ name: `n${index + 1}`, subnet, wanted: (index % zones) + 1 })),
      zones,
    ] as const;

  it("are warned of, with what the loss of a zone means", () => {
    assert.match(
      sharedZones(...spread(3, 1)) ?? "",
      /count = 3 in 1 zone: .* zone with 3 of them takes the API away .* to 3 /,
    );
    assert.match(sharedZones(...spread(3, 2)) ?? "", /in 2 zones: .* zone with 2 of them takes the API away/);
    assert.match(sharedZones(...spread(5, 2)) ?? "", /zone with 3 of them takes the API away/);
  });

  it("are warned of also where the settings have zones enough, for those that run stay where they were made", () => {
    assert.match(
      sharedZones(...inSubnets(3, [1, 1, 1])) ?? "",
      /count = 3 in 1 zone: .* takes the API away .*\. Replace n2, n3, one after the other, .*runbook/,
    );
    assert.match(sharedZones(...inSubnets(3, [1, 2, 1])) ?? "", /in 2 zones: .* Replace n3, /);
    assert.match(
      sharedZones(...inSubnets(3, [1, 1, 3, 1, 2])) ?? "",
      /zone with 3 of them .* Replace n2, one /,
    );
  });

  it("are none where each has its own, or there is one, or a region has no more", () => {
    for (const [count, zones] of [
      [1, 1],
      [3, 3],
      [5, 3],
    ] as const) {
      assert.equal(sharedZones(...spread(count, zones)), undefined);
    }
  });

  it("are told by the program of what runs: a control plane of now keeps its subnet, one to come has its own", async () => {
    const nodes = [{ ...lives("orbit-control-plane-1"), role: "control-plane", subnet: 2 }];
    const raw = { ...small, clusterName: "orbit", availabilityZones: 3, controlPlane: { count: 3 } };
    const { said } = await deploy(raw, { clusterName: "orbit", nodes });
    assert.ok(
      said.some((text) => /in 2 zones: .*Replace orbit-control-plane-1, /.test(text)),
      said.join("\n"),
    );
  });
});
