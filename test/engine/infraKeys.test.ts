import assert from "node:assert/strict";
import { done, TestStack } from "../support/testStack";

const commandToken = "command:remote:Command";

function settings(login: number, count = 2) {
  const config = {
    "aws:region": "eu-central-1",
    "perigee-infra:clusterName": "orbit",
    "perigee-infra:adminCidrs": ["198.51.100.7/32"],
    "perigee-infra:workers": [{ name: "default", count }],
    "perigee-infra:keys": { login },
  };
  return { config };
}

/** A rotation of the SSH key, told in order. */
describe("the SSH key of a cluster that runs", function () {
  this.timeout(120_000);
  let stack: TestStack;
  let former: unknown;

  before(async () => {
    stack = await TestStack.make();
    await stack.succeed("up", settings(1));
    former = (await stack.outputs())["sshPrivateKey"];
  });
  after(() => stack.remove());

  const stepsSince = async (start: number) =>
    (await stack.journal()).slice(start).map(({ machine, step }) => `${machine} ${step}`);

  it("is not raised by two, nor while a machine goes: refused before anything is touched", async () => {
    for (const [wrong, words] of [
      [
        settings(3),
        /keys\.login = 3: the running cluster's key has the number 1; allowed: 1, or 2 to rotate it/,
      ],
      [
        settings(2, 1),
        /keys\.login = 2: orbit-default-2 would be taken out of the cluster with the former key/,
      ],
    ] as const) {
      const run = await stack.run("up", wrong);
      assert.notEqual(run.exitCode, 0);
      assert.match(run.stdout, words);
      assert.deepEqual(done(run), []);
    }
  });

  it("stays the cluster's, as far as the outputs say, until every machine is done", async () => {
    await stack.breakSteps({ "orbit-default-2/keys": "the machine was away" });
    const start = (await stack.journal()).length;
    const run = await stack.run("up", settings(2));
    assert.notEqual(run.exitCode, 0);
    const steps = await stepsSince(start);
    const last = (step: string) => steps.lastIndexOf(step);
    assert.ok(last("orbit-default-2 keys") > last("orbit-default-2 join"));
    assert.deepEqual((await stack.outputs())["keys"], { login: 1, secrets: 1 });
  });

  it("is rotated by the next run, which changes no machine and then has nothing to do", async () => {
    await stack.breakSteps({});
    const start = (await stack.journal()).length;
    const run = await stack.succeed("up", settings(2));
    assert.ok((await stepsSince(start)).includes("orbit-default-2 keys"));
    assert.deepEqual(
      done(run).filter((step) => !step.startsWith(`update ${commandToken} `)),
      [],
    );
    const outputs = await stack.outputs();
    assert.notEqual(outputs["sshPrivateKey"], former);
    assert.deepEqual(outputs["keys"], { login: 2, secrets: 1 });
    assert.deepEqual(done(await stack.succeed("up", settings(2))), []);
  });

  it("is not gone back to, and lets machines go again", async () => {
    const run = await stack.run("up", settings(1));
    assert.match(run.stdout, /keys\.login = 1: the running cluster's key has the number 2/);
    assert.deepEqual(done(run), []);
    const start = (await stack.journal()).length;
    await stack.succeed("up", settings(2, 1));
    assert.deepEqual(await stepsSince(start), ["orbit-control-plane-1 leave"]);
  });

  it("is no matter for a worker that is replaced in the run that rotates it", async () => {
    const { config } = settings(3, 1);
    const workers = [{ name: "default", count: 1, instanceType: "m7i.large" }];
    const start = (await stack.journal()).length;
    await stack.succeed("up", { config: { ...config, "perigee-infra:workers": workers } });
    const steps = await stepsSince(start);
    const others = ["leave", "init", "network", "kubeconfig", "admit"];
    const taken = steps.indexOf("orbit-control-plane-1 keys");
    for (const step of others) {
      const at = steps.lastIndexOf(`orbit-control-plane-1 ${step}`);
      assert.ok(at >= 0 && at < taken, `${step} runs before the former key is taken away`);
    }
  });
});
