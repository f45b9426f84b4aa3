import assert from "node:assert/strict";
import { testedVersions } from "../../infra/versions";
import type { PulumiRun } from "../../lab/pulumi/engine/pulumi";
import { neverEnds, scriptedSecret } from "../../lab/pulumi/providers/command/scriptedMachines";
import { done, killedWhen, messages, moment, TestStack } from "../support/testStack";

const instanceToken = "aws:ec2/instance:Instance";
const commandToken = "command:remote:Command";
const controlPlaneUrn = `urn:pulumi:test::perigee-infra::perigee:machines:Machines$${instanceToken}::orbit-control-plane-1`;

interface Pool {
  readonly count: number;
  readonly diskGiB?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly instanceType?: string;
}

function settings(pool: Pool, more: Readonly<Record<string, unknown>> = {}) {
  const config = {
    "aws:region": "eu-central-1",
    "perigee-infra:clusterName": "orbit",
    "perigee-infra:adminCidrs": ["198.51.100.7/32"],
    "perigee-infra:workers": [{ name: "default", diskGiB: 20, ...pool }],
    ...more,
  };
  return { config };
}

/** `<name> <operation>` of every resource of a type that is not left as it is; a replacement counts once. */
function operations(run: PulumiRun, type: string): string[] {
  const planned = run.events.resources.filter(
    (event) =>
      event.type === type &&
      event.kind === "begun" &&
      ["create", "update", "replace", "delete"].includes(event.operation),
  );
  return planned.map(({ name, operation }) => `${name} ${operation}`);
}

/** What the pool becomes in the middle of the story. */
const changed = { diskGiB: 40, labels: { "perigee.space/antenna": "s" } };

describe("a stack that is renamed, whose cluster has its default name", function () {
  this.timeout(120_000);
  let stack: TestStack;
  before(async () => (stack = await TestStack.make()));
  after(() => stack.remove());

  it("keeps its cluster: refused with the way to keep the name, and that way changes no machine", async () => {
    const { config } = settings({ count: 0 });
    const unnamed = { config: { ...config, "perigee-infra:clusterName": undefined } };
    await stack.succeed("up", unnamed);
    await stack.rename("renamed");
    const refused = await stack.run("up", unnamed);
    assert.notEqual(refused.exitCode, 0);
    assert.match(
      refused.stdout,
      /clusterName = "perigee-renamed": the cluster of this stack is named perigee-test/,
    );
    assert.match(refused.stdout, /pulumi config set -s renamed perigee-infra:clusterName perigee-test/);
    assert.deepEqual(done(refused), []);
    const kept = { config: { ...config, "perigee-infra:clusterName": "perigee-test" } };
    assert.deepEqual(done(await stack.succeed("up", kept), instanceToken), []);
  });
});

