import assert from "node:assert/strict";
import { join } from "node:path";
import type { PulumiRun } from "../../../lab/pulumi/engine/pulumi";
import { app } from "../../support/examples/app";
import { done, messages } from "../../support/testStack";
import { BothStacks } from "../../support/workloads/bothStacks";

/** The real engine; the cluster is only written down. */
describe("examples/app/pulumi as a stack beside stack 1", function () {
  this.timeout(300_000);
  let stacks: BothStacks;
  before(async () => {
    stacks = await BothStacks.make();
    await stacks.infra({ kubeconfig: stacks.kubeconfig("secret-token") });
  });
  after(() => stacks.remove());

  async function stack(
    verb: "up" | "destroy",
    config: Readonly<Record<string, string | number>>,
  ): Promise<PulumiRun> {
    const settings = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [`planner:${key}`, value]),
    );
    const run = await stacks.own(verb, join(app, "pulumi"), settings);
    assert.equal(run.exitCode, 0, messages(run));
    return run;
  }
  const objects = async (): Promise<string[]> => Object.keys((await stacks.recorded()).objects).sort();

  it("comes in dev, and a second up changes nothing", async () => {
    await stack("up", {});
    assert.equal((await objects()).filter((each) => each.includes("flight-dynamics-test/")).length, 6);
    assert.deepEqual(done(await stack("up", {})), []);
  });

  it("changes the Deployment alone when more is to fail", async () => {
    const changed = done(await stack("up", { failRatio: 0.5 }));
    assert.deepEqual(changed, ["update kubernetes:apps/v1:Deployment planner"]);
  });

  it("is elsewhere, with what prod has, when it becomes prod", async () => {
    await stack("up", { environment: "prod" });
    const there = await objects();
    assert.equal(there.filter((each) => each.includes("flight-dynamics/")).length, 9);
    assert.equal(there.filter((each) => each.includes("flight-dynamics-test/")).length, 0);
  });

  it("goes as a whole, and never said the kubeconfig", async () => {
    await stack("destroy", { environment: "prod" });
    assert.deepEqual(await objects(), []);
    assert.doesNotMatch(stacks.printed(), /secret-token/);
  });
});
