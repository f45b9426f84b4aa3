import assert from "node:assert/strict";
import { parseSettings } from "../../../infra/config";
import { lossesOf, refuseOtherRegion, type RunningCluster } from "../../../infra/runningCluster";
import { refusal } from "../../support/infra/mocks";
import { small } from "../../support/infra/settingsExamples";

const running: RunningCluster = {
  clusterName: "orbit",
  nodes: [
    { name: "orbit-control-plane-1", role: "control-plane", instanceType: "t3.medium", diskGiB: 30 },
    { name: "orbit-default-1", role: "worker", instanceType: "t3.large", diskGiB: 50 },
    { name: "orbit-default-2", role: "worker", instanceType: "t3.large", diskGiB: 100 },
    { name: "orbit-pass-1", role: "worker", instanceType: "t3.large", diskGiB: 200 },
  ],
};
const workers = [
  { name: "default", count: 2, diskGiB: 100 },
  { name: "pass", diskGiB: 200 },
];

/** What the program says about these settings, beside those of the running cluster. */
function losses(changed: object, cluster: RunningCluster = running): string[] {
  const settings = parseSettings({ ...small, clusterName: "orbit", workers, ...changed }, "test");
  return lossesOf(settings, cluster).map(
    ({ setting, given, problem }) => `${setting} = ${JSON.stringify(given)}: ${problem}`,
  );
}

describe("a change of settings that would lose the backups", () => {
  const named = { backup: { bucket: "ours" } };
  const made = (kept: boolean): RunningCluster => ({
    ...running,
    backup: { enabled: true, bucket: "orbit-backup-1234567", kept },
  });

  it("is another bucket, while the one that was made is not to be kept; the way is told", () => {
    assert.match(
      losses(named, made(false)).join(),
      /^backup\.bucket = "ours": .*orbit-backup-1234567, would be deleted with its backups.*set backup\.keepOnDestroy to true and run up/,
    );
  });

  it("is not one where that bucket stays, nor where there is no other", () => {
    assert.deepEqual(losses(named, made(true)), []);
    assert.deepEqual(losses({}, made(false)), []);
    assert.deepEqual(losses(named, { ...running, backup: { enabled: true, bucket: "theirs" } }), []);
  });
});

describe("several control planes and the key for Secrets", () => {
  const three: RunningCluster = {
    ...running,
    keys: { login: 1, secrets: 2 },
    nodes: [
      ...running.nodes,
      ...[2, 3].map((number) => ({ name: `orbit-control-plane-${number}`, role: "control-plane" as const })),
    ],
  };
  const count = (controlPlanes: number, secrets: number) => ({
    controlPlane: { count: controlPlanes },
    keys: { secrets },
  });

  it("it is not rotated while there are several, nor in the run that makes or removes them; the way is told", () => {
    for (const [settings, cluster] of [
      [count(3, 3), three],
      [count(1, 3), three],
      [count(3, 3), { ...running, keys: { login: 1, secrets: 2 } }],
    ] as const) {
      assert.match(
        losses(settings, cluster).join(),
        /^keys\.secrets = 3: with several control planes .* put it back to 2\. .* set controlPlane\.count to 1/,
      );
    }
  });

  it("stays what it is for as many as there shall be, and is rotated by one", () => {
    assert.deepEqual(losses(count(5, 2), three), []);
    assert.deepEqual(losses(count(1, 2), three), []);
    assert.deepEqual(losses(count(1, 3), { ...running, keys: { login: 1, secrets: 2 } }), []);
  });
});

