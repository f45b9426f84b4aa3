import assert from "node:assert/strict";
import fc from "fast-check";
import { quotaProblems } from "../../../../../workloads/access/teams/clusterCheck";
import { quantityValue } from "../../../../../workloads/access/teams/quantity";
import { containerLimits, quotaHard, quotaKeys } from "../../../../../workloads/access/teams/quota";
import { team as schema } from "../../../../../workloads/access/teams/settings";
import { flightDynamics } from "../../../../support/workloads/teams/examples";

const team = (given: object = {}) => schema.parse({ name: "orbits", ...given });

describe("the quota of a team's namespace", () => {
  it("is what the settings say, in Kubernetes' words", () => {
    assert.deepEqual(quotaHard(team(flightDynamics)), {
      "requests.cpu": "1500m",
      "requests.memory": "2Gi",
      "limits.memory": "3Gi",
      pods: "10",
      persistentvolumeclaims: "2",
      "requests.storage": "20Gi",
      "services.nodeports": "1",
      "services.loadbalancers": "0",
    });
  });

  it("has twice the memory as limits where nobody says how much", () => {
    assert.equal(quotaHard(team({ quota: { memoryGiB: 0.75 } }))["limits.memory"], "1536Mi");
  });

  it("is counted for every container: what it counts has a default", () => {
    const { defaultRequest, default: limit, max } = containerLimits(team());
    assert.deepEqual(
      [defaultRequest, limit, max],
      [{ cpu: "50m", memory: "64Mi" }, { memory: "256Mi" }, undefined],
    );
    const counted = Object.keys(quotaHard(team())).filter((key) =>
      /^(requests|limits)\.(cpu|memory)$/.test(key),
    );
    for (const key of counted) {
      const [kind, resource = ""] = key.split(".");
      assert.ok((kind === "requests" ? defaultRequest : limit)[resource] !== undefined, key);
    }
  });

  it("lets a container have no more than the most, which is its CPU limit too", () => {
    const { default: limit, max } = containerLimits(team(flightDynamics));
    assert.deepEqual(
      [limit, max],
      [
        { cpu: "1", memory: "512Mi" },
        { cpu: "1", memory: "1Gi" },
      ],
    );
  });
});

describe("a quota below what is used", () => {
  const { quota } = team(flightDynamics);

  it("is told with the setting and what is used, each one", () => {
    const used = {
      ...{ "requests.cpu": "1750m", "requests.memory": "2560Mi", "limits.memory": "3Gi", pods: "11" },
      ...{ persistentvolumeclaims: "3", "requests.storage": "21Gi", "services.nodeports": "2" },
    };
    assert.deepEqual(
      quotaProblems(quota, "orbits", used).map(({ setting, given, problem }) => [
        setting,
        given,
        problem.split(" in the")[0],
      ]),
      [
        ["cpu", 1.5, "1.75 cores are requested"],
        ["memoryGiB", 2, "2.5 GiB of memory are requested"],
        ["pods", 10, "11 pods are there"],
        ["volumes", 2, "3 PersistentVolumeClaims are there"],
        ["storageGiB", 20, "21 GiB of volumes are requested"],
        ["nodePorts", 1, "2 node ports are taken"],
      ],
    );
  });

  it("is none where nothing is used, or nothing is known", () => {
    assert.deepEqual(quotaProblems(quota, "orbits", {}), []);
    assert.deepEqual(
      quotaProblems(quota, "orbits", { "requests.cpu": "0", pods: "10", "count/jobs.batch": "9" }),
      [],
    );
  });

  it("is none for what a quota from the same settings is full of, and the value that is named is taken", () => {
    const size = fc.double({ min: 0.001, max: 10_000, noNaN: true });
    fc.assert(
      fc.property(size, size, size, (cpu, memoryGiB, storageGiB) => {
        const full = team({ quota: { cpu, memoryGiB, storageGiB } });
        assert.deepEqual(quotaProblems(full.quota, "x", quotaHard(full)), []);
        const less = team({ quota: { cpu: cpu / 2, memoryGiB: memoryGiB / 2, storageGiB: storageGiB / 2 } });
        const named = quotaProblems(less.quota, "x", quotaHard(full));
        const raised = Object.fromEntries(
          named.map(({ setting, problem }) => [setting, Number(problem.split(" ")[0])]),
        );
        assert.deepEqual(quotaProblems({ ...less.quota, ...raised }, "x", quotaHard(full)), []);
      }),
    );
  });

  it("counts all that the quota's settings set", () => {
    assert.deepEqual(Object.keys(quotaKeys).sort(), Object.keys(schema.shape.quota.unwrap().shape).sort());
  });
});

describe("quantities", () => {
  for (const [text, value] of [
    ["0", 0],
    ["1500m", 1.5],
    ["2", 2],
    ["250u", 0.00025],
    ["1n", 1e-9],
    ["1k", 1000],
    ["1.5Gi", 1.5 * 2 ** 30],
    ["2Ei", 2 ** 61],
    ["3E", 3e18],
    ["1e3", 1000],
    ["1E3", 1000],
    [".5", 0.5],
    ["-1Ki", -1024],
  ] as const) {
    it(`${text} is ${value}`, () =>
      assert.ok(Math.abs(quantityValue(text) - value) <= Math.abs(value) * 1e-12));
  }

  for (const text of ["", "Gi", "1gi", "1 Gi", "1GiB", "one", "1e", "NaN", "0x10"]) {
    it(`"${text}" is none`, () => assert.throws(() => quantityValue(text), /is no quantity of Kubernetes/));
  }
});
