import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { contractVersion } from "../../../contract/outputs";
import { defaultKubernetesVersion } from "../../../infra/versions";
import type { PulumiRun } from "../../../lab/pulumi/engine/pulumi";
import { done, killedWhen, messages } from "../../support/testStack";
import { BothStacks } from "../../support/workloads/bothStacks";

const outputs = (kubeconfig: string) => ({
  ...{
    contractVersion,
    clusterName: "orbit",
    kubernetesVersion: defaultKubernetesVersion,
    publishedHost: "203.0.113.10",
  },
  ...{ kubeconfig, nodes: [] },
});

describe("stack 2 on the real engine, interrupted", function () {
  this.timeout(240_000);
  let stacks: BothStacks;
  let kubeconfig: string;
  before(async () => {
    stacks = await BothStacks.make();
    kubeconfig = stacks.kubeconfig("token-secret-0008");
    assert.equal((await stacks.infra(outputs(kubeconfig))).exitCode, 0);
  });
  after(() => stacks.remove());

  const settings = (scrapeIntervalSeconds: number, telemetry: object = {}) => ({
    monitoring: { scrapeIntervalSeconds },
    telemetry,
  });

  /**
   * `up` whose engine is killed as soon as the condition holds. Its plugin goes on alone, as the released one does, and
   * Helm takes long enough for the moment to be seen on a busy machine.
   */
  async function upKilledWhen(condition: () => Promise<boolean>, seconds: number): Promise<void> {
    const variables = { PERIGEE_LAB_HELM_SECONDS: "3" };
    const run = await killedWhen(condition, (options) =>
      stacks.workloads("up", settings(seconds), { ...options, variables }),
    );
    assert.equal(run.exitCode, 255);
  }
  async function succeed(seconds: number, variables: Record<string, string> = {}): Promise<PulumiRun> {
    const run = await stacks.workloads("up", settings(seconds), { variables });
    assert.equal(run.exitCode, 0, `${run.stdout.slice(-4000)}\n${run.stderr}`);
    return run;
  }
  /** What is on the cluster; nothing before anybody has written to it. */
  const made = async () => Object.keys((await stacks.recorded().catch(() => undefined))?.objects ?? {});
  const release = async (): Promise<string | undefined> => (await stacks.releases())["monitoring/monitoring"];
  const allDeployed = {
    "monitoring/prometheus-operator-crds": "deployed",
    "monitoring/monitoring": "deployed",
    "kube-system/perigee-metrics-server": "deployed",
  };

  it("killed when it has made objects and recorded none: the next up takes them over", async () => {
    await upKilledWhen(async () => (await made()).includes("Namespace monitoring"), 30);
    await succeed(30);
    assert.deepEqual(await stacks.releases(), allDeployed);
    assert.deepEqual(done(await succeed(30)), []);
  });

  it("let go of, and the cluster was not dead after all: the next up takes all over, and the one after it can change it", async () => {
    await stacks.setReachable(false);
    const variables = { PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    assert.equal((await stacks.workloads("refresh", settings(30), { variables })).exitCode, 0);
    await stacks.setReachable(true);
    assert.ok(done(await succeed(30), "kubernetes:core/v1:ConfigMap").length > 5);
    // Deployments, rules and dashboards know it.
    const changed = await stacks.workloads("up", settings(30, { staleAfterPeriods: 7 }));
    assert.equal(changed.exitCode, 0, messages(changed));
    assert.ok(done(changed, "kubernetes:core/v1:ConfigMap").length > 0);
  });

  it("killed while Helm upgrades: the next up goes on from there", async () => {
    await upKilledWhen(async () => (await release()) === "pending-upgrade", 20);
    await succeed(20);
    assert.deepEqual(await stacks.releases(), allDeployed);
    assert.deepEqual(done(await succeed(20)), []);
  });

  it("killed in an upgrade that never ended, and refreshed: the next up does not take it for done", async () => {
    await succeed(20);
    await pendingWith(15);
    assert.equal((await stacks.workloads("refresh", settings(15))).exitCode, 0);
    // Nothing is at work any more: there is nothing to wait for.
    const run = await succeed(15, { PERIGEE_HELM_WAIT_SECONDS: "0" });
    assert.deepEqual(done(run, "kubernetes:helm.sh/v3:Release"), [
      "update kubernetes:helm.sh/v3:Release monitoring",
    ]);
    assert.match(messages(run), /was left pending-upgrade by an interrupted run: going on/);
    assert.deepEqual(await stacks.releases(), allDeployed);
  });

  it("killed before it has rolled to another dictionary, and this is taken back: the former ConfigMap is there", async () => {
    const mounted = async () =>
      (await made()).filter((key) => key.includes("telemetry/telemetry-dictionary-"));
    await succeed(15);
    const [before = "none"] = await mounted();
    const other = settings(15, { dictionary: "examples/own-dictionary/cubesat.yaml" });
    await killedWhen(
      async () => (await mounted()).length > 1,
      (options) => stacks.workloads("up", other, options),
    );
    await succeed(15);
    assert.ok((await mounted()).includes(before));
  });

  it("killed while Helm installs: the next up takes the release over", async () => {
    assert.equal((await stacks.workloads("destroy", settings(15))).exitCode, 0);
    await upKilledWhen(async () => (await release()) === "pending-install", 15);
    await succeed(15);
    assert.deepEqual(await stacks.releases(), allDeployed);
    assert.deepEqual(done(await succeed(15)), []);
  });

  it("another address of the API server replaces nothing", async () => {
    const elsewhere = kubeconfig.replace("127.0.0.1", "localhost");
    assert.notEqual(elsewhere, kubeconfig);
    assert.equal((await stacks.infra(outputs(elsewhere))).exitCode, 0);
    assert.deepEqual(done(await succeed(15)), ["update pulumi:providers:kubernetes cluster"]);
  });

  it("a namespace that is not Perigee's is left alone, and its owner is told how to hand it over", async () => {
    assert.equal((await stacks.workloads("destroy", settings(15))).exitCode, 0);
    const theirs = { apiVersion: "v1", kind: "Namespace", metadata: { name: "monitoring", labels: {} } };
    const recorded = await stacks.recorded();
    recorded.objects["Namespace monitoring"] = theirs;
    await writeFile(join(stacks.stateFolder, "kubernetes.json"), JSON.stringify(recorded));
    const run = await stacks.workloads("up", settings(15));
    assert.notEqual(run.exitCode, 0);
    assert.match(messages(run), /the namespace monitoring is on the cluster already and is not Perigee's/);
    assert.match(messages(run), /kubectl label namespace monitoring perigee.dev\/stack=perigee-workloads/);
    assert.deepEqual((await stacks.recorded()).objects["Namespace monitoring"], theirs);
  });

  /** The record of an upgrade to these settings whose Helm was killed. */
  async function pendingWith(seconds: number): Promise<void> {
    const file = join(stacks.stateFolder, "helm.json");
    const text = await readFile(file, "utf8");
    const recorded = JSON.parse(text) as Record<string, { revision: number; status: string }[]>;
    const revisions = recorded["monitoring/monitoring"] ?? [];
    const last = revisions.at(-1);
    assert.ok(last !== undefined && text.includes('"scrapeInterval": "20s"'), text.slice(0, 2000));
    const values = JSON.parse(
      JSON.stringify(last).replaceAll('"scrapeInterval":"20s"', `"scrapeInterval":"${seconds}s"`),
    ) as typeof last;
    revisions.push({ ...values, revision: last.revision + 1, status: "pending-upgrade" });
    await writeFile(file, JSON.stringify(recorded));
  }
});
