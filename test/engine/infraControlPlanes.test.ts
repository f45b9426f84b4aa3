import assert from "node:assert/strict";
import type { BalancerSpec } from "../../lab/host/balancer/spec";
import type { PulumiRun } from "../../lab/pulumi/engine/pulumi";
import { done, TestStack } from "../support/testStack";

const instanceToken = "aws:ec2/instance:Instance";
const stepToken = "command:remote:Command";
const attachmentToken = "aws:lb/targetGroupAttachment:TargetGroupAttachment";

function settings(count: number, more: Readonly<Record<string, unknown>> = {}) {
  const config = {
    "aws:region": "eu-central-1",
    "perigee-infra:clusterName": "orbit",
    "perigee-infra:adminCidrs": ["198.51.100.7/32"],
    "perigee-infra:availabilityZones": 3,
    "perigee-infra:controlPlane": { count },
    "perigee-infra:workers": [{ name: "default", count: 1 }],
    ...more,
  };
  return { config };
}

const node = (number: number): string => `orbit-control-plane-${number}`;

/** A cluster's control planes: from one to three, a death, and back to one. */
describe("control planes on the real engine", function () {
  this.timeout(240_000);
  let stack: TestStack;
  let seen = 0;

  before(async () => {
    stack = await TestStack.make();
    await stack.succeed("up", settings(1));
  });
  after(() => stack.remove());

  /** Steps that ran since the last look: `<machine> <phase> <step>`. */
  async function steps(): Promise<string[]> {
    const all = await stack.journal();
    const later = all.slice(seen);
    seen = all.length;
    return later.map(({ machine, phase, step, resource }) => `${machine} ${phase} ${step} (${resource})`);
  }
  const order = (all: readonly string[], ...wanted: readonly string[]): void => {
    const places = wanted.map((step) => all.findIndex((one) => one.startsWith(step)));
    assert.ok(!places.includes(-1), `${wanted[places.indexOf(-1)]} is missing:\n${all.join("\n")}`);
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
      all.join("\n"),
    );
  };
  const balancer = async (): Promise<BalancerSpec | undefined> =>
    Object.values((await stack.machines()).balancers ?? {})[0];
  const targets = async (): Promise<string[]> =>
    ((await balancer())?.groups[0]?.targets ?? []).map(({ id }) => id).sort();
  const idOf = async (name: string): Promise<string | undefined> => {
    const nodes = (await stack.outputs())["nodes"] as { name: string; instanceId: string }[];
    return nodes.find((one) => one.name === name)?.instanceId;
  };
  const warnings = (run: PulumiRun): string[] =>
    run.events.diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message);

  it("one is without a balancer, and asked directly", async () => {
    assert.equal(await balancer(), undefined);
    assert.match(String((await stack.outputs())["apiServerUrl"]), /^https:\/\/203\.0\.113\.\d+:6443$/);
    await steps();
  });

  it("1 -> 3: two join one after the other, admitted by the one that is there, which is restarted last", async () => {
    const run = await stack.succeed("up", settings(3));
    assert.deepEqual(
      warnings(run).filter((text) => /controlPlane/.test(text)),
      [],
    );
    const all = await steps();
    order(
      all,
      `${node(1)} update init (cluster-init)`,
      `${node(1)} create admit-control-plane (${node(2)}-admit)`,
      `${node(2)} create init`,
      `${node(1)} create admit-control-plane (${node(3)}-admit)`,
      `${node(3)} create init`,
      `${node(2)} create admit-control-plane (${node(1)}-admit)`,
      `${node(1)} create init (${node(1)}-settle)`,
    );
    assert.deepEqual(await targets(), (await Promise.all([1, 2, 3].map((n) => idOf(node(n))))).sort());
    assert.match(
      String((await stack.outputs())["apiServerUrl"]),
      /^https:\/\/network-api-.*\.elb\.eu-central-1\.amazonaws\.com:6443$/,
    );
    assert.match(String((await stack.outputs())["kubeconfig"]), /tls-server-name: api\.orbit\.internal/);
  });

  it("lets the operator in through the balancer alone, and the balancer to every control plane", async () => {
    const spec = await balancer();
    assert.deepEqual(
      spec?.ingress.map(({ fromPort, sourceCidr }) => `${fromPort} ${sourceCidr}`),
      ["6443 198.51.100.7/32"],
    );
    for (const number of [1, 2, 3]) {
      const { ingress } = (await stack.machine(node(number))) ?? { ingress: [] };
      const api = ingress.filter(({ fromPort }) => fromPort === 6443).map(({ sourceCidr }) => sourceCidr);
      assert.ok(!api.includes("198.51.100.7/32"));
      for (const { privateIp } of spec.nodes) assert.ok(api.includes(`${privateIp}/32`));
    }
  });

  it("stands in a zone each, all of them behind the name that nodes use", async () => {
    const { zones } = await stack.machines();
    const all = await Promise.all([1, 2, 3].map((number) => stack.machine(node(number))));
    assert.deepEqual(
      zones["orbit.internal"]?.["api.orbit.internal"],
      all.map((machine) => machine?.privateIp),
    );
    assert.equal(new Set(all.map((machine) => machine?.privateIp.split(".")[2])).size, 3);
  });

  it("a second up changes nothing", async () => {
    assert.deepEqual(done(await stack.succeed("up", settings(3))), []);
    await steps();
  });

  it("keys for Secrets are not rotated while there are several, and a majority is not asked for in vain", async () => {
    const rotated = await stack.run("up", settings(3, { "perigee-infra:keys": { secrets: 2 } }));
    assert.notEqual(rotated.exitCode, 0);
    assert.match(rotated.stdout, /keys\.secrets = 2: with several control planes this key is not rotated/);
    const even = await stack.run("preview", settings(2));
    assert.match(even.stdout, /controlPlane\.count = 2: allowed: 1, 3 or 5/);
  });

  it("the first one dies: refresh and up make it anew, admitted by another; nothing is initialised again", async () => {
    await stack.kill(node(1));
    await stack.succeed("refresh", settings(3));
    await steps();
    const run = await stack.succeed("up", settings(3));
    assert.deepEqual(done(run, instanceToken), [`create ${instanceToken} ${node(1)}`]);
    const all = await steps();
    order(
      all,
      `${node(2)} delete leave-control-plane (${node(1)}-admit)`,
      `${node(2)} create admit-control-plane (${node(1)}-admit)`,
      `${node(1)} create init (cluster-init)`,
      `${node(1)} update admit (orbit-default-1-admit)`,
    );
    assert.equal(all.filter((step) => step.includes("leave")).length, 1, all.join("\n"));
    assert.equal((await stack.outputs())["actingControlPlane"], node(2));
    assert.ok((await targets()).includes((await idOf(node(1))) ?? "?"));
  });

  it("after which a second up changes nothing: the one that acts stays", async () => {
    assert.deepEqual(done(await stack.succeed("up", settings(3))), []);
    await steps();
  });

  it("3 -> 1: one after the other leaves, each after the balancer let go of it, and only then its machine", async () => {
    const run = await stack.succeed("up", settings(1));
    const all = await steps();
    const leaving = all.filter((step) => step.includes("delete leave-control-plane"));
    assert.deepEqual(
      leaving.map((step) => /\((\S+)\)/.exec(step)?.[1]).sort(),
      [`${node(2)}-admit`, `${node(3)}-admit`],
      all.join("\n"),
    );
    assert.ok(
      leaving.every((step) => step.startsWith(node(1))),
      leaving.join("\n"),
    );
    const gone = run.events.resources
      .filter(({ kind, operation }) => kind === "begun" && operation === "delete")
      .map(({ type, name }) => `${type} ${name}`);
    for (const number of [2, 3]) {
      const places = [
        `${attachmentToken} ${node(number)}`,
        `${stepToken} ${node(number)}-admit`,
        `${instanceToken} ${node(number)}`,
      ].map((one) => gone.indexOf(one));
      assert.deepEqual(
        [...places].sort((a, b) => a - b),
        places,
        gone.join("\n"),
      );
      assert.ok(!places.includes(-1));
    }
    assert.equal(await balancer(), undefined);
    assert.equal((await stack.outputs())["actingControlPlane"], node(1));
  });

  it("3 -> 1 that stops on the way: the balancer has let go of those that go, and still sends to the one that stays", async () => {
    await stack.succeed("up", settings(3));
    await stack.breakSteps({ [`${node(1)}/leave-control-plane`]: "etcd is not whole" });
    assert.notEqual((await stack.run("up", settings(1))).exitCode, 0);
    assert.deepEqual(await targets(), [await idOf(node(1))]);
    await stack.breakSteps({});
    await stack.succeed("up", settings(1));
    assert.equal(await balancer(), undefined);
  });

  it("after which one is as it was: a second up changes nothing, and all of it can be destroyed", async () => {
    assert.deepEqual(done(await stack.succeed("up", settings(1))), []);
    await stack.succeed("up", settings(3));
    await stack.succeed("destroy", settings(3));
    assert.deepEqual((await stack.machines()).balancers, {});
  });
});