describe("fewer control planes than there are", () => {
  const node = (number: number, living?: string) => ({
    ...{ name: `orbit-control-plane-${number}`, role: "control-plane" as const, instanceId: `i-${number}` },
    ...(living === undefined ? {} : { living }),
  });
  const lives = (number: number) => node(number, `i-${number}`);
  const one = { controlPlane: { count: 1 } };
  const three = (...nodes: RunningCluster["nodes"]): RunningCluster => ({ ...running, nodes });

  it("are refused where those that would be kept are gone, or made by an up that did not end: the others have the data", () => {
    for (const first of [node(1), node(1, "i-new")]) {
      assert.match(
        losses(one, three(first, lives(2), lives(3))).join(),
        /^controlPlane\.count = 1: keeps orbit-control-plane-1 alone, .* delete .* data: orbit-control-plane-2, orbit-control-plane-3; put it back to 3, /,
      );
    }
    const five = three(node(1), node(2), node(3), lives(4), lives(5));
    assert.match(losses({ controlPlane: { count: 3 } }, five).join(), /-4, orbit-control-plane-5; .* to 5/);
  });

  it("are refused where a restoreFrom is left set, too, while the others have etcd's majority", () => {
    const left = { ...one, restoreFrom: "latest" };
    assert.match(losses(left, three(node(1), lives(2), lives(3))).join(), /^controlPlane\.count = 1: keeps /);
  });

  it("are refused together with another version, before anything is touched: one after the other", async () => {
    const older = { ...three(lives(1), lives(2), lives(3)), kubernetesVersion: "1.35.4" };
    const both = { controlPlane: { count: 1 }, kubernetesVersion: "1.36.3" };
    assert.match(
      losses(both, older).join(),
      /^controlPlane\.count = 1: is lowered from 3 together with kubernetesVersion, from 1\.35\.4 to 1\.36\.3; .* Put it back to 3 and run up, then lower it; or, .* kubernetesVersion back to 1\.35\.4/,
    );
    assert.match(losses({ ...both, restoreFrom: "latest" }, older).join(), /is lowered from 3 together/);
    const { message, resources } = await refusal({ ...small, clusterName: "orbit", ...both }, { ...older });
    assert.match(message, /nothing was changed:\n[^]*controlPlane\.count = 1: is lowered from 3 together/);
    assert.deepEqual(resources, []);
  });

  it("are no concern of the version one after the other, nor where as many or more stay, nor where a lost majority is restored", () => {
    const older = { ...three(lives(1), lives(2), lives(3)), kubernetesVersion: "1.35.4" };
    const upgraded = { kubernetesVersion: "1.36.3" };
    assert.deepEqual(losses({ controlPlane: { count: 1 }, kubernetesVersion: "1.35.4" }, older), []);
    for (const count of [3, 5]) assert.deepEqual(losses({ controlPlane: { count }, ...upgraded }, older), []);
    const lost = { ...three(lives(1), node(2), node(3)), kubernetesVersion: "1.35.4" };
    assert.deepEqual(losses({ ...one, ...upgraded, restoreFrom: "latest" }, lost), []);
  });

  it("are allowed where one that has the data stays, where nothing lives, and where a lost majority is restored", () => {
    assert.deepEqual(losses(one, three(lives(1), node(2), lives(3))), []);
    assert.deepEqual(losses(one, three(node(1), node(2), node(3))), []);
    assert.deepEqual(losses({ ...one, restoreFrom: "latest" }, three(node(1), lives(2), node(3))), []);
    assert.deepEqual(losses({ controlPlane: { count: 3 } }, three(node(1), lives(2), lives(3))), []);
  });
});

