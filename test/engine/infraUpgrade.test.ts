/** Order of an upgrade on the real engine: which node follows which, what a run that stopped leaves, and what is refused. */
import assert from "node:assert/strict";
import { done, messages, TestStack } from "../support/testStack";

const [former, next] = ["1.35.4", "1.36.3"];
const instanceToken = "aws:ec2/instance:Instance";

function settings(kubernetesVersion: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    config: {
      "aws:region": "eu-central-1",
      "perigee-infra:clusterName": "orbit",
      "perigee-infra:adminCidrs": ["198.51.100.7/32"],
      "perigee-infra:kubernetesVersion": kubernetesVersion,
      "perigee-infra:workers": [{ name: "default", count: 3 }],
      ...more,
    },
  };
}

interface StateResource {
  readonly urn: string;
  readonly dependencies?: readonly string[];
}

/** Steps that a step waits for, by name, as the state has them. */
async function waitsFor(stack: TestStack, name: string): Promise<string[]> {
  const { deployment } = JSON.parse(await stack.exportState()) as {
    deployment: { resources: StateResource[] };
  };
  const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";
  const found = deployment.resources.find(({ urn }) => urn.endsWith(`remote:Command::${name}`));
  return (found?.dependencies ?? []).filter((urn) => urn.includes("remote:Command")).map(nameOf);
}

/** Names of the resources whose steps were run since the journal had that many entries, in their order. */
async function stepsSince(stack: TestStack, journaled: number, which: RegExp): Promise<string[]> {
  const all = (await stack.journal()).slice(journaled).map(({ resource }) => resource);
  return all.filter((name) => which.test(name));
}

describe("an upgrade on the real engine", function () {
  this.timeout(180_000);
  let stack: TestStack;
  let journaled = 0;

  before(async () => {
    stack = await TestStack.make();
    await stack.succeed("up", settings(former));
  });
  after(() => stack.remove());
  beforeEach(async () => (journaled = (await stack.journal()).length));

  /** Steps since the test began that change a node, in their order, by the name of their resource. */
  const steps = (): Promise<string[]> => stepsSince(stack, journaled, /-(init|network|admit|join)$/);

  it("is told by a preview: from, to, who in which order, how many at a time", async () => {
    const plan = await stack.succeed("preview", settings(next));
    const said = messages(plan);
    assert.match(said, /Kubernetes 1\.35\.4 -> 1\.36\.3, in place:/);
    assert.match(said, /3 workers, 1 at a time: orbit-default-1, orbit-default-2, orbit-default-3/);
    assert.match(said, /etcd 3\.6\.6-0 -> 3\.6\.8-0/);
    assert.deepEqual(await steps(), []);
  });

  it("stops at the worker that fails, and touches none after it; the outputs stay those of the former version", async () => {
    await stack.breakSteps({ "orbit-default-2/join": "the upgrade stopped at orbit-default-2" });
    const failed = await stack.run("up", settings(next));
    assert.notEqual(failed.exitCode, 0);
    assert.match(failed.stdout, /the upgrade stopped at orbit-default-2/);
    assert.deepEqual(done(failed, instanceToken), []);
    assert.deepEqual(await steps(), [
      "cluster-init",
      "orbit-default-1-admit",
      "orbit-default-1-join",
      "orbit-default-2-admit",
      "orbit-default-2-join",
    ]);
    assert.equal((await stack.outputs())["kubernetesVersion"], former);
  });

  it("goes on there with the next up, still one after the other", async () => {
    await stack.breakSteps({});
    const run = await stack.succeed("up", settings(next));
    assert.match(messages(run), /Kubernetes 1\.35\.4 -> 1\.36\.3, in place:/);
    assert.deepEqual(await steps(), [
      "orbit-default-2-join",
      "orbit-default-3-admit",
      "orbit-default-3-join",
    ]);
    assert.equal((await stack.outputs())["kubernetesVersion"], next);
  });

  it("changes nothing on a second up", async () => {
    const run = await stack.succeed("up", settings(next));
    assert.deepEqual(done(run), []);
    assert.doesNotMatch(messages(run), /Kubernetes \S+ -> /);
    assert.deepEqual(await steps(), []);
  });

  it("leaves workers that wait for a turn alone where the one before them is rolled on purpose", async () => {
    const urn = `urn:pulumi:test::perigee-infra::perigee:machines:Machines$${instanceToken}::orbit-default-1`;
    const run = await stack.run("up", settings(next), { args: ["--replace", urn] });
    assert.equal(run.exitCode, 0, run.stdout.slice(-3000));
    const others = done(run).filter((step) => !step.includes("orbit-default-1"));
    assert.deepEqual(others, []);
    assert.deepEqual(
      (await stack.journal()).slice(journaled).map(({ step }) => step),
      ["leave", "request", "admit", "join", "keys"],
    );
  });

  it("is refused back, in a preview too, with the way back", async () => {
    const refused = await stack.run("preview", settings(former));
    assert.notEqual(refused.exitCode, 0);
    assert.match(
      refused.stdout,
      /kubernetesVersion = "1\.35\.4": the running cluster has 1\.36\.3, .*allowed: 1\.36\.3; the way back is a backup/,
    );
    assert.deepEqual(await steps(), []);
  });
});