/** One cluster's life, told in order (mocha runs a suite's own tests before its inner suites: so all are inner). */
describe("stack 1 on the real engine", function () {
  this.timeout(120_000);
  let stack: TestStack;
  let first: PulumiRun;

  before(async () => {
    stack = await TestStack.make();
    first = await stack.succeed("up", settings({ count: 1 }));
  });
  after(() => stack.remove());

  describe("the first up", () => {
    it("runs the steps on the right machines, each once, in order", async () => {
      const steps = (await stack.journal()).map(({ machine, step, phase }) => `${machine} ${phase} ${step}`);
      const order = [
        "orbit-control-plane-1 create init",
        "orbit-control-plane-1 create admit",
        "orbit-default-1 create join",
      ];
      assert.deepEqual(
        steps.filter((step) => order.includes(step)),
        order,
      );
      assert.deepEqual(steps.filter((step) => !order.includes(step)).sort(), [
        "orbit-control-plane-1 create keep",
        "orbit-control-plane-1 create keep",
        "orbit-control-plane-1 create keys",
        "orbit-control-plane-1 create kubeconfig",
        "orbit-control-plane-1 create network",
        "orbit-default-1 create keys",
        "orbit-default-1 create request",
      ]);
      assert.ok(
        steps.indexOf("orbit-control-plane-1 create init") <
          steps.indexOf("orbit-control-plane-1 create network"),
      );
    });

    it("admits the operator to SSH, the API and nothing else of the control plane", async () => {
      const { ingress } = (await stack.machine("orbit-control-plane-1")) ?? { ingress: [] };
      const open = ingress
        .filter(({ sourceCidr }) => sourceCidr === "198.51.100.7/32")
        .map((rule) => rule.fromPort);
      assert.deepEqual(
        open.filter((port) => port < 30000).sort((a, b) => a - b),
        [22, 6443],
      );
      assert.ok(!ingress.some(({ sourceCidr }) => sourceCidr === "0.0.0.0/0"));
    });

    it("names the API server after the control plane's private address", async () => {
      const { zones } = await stack.machines();
      const controlPlane = await stack.machine("orbit-control-plane-1");
      assert.deepEqual(zones["orbit.internal"], { "api.orbit.internal": [controlPlane?.privateIp] });
    });

    it("keeps no secret in clear, neither in the state nor in the log", async () => {
      const { kubeconfig, sshPrivateKey } = await stack.outputs();
      assert.ok(String(kubeconfig).includes(scriptedSecret));
      const keyLine = String(sshPrivateKey).split("\n")[2] ?? "";
      assert.ok(keyLine.length > 30);
      const userData = "write_files";
      for (const place of [await stack.stateText(), stack.printed(), JSON.stringify(await stack.account())]) {
        for (const secret of [scriptedSecret, keyLine, "PRIVATE KEY", userData]) {
          assert.ok(!place.includes(secret), `${secret.slice(0, 12)}… lies in clear`);
        }
      }
    });

    it("leaves no provider behind that the engine had to complain about", () => {
      const complaints = first.events.diagnostics.filter(({ severity }) => severity === "error");
      assert.deepEqual(complaints, []);
    });
  });

  describe("afterwards", () => {
    it("changes nothing on a second up, nor on a refresh", async () => {
      const before = await stack.journal();
      assert.deepEqual(done(await stack.succeed("up", settings({ count: 1 }))), []);
      const refreshed = await stack.succeed("refresh", settings({ count: 1 }));
      assert.deepEqual(Object.keys(refreshed.events.summary), ["same"]);
      assert.deepEqual(await stack.journal(), before);
    });

    it("adds a worker and touches nothing else", async () => {
      const run = await stack.succeed("up", settings({ count: 2 }));
      assert.deepEqual(
        done(run).sort(),
        [
          `create ${instanceToken} orbit-default-2`,
          `create ${commandToken} orbit-default-2-admit`,
          `create ${commandToken} orbit-default-2-join`,
          `create ${commandToken} orbit-default-2-keys`,
          `create ${commandToken} orbit-default-2-request`,
        ].sort(),
      );
    });

    it("changes labels and disk in place, without a new machine", async () => {
      const before = await stack.machine("orbit-default-1");
      const run = await stack.succeed("up", settings({ count: 2, ...changed }));
      assert.deepEqual(done(run, instanceToken).sort(), [
        `update ${instanceToken} orbit-default-1`,
        `update ${instanceToken} orbit-default-2`,
      ]);
      assert.ok(done(run, commandToken).includes(`update ${commandToken} orbit-default-1-admit`));
      const after = await stack.machine("orbit-default-1");
      assert.deepEqual([after?.privateIp, after?.rootDiskGiB], [before?.privateIp, 40]);
    });

    it("touches no machine for another spread over zones, nor for a newer image", async () => {
      const other = {
        "perigee-infra:availabilityZones": 3,
        "perigee-infra:machineImage": "ami-0fedcba9876543210",
      };
      const run = await stack.succeed("preview", settings({ count: 2, ...changed }, other));
      assert.deepEqual(operations(run, instanceToken), []);
    });

    it("refuses another block for its VPC, before anything is touched", async () => {
      const other = { "perigee-infra:vpcCidr": "10.9.0.0/16" };
      const run = await stack.run("up", settings({ count: 2, ...changed }, other));
      assert.notEqual(run.exitCode, 0);
      assert.match(run.stdout, /vpcCidr = "10\.9\.0\.0\/16": this cluster was made with 10\.0\.0\.0\/16/);
      assert.deepEqual(done(run), []);
    });

    it("refuses another name for its cluster, before anything is touched", async () => {
      const other = { "perigee-infra:clusterName": "comet" };
      const run = await stack.run("up", settings({ count: 2, ...changed }, other));
      assert.notEqual(run.exitCode, 0);
      assert.match(run.stdout, /clusterName = "comet": the cluster of this stack is named orbit/);
      assert.deepEqual(done(run), []);
    });

    it("refuses a control plane of another architecture, and smaller disks, in a preview too", async () => {
      const other = { "perigee-infra:controlPlane": { instanceType: "t4g.medium" } };
      const run = await stack.run("preview", settings({ count: 2, ...changed, diskGiB: 39 }, other));
      assert.notEqual(run.exitCode, 0);
      assert.match(run.stdout, /2 problems in the settings; nothing was changed/);
      assert.match(run.stdout, /controlPlane.instanceType = "t4g.medium": is arm64/);
      assert.match(run.stdout, /workers\[0\].diskGiB = 39: the pool's disks have 40 GiB/);
    });

    it("refuses a type that a subnet's zone does not offer, before anything is touched", async () => {
      await stack.withdrawOffers({ "eu-central-1a": ["m7i.large"] });
      const run = await stack.run("up", settings({ count: 2, ...changed, instanceType: "m7i.large" }));
      await stack.withdrawOffers({});
      assert.notEqual(run.exitCode, 0);
      assert.match(
        run.stdout,
        /default: eu-central-1a, where machine 1 belongs, offers no m7i\.large; eu-central-1b, eu-central-1c do/,
      );
      assert.deepEqual(done(run), []);
    });

    it("keeps its subnet where it is when the zones that offer its types change", async () => {
      await stack.withdrawOffers({ "eu-central-1a": ["m8x.large"] });
      const pools = [
        { name: "default", diskGiB: changed.diskGiB, labels: changed.labels, count: 2 },
        { name: "later", count: 0, instanceType: "m8x.large" },
      ];
      const run = await stack.succeed("preview", settings({ count: 2 }, { "perigee-infra:workers": pools }));
      await stack.withdrawOffers({});
      assert.deepEqual(operations(run, "aws:ec2/subnet:Subnet"), []);
      assert.deepEqual(operations(run, instanceToken), []);
    });

    it("refuses to call its subnet's zone by another name", async () => {
      const other = { "perigee-infra:availabilityZones": ["eu-central-1b"] };
      const run = await stack.run("up", settings({ count: 2, ...changed }, other));
      assert.match(
        run.stdout,
        /availabilityZones\[0\] = "eu-central-1b": subnet 1 was made in eu-central-1a, and stays there/,
      );
      assert.deepEqual(done(run), []);
      const same = { "perigee-infra:availabilityZones": ["eu-central-1a"] };
      assert.deepEqual(
        operations(await stack.succeed("preview", settings({ count: 2, ...changed }, same)), instanceToken),
        [],
      );
    });

    it("runs no step again for another image's user, and logs in to new machines as that one", async () => {
      const other = {
        "perigee-infra:machineImage": "ami-0fedcba9876543210",
        "perigee-infra:machineImageUser": "admin",
      };
      const run = await stack.succeed("preview", settings({ count: 2, ...changed }, other));
      assert.deepEqual([...operations(run, instanceToken), ...operations(run, commandToken)], []);
    });

    it("rolls a machine on purpose: drained, made anew with the newer image and its user", async () => {
      const newer = {
        "perigee-infra:machineImage": "ami-0fedcba9876543210",
        "perigee-infra:machineImageUser": "admin",
      };
      const urn = `urn:pulumi:test::perigee-infra::perigee:machines:Machines$${instanceToken}::orbit-default-2`;
      const steps = (await stack.journal()).length;
      const run = await stack.run("up", settings({ count: 2, ...changed }, newer), {
        args: ["--replace", urn],
      });
      assert.equal(run.exitCode, 0, run.stdout);
      assert.deepEqual(
        (await stack.journal()).slice(steps).map(({ step }) => step),
        ["leave", "request", "admit", "join", "keys"],
      );
      const images = Object.values((await stack.account()).resources).flatMap(({ type, properties }) =>
        type === instanceToken ? [properties["ami"]] : [],
      );
      assert.equal(images.filter((image) => image === "ami-0fedcba9876543210").length, 1);
      const { nodes } = (await stack.outputs()) as { nodes: { name: string; loginUser: string }[] };
      assert.deepEqual(
        nodes.map(({ name, loginUser }) => `${name} ${loginUser}`),
        ["orbit-control-plane-1 ubuntu", "orbit-default-1 ubuntu", "orbit-default-2 admin"],
      );
    });

    it("does not replace a control plane that lives, whoever asks for it", async () => {
      const instances = async (): Promise<string[]> =>
        Object.values((await stack.account()).resources).flatMap(({ type, id }) =>
          type === instanceToken ? [id] : [],
        );
      const before = await instances();
      const steps = (await stack.journal()).length;
      const run = await stack.run("up", settings({ count: 2, ...changed }), {
        args: ["--replace", controlPlaneUrn],
      });
      assert.notEqual(run.exitCode, 0);
      assert.match(run.stdout, /orbit-control-plane-1 holds etcd.*nothing was replaced/s);
      assert.deepEqual(await instances(), before);
      assert.equal((await stack.journal()).length, steps);
      await stack.succeed("up", settings({ count: 2, ...changed }));
    });

    it("replaces a worker for another instance type, and restarts a control plane", async () => {
      const types = { "perigee-infra:controlPlane": { instanceType: "t3.large" } };
      const run = await stack.succeed(
        "preview",
        settings({ count: 2, ...changed, instanceType: "m7i.large" }, types),
      );
      assert.deepEqual(operations(run, instanceToken).sort(), [
        "orbit-control-plane-1 update",
        "orbit-default-1 replace",
        "orbit-default-2 replace",
      ]);
    });

    it("goes back to no older Kubernetes version, and touches nothing", async () => {
      const older = { "perigee-infra:kubernetesVersion": testedVersions().at(-1) };
      const run = await stack.run("preview", settings({ count: 2, ...changed }, older));
      assert.notEqual(run.exitCode, 0);
      assert.match(run.stdout + run.stderr, /the running cluster has \S+, and no cluster goes back/);
      assert.deepEqual(operations(run, instanceToken), []);
    });
  });

  describe("removing a worker", () => {
    it("gives up with what the drain says, and leaves the machine running", async () => {
      await stack.breakSteps({
        "orbit-control-plane-1/leave": "pods that would not go: telemetry/archive-0",
      });
      const run = await stack.run("up", settings({ count: 1, ...changed }));
      assert.notEqual(run.exitCode, 0);
      assert.ok(run.stdout.includes("pods that would not go: telemetry/archive-0"));
      assert.equal((await stack.machine("orbit-default-2"))?.state, "running");
    });

    it("drains the node, deletes it from the cluster, and only then stops the machine", async () => {
      await stack.breakSteps({});
      const run = await stack.succeed("up", settings({ count: 1, ...changed }));
      const left = moment(run, { kind: "done", operation: "delete", name: "orbit-default-2-admit" });
      const stopped = moment(run, { kind: "begun", operation: "delete", type: instanceToken });
      assert.ok(left >= 0 && stopped > left, `left at ${left}, stopped at ${stopped}`);
      const [last] = (await stack.journal()).slice(-1);
      assert.deepEqual(
        [last?.machine, last?.phase, last?.step],
        ["orbit-control-plane-1", "delete", "leave"],
      );
      assert.deepEqual(
        done(run).filter((step) => !step.includes("orbit-default-2")),
        [],
      );
      assert.equal(await stack.machine("orbit-default-2"), undefined);
    });
  });

  describe("trouble, and the end", () => {
    it("keeps its workers when the control plane died: none of them leaves, each is admitted to the new one", async () => {
      const before = (await stack.journal()).length;
      await stack.kill("orbit-control-plane-1");
      await stack.succeed("refresh", settings({ count: 1, ...changed }));
      const unsaid = await stack.run("up", settings({ count: 1, ...changed }));
      assert.notEqual(unsaid.exitCode, 0);
      assert.match(unsaid.stdout, /orbit-control-plane-1 .* is gone, and etcd with it; nothing was changed/);
      const empty = settings({ count: 1, ...changed }, { "perigee-infra:restoreFrom": "empty" });
      const plan = await stack.succeed("preview", empty);
      assert.match(messages(plan), /orbit-control-plane-1 is gone; the new one begins empty/);
      const run = await stack.succeed("up", empty);
      assert.deepEqual(done(run, instanceToken), [`create ${instanceToken} orbit-control-plane-1`]);
      const steps = (await stack.journal()).slice(before).map(({ step }) => step);
      assert.deepEqual(
        steps.filter((step) => ["leave", "init", "admit"].includes(step)),
        ["init", "admit"],
      );
      const left = await stack.succeed("preview", empty);
      assert.match(
        messages(left),
        /restoreFrom = empty is still set\. .* pulumi config rm -s test perigee-infra:restoreFrom/,
      );
      const again = await stack.succeed("up", settings({ count: 1, ...changed }));
      assert.deepEqual(Object.keys(again.events.summary), ["same"]);
    });

    it("goes on with the new control plane when the run that made it failed: it is not dead, and none other is made", async () => {
      const plain = settings({ count: 1, ...changed });
      const restore = settings({ count: 1, ...changed }, { "perigee-infra:restoreFrom": "empty" });
      await stack.kill("orbit-control-plane-1");
      await stack.succeed("refresh", plain);
      await stack.breakSteps({ "orbit-control-plane-1/init": "it could not begin" });
      const failed = await stack.run("up", restore);
      assert.notEqual(failed.exitCode, 0);
      assert.deepEqual(done(failed, instanceToken), [`create ${instanceToken} orbit-control-plane-1`]);
      await stack.breakSteps({});
      const replaced = await stack.run("up", plain, { args: ["--replace", controlPlaneUrn] });
      assert.notEqual(replaced.exitCode, 0);
      assert.match(replaced.stdout, /orbit-control-plane-1 holds etcd.*nothing was replaced/s);
      const run = await stack.succeed("up", plain);
      assert.match(
        messages(run),
        /orbit-control-plane-1 is i-\w+, of an up that did not end: it keeps the data/,
      );
      assert.deepEqual(done(run, instanceToken), []);
      assert.match(await stack.exportState(), /RESTORE_FROM='nothing'/);
      const settled = await stack.succeed("up", plain);
      assert.deepEqual(done(settled), [`update ${commandToken} cluster-init`]);
      assert.deepEqual(Object.keys((await stack.succeed("up", plain)).events.summary), ["same"]);
    });

    it("replaces a worker that died between, and takes its old node out of the cluster first", async () => {
      const before = (await stack.journal()).length;
      await stack.kill("orbit-default-1");
      const refreshed = await stack.succeed("refresh", settings({ count: 1, ...changed }));
      assert.deepEqual(done(refreshed, instanceToken), [`delete ${instanceToken} orbit-default-1`]);
      const run = await stack.succeed("up", settings({ count: 1, ...changed }));
      assert.deepEqual(done(run, instanceToken), [`create ${instanceToken} orbit-default-1`]);
      const steps = (await stack.journal()).slice(before).map(({ step }) => step);
      assert.deepEqual(
        steps.filter((step) => ["leave", "admit", "join"].includes(step)),
        ["leave", "admit", "join"],
      );
      assert.equal((await stack.machine("orbit-default-1"))?.state, "running");
    });

    /** Types of what is left in AWS. */
    const left = async (): Promise<string[]> =>
      [...new Set(Object.values((await stack.account()).resources).map(({ type }) => type))].sort();
    const bucket = [
      "aws:s3/bucket:Bucket",
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "aws:s3/bucketVersioning:BucketVersioning",
    ];

    it("is destroyed in order: the machine before what it stands on; only the backups' bucket is left, and what protects it", async () => {
      const run = await stack.succeed("destroy", settings({ count: 1, ...changed }));
      const gone = (type: string) => moment(run, { kind: "done", operation: "delete", type });
      const order = [instanceToken, "aws:ec2/subnet:Subnet", "aws:ec2/vpc:Vpc"].map(gone);
      assert.deepEqual(
        [...order].sort((a, b) => a - b),
        order,
      );
      assert.deepEqual((await stack.machines()).machines, {});
      assert.deepEqual(await left(), bucket);
    });

    it("leaves no bucket either when the settings say so", async () => {
      const { resources } = await stack.account();
      const told = { "perigee-infra:backup": { keepOnDestroy: false } };
      await stack.succeed("up", settings({ count: 1 }, told));
      await stack.succeed("destroy", settings({ count: 1 }, told));
      assert.deepEqual((await stack.account()).resources, resources);
    });

    it("comes up on the second try when the engine was killed during the first", async () => {
      await stack.breakSteps({ "*/network": neverEnds });
      const steps = (await stack.journal()).length;
      const reached = async () => (await stack.journal()).slice(steps).some(({ step }) => step === "network");
      const killed = await killedWhen(reached, (options) => stack.run("up", settings({ count: 1 }), options));
      assert.equal(killed.exitCode, 255);
      await stack.breakSteps({});
      await stack.succeed("up", settings({ count: 1 }));
      assert.equal(Object.keys((await stack.machines()).machines).length, 2);
      // What an engine killed at the wrong moment would leave half written: `failed to load checkpoint: EOF`.
      assert.deepEqual(await stack.writtenInPlace(), []);
      assert.deepEqual(await stack.providersLeft(), []);
    });

    it("is destroyed just as well when the cluster is already dead", async () => {
      await stack.kill("orbit-control-plane-1", "orbit-default-1");
      const before = await stack.journal();
      await stack.succeed("destroy", settings({ count: 1 }));
      assert.deepEqual(await left(), bucket);
      assert.deepEqual(await stack.journal(), before);
    });
  });
});