describe("a change of settings that would lose the running cluster", () => {
  it("is none where nothing of it changes, nor where machines only grow, come and go", () => {
    assert.deepEqual(losses({}), []);
    assert.deepEqual(
      losses({
        controlPlane: { instanceType: "m7i.xlarge", diskGiB: 60 },
        workers: [
          { name: "default", count: 5, diskGiB: 150 },
          { name: "new", diskGiB: 10 },
        ],
      }),
      [],
    );
  });

  it("is another clusterName: refused before any resource is registered, with the way to keep the name", async () => {
    const { message, resources } = await refusal({ ...small, clusterName: "other" }, { ...running });
    assert.match(
      message,
      /^1 problem in the settings; nothing was changed:\n {2}perigee-infra:clusterName = "other": the cluster of this stack is named orbit;/,
    );
    assert.match(message, /pulumi config set -s test perigee-infra:clusterName orbit$/);
    assert.deepEqual(resources, []);
  });

  it("is the default clusterName of a stack that was renamed", async () => {
    const { message, resources } = await refusal(small, { ...running, clusterName: "perigee-dev" });
    assert.match(message, /clusterName = "perigee-test": the cluster of this stack is named perigee-dev/);
    assert.match(message, /config set -s test perigee-infra:clusterName perigee-dev$/);
    assert.deepEqual(resources, []);
  });

  it("is a control plane of another architecture", () => {
    const [problem, ...more] = losses({ controlPlane: { instanceType: "t4g.medium" } });
    assert.match(
      problem ?? "",
      /^controlPlane.instanceType = "t4g.medium": is arm64; orbit-control-plane-1 is amd64 \(t3.medium\)/,
    );
    assert.deepEqual(more, []);
  });

  it("is a smaller disk: told with the size that is allowed, all pools at once", () => {
    const found = losses({
      controlPlane: { diskGiB: 29 },
      workers: [
        { name: "default", count: 2, diskGiB: 99 },
        { name: "pass", diskGiB: 199 },
      ],
    });
    assert.deepEqual(
      found.map((line) => line.replace(/ and AWS.*allowed/, " … allowed")),
      [
        "controlPlane.diskGiB = 29: the pool's disks have 30 GiB … allowed: 30 or more",
        "workers[0].diskGiB = 99: the pool's disks have 100 GiB … allowed: 100 or more; for smaller disks add another pool and then remove this one",
        "workers[1].diskGiB = 199: the pool's disks have 200 GiB … allowed: 200 or more; for smaller disks add another pool and then remove this one",
      ],
    );
  });

  it("is no smaller disk of a pool whose machines are replaced anyway, for another type", () => {
    assert.deepEqual(losses({ workers: [{ name: "default", instanceType: "m7i.large", diskGiB: 20 }] }), []);
  });

  it("does not mix up pools whose names begin alike", () => {
    const cluster = {
      ...running,
      nodes: [{ ...running.nodes[3], name: "orbit-default-2-1" }],
    } as RunningCluster;
    assert.deepEqual(losses({ workers: [{ name: "default", diskGiB: 20 }] }, cluster), []);
  });

  it("is a control plane of another architecture also where 0.1 wrote the outputs, without its type", async () => {
    const nodes = [{ name: "orbit-control-plane-1", role: "control-plane", instanceId: "i-1" }];
    const settings = { ...small, clusterName: "orbit", controlPlane: { instanceType: "t4g.medium" } };
    const { message, resources } = await refusal(settings, { clusterName: "orbit", nodes });
    assert.match(message, /is arm64; orbit-control-plane-1 is amd64 \(t3\.medium\)/);
    assert.deepEqual(resources, []);
  });

  describe("of its keys", () => {
    const leaving = { workers: [workers[0]] };
    const keyed = { ...running, keys: { login: 2, secrets: 3 } };
    const numbers = (name: string, own: number, given: number) =>
      `keys.${name} = ${given}: the running cluster's key has the number ${own}; allowed: ${own}, or ${own + 1} to rotate it`;

    for (const [what, keys, cluster, found] of [
      ["is none where both stay", { login: 2, secrets: 3 }, keyed, []],
      ["is none where both are raised by one", { login: 3, secrets: 4 }, keyed, []],
      [
        "is a lower number",
        { login: 1, secrets: 2 },
        keyed,
        [numbers("login", 2, 1), numbers("secrets", 3, 2)],
      ],
      [
        "is more than one",
        { login: 4, secrets: 5 },
        keyed,
        [numbers("login", 2, 4), numbers("secrets", 3, 5)],
      ],
      [
        "is the default, where they were raised",
        {},
        keyed,
        [numbers("login", 2, 1), numbers("secrets", 3, 1)],
      ],
      [
        "is none of the key for Secrets where an older Perigee wrote the outputs",
        { secrets: 2 },
        running,
        [],
      ],
      [
        "is the login key where an older Perigee wrote the outputs: its machines know one key",
        { login: 2 },
        running,
        [
          "keys.login = 2: the running machines do not let the next key in yet; run up once with 1, then raise it",
        ],
      ],
    ] as const) {
      it(what, () => assert.deepEqual(losses({ keys }, cluster), found));
    }

    it("is a login key that is raised while a machine goes, and none where machines only come", () => {
      const keys = { login: 3, secrets: 3 };
      assert.deepEqual(losses({ keys, ...leaving }, keyed), [
        "keys.login = 3: orbit-pass-1 would be taken out of the cluster with the former key; rotate it first, then remove machines",
      ]);
      assert.deepEqual(losses({ keys, workers: [...workers, { name: "new" }] }, keyed), []);
      assert.deepEqual(losses({ keys: { login: 2, secrets: 4 }, ...leaving }, keyed), []);
    });

    it("is refused before any resource is registered", async () => {
      const settings = { ...small, clusterName: "orbit", workers, keys: { login: 4, secrets: 3 } };
      const { message, resources } = await refusal(settings, { ...keyed });
      assert.equal(
        message,
        `1 problem in the settings; nothing was changed:\n  perigee-infra:${numbers("login", 2, 4)}`,
      );
      assert.deepEqual(resources, []);
    });
  });

  it("is another region, in which every machine would be another one", () => {
    const nodes = [{ ...running.nodes[0], availabilityZone: "eu-central-1b" }] as RunningCluster["nodes"];
    assert.throws(
      () => refuseOtherRegion(nodes, "us-west-2"),
      /aws:region = "us-west-2": the cluster of this stack is in eu-central-1, .* nothing was changed\. Put it back: {2}pulumi config set -s test aws:region eu-central-1/,
    );
    refuseOtherRegion(nodes, "eu-central-1");
    refuseOtherRegion(nodes, undefined);
    refuseOtherRegion(running.nodes, "us-west-2"); // 0.1 wrote no zone
  });

  it("is fewer zones than its machines stand in, unless those machines go too", () => {
    const nodes = running.nodes.map((node, index) => ({ ...node, subnet: index === 2 ? 2 : 1 }));
    const cluster = { ...running, nodes };
    const [problem, ...more] = losses({ availabilityZones: 1 }, cluster);
    assert.match(
      problem ?? "",
      /^availabilityZones = 1: orbit-default-2 stands in subnet 2, .* allowed: 2 or more, or remove these machines first/,
    );
    assert.deepEqual(more, []);
    assert.deepEqual(losses({ availabilityZones: 2 }, cluster), []);
    assert.deepEqual(losses({ workers: [{ name: "default", count: 1, diskGiB: 100 }] }, cluster), []);
  });
});