describe("an upgrade in which a worker dies", function () {
  this.timeout(180_000);
  let stack: TestStack;
  before(async () => {
    stack = await TestStack.make();
    await stack.succeed("up", settings(former));
    await stack.breakSteps({ "orbit-default-2/join": "the machine is gone" });
    assert.notEqual((await stack.run("up", settings(next))).exitCode, 0);
    await stack.breakSteps({});
    await stack.kill("orbit-default-2");
  });
  after(() => stack.remove());

  it("goes on after a refresh: its new machine waits for nobody, and who follows waits for its turn", async () => {
    await stack.succeed("refresh", settings(next));
    const run = await stack.succeed("up", settings(next));
    assert.match(messages(run), /2 workers, 1 at a time: orbit-default-1, orbit-default-3;/);
    assert.deepEqual(
      (await waitsFor(stack, "orbit-default-2-admit")).filter((step) => step.endsWith("-join")),
      [],
    );
    assert.equal((await stack.outputs())["kubernetesVersion"], next);
  });
});

describe("an upgrade of several workers at a time, beside new ones", function () {
  this.timeout(180_000);
  let stack: TestStack;

  before(async () => {
    stack = await TestStack.make();
    const before = [
      { name: "default", count: 3 },
      { name: "pass", count: 1 },
    ];
    await stack.succeed("up", settings(former, { "perigee-infra:workers": before }));
    const after = [
      { name: "default", count: 4 },
      { name: "pass", count: 1 },
    ];
    await stack.succeed(
      "up",
      settings(next, { "perigee-infra:workers": after, "perigee-infra:updates": { maxUnavailable: 2 } }),
    );
  });
  after(() => stack.remove());

  it("has each worker wait for the one two before it, over all pools, and the first ones for the pod network", async () => {
    for (const [name, before] of [
      ["orbit-default-1", []],
      ["orbit-default-2", []],
      ["orbit-default-3", ["orbit-default-1-join"]],
      ["orbit-pass-1", ["orbit-default-2-join"]],
    ] as const) {
      const admit = await waitsFor(stack, `${name}-admit`);
      assert.deepEqual(
        admit.filter((step) => step.endsWith("-join")),
        before,
        name,
      );
      assert.ok(admit.includes("cluster-network"), name);
      assert.ok(admit.includes("cluster-init"), name);
    }
  });

  it("holds a new machine back for nobody", async () => {
    const admit = await waitsFor(stack, "orbit-default-4-admit");
    assert.deepEqual([...new Set(admit)].sort(), ["cluster-init", "orbit-default-4-request"]);
    const join = await waitsFor(stack, "orbit-default-4-join");
    assert.deepEqual([...new Set(join)].sort(), ["cluster-init", "orbit-default-4-admit"]);
  });

  it("leaves no order of the drains in the state for machines that go later", async () => {
    const workers = [
      { name: "default", count: 4 },
      { name: "pass", count: 1 },
    ];
    await stack.succeed(
      "up",
      settings(next, { "perigee-infra:workers": workers, "perigee-infra:updates": { maxUnavailable: 2 } }),
    );
    const admit = await waitsFor(stack, "orbit-default-3-admit");
    assert.deepEqual(
      admit.filter((step) => step.endsWith("-join")),
      [],
    );
  });
});

describe("an upgrade of three control planes", function () {
  this.timeout(300_000);
  let stack: TestStack;
  let journaled = 0;
  const three = {
    "perigee-infra:availabilityZones": 3,
    "perigee-infra:controlPlane": { count: 3 },
    "perigee-infra:workers": [{ name: "default", count: 1 }],
  };
  const node = (number: number): string => `orbit-control-plane-${number}`;

  before(async () => {
    stack = await TestStack.make();
    await stack.succeed("up", settings(former, three));
  });
  after(() => stack.remove());
  beforeEach(async () => (journaled = (await stack.journal()).length));

  /** Steps since the test began that change a node or admit one, in their order, by the name of their resource. */
  const steps = (): Promise<string[]> => stepsSince(stack, journaled, /-(init|settle|network|admit|join)$/);

  it("is told by a preview: one after the other, the acting one first", async () => {
    const said = messages(await stack.succeed("preview", settings(next, three)));
    assert.match(
      said,
      /orbit-control-plane-1, orbit-control-plane-2, orbit-control-plane-3, one after the other: .*the others serve the API/,
    );
    assert.deepEqual(await steps(), []);
  });

  it("goes from one to the next, and stops at the one that fails: no worker has its turn", async () => {
    await stack.breakSteps({ [`${node(3)}/init`]: "the upgrade stopped at orbit-control-plane-3" });
    const failed = await stack.run("up", settings(next, three));
    assert.notEqual(failed.exitCode, 0);
    assert.deepEqual(done(failed, instanceToken), []);
    assert.deepEqual(await steps(), ["cluster-init", `${node(2)}-init`, `${node(3)}-init`]);
    assert.equal((await stack.outputs())["kubernetesVersion"], former);
  });

  it("goes on when the acting one died meanwhile: its successor joins before anything else restarts, workers come last", async () => {
    await stack.breakSteps({});
    await stack.kill(node(1));
    await stack.succeed("refresh", settings(next, three));
    journaled = (await stack.journal()).length;
    await stack.succeed("up", settings(next, three));
    const all = await steps();
    const order = [
      `${node(2)}-init`,
      `${node(1)}-admit`,
      "cluster-init",
      `${node(3)}-init`,
      `${node(2)}-settle`,
      "cluster-network",
      "orbit-default-1-admit",
      "orbit-default-1-join",
    ].map((name) => all.lastIndexOf(name));
    assert.ok(!order.includes(-1), all.join("\n"));
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      order,
      all.join("\n"),
    );
    assert.equal((await stack.outputs())["kubernetesVersion"], next);
    assert.equal((await stack.outputs())["actingControlPlane"], node(2));
  });

  it("changes nothing on a second up", async () => {
    assert.deepEqual(done(await stack.succeed("up", settings(next, three))), []);
    assert.deepEqual(await steps(), []);
  });
});
