import assert from "node:assert/strict";
import type { Connection } from "../../../../lab/providers/kubernetes/connection";
import { problemsOf } from "../../../../lab/providers/kubernetes/diagnosis";
import { releaseArguments } from "../../../../lab/providers/kubernetes/helm";
import { KubernetesProvider } from "../../../../lab/providers/kubernetes/kubernetesProvider";
import type { LiveObject } from "../../../../lab/providers/kubernetes/kubernetesObject";
import { parseConfig } from "../../../../lab/providers/kubernetes/providerConfig";
import { servicePods, verdict, wantsEndpoints } from "../../../../lab/providers/kubernetes/readiness";
import { releaseSpec } from "../../../../lab/providers/kubernetes/releases";
import { loadSettings } from "../../../../lab/providers/kubernetes/settings";
import type { ResourceCall } from "../../../../lab/providers/rpc/provider";
import { UNKNOWN, isSecret, map, secret, text, type Properties } from "../../../../lab/providers/rpc/values";

const live = (kind: string, spec: Properties, status: Properties, generation = 1): LiveObject => ({
  ...{ apiVersion: "v1", kind, spec, status },
  metadata: { name: "x", namespace: "n", generation },
});

describe("when an object counts as there", () => {
  const one = { replicas: 1 };
  const done = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
  const table: readonly (readonly [string, LiveObject, string])[] = [
    ["a Deployment with its pods", live("Deployment", one, done), "ready"],
    ["one that its controller has not seen", live("Deployment", one, done, 2), "waiting"],
    ["one with an old pod", live("Deployment", one, { ...done, replicas: 2 }), "waiting"],
    ["one whose pod is not available", live("Deployment", one, { ...done, availableReplicas: 0 }), "waiting"],
    ["one without any status", live("Deployment", one, {}), "waiting"],
    ["one of no pods", live("Deployment", { replicas: 0 }, { observedGeneration: 1 }), "ready"],
    [
      "one that makes no progress",
      live("Deployment", one, {
        observedGeneration: 1,
        conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }],
      }),
      "failed",
    ],
    ["a bound claim", live("PersistentVolumeClaim", { storageClassName: "" }, { phase: "Bound" }), "ready"],
    [
      "a claim that waits",
      live("PersistentVolumeClaim", { storageClassName: "" }, { phase: "Pending" }),
      "waiting",
    ],
    ["a claim that binds with its pod", live("PersistentVolumeClaim", {}, { phase: "Pending" }), "ready"],
    ["a lost claim", live("PersistentVolumeClaim", { volumeName: "v" }, { phase: "Lost" }), "failed"],
    ["a job that failed", live("Job", {}, { conditions: [{ type: "Failed", status: "True" }] }), "failed"],
    ["a namespace", live("Namespace", {}, { phase: "Active" }), "ready"],
    ["a definition", live("CustomResourceDefinition", {}, {}), "waiting"],
    [
      "a DaemonSet with a pod missing",
      live(
        "DaemonSet",
        {},
        { observedGeneration: 1, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
      ),
      "waiting",
    ],
    ["a ConfigMap", live("ConfigMap", {}, {}), "ready"],
  ];
  for (const [what, object, state] of table)
    it(`${what}: ${state}`, () => assert.equal(verdict(object).state, state));

  it("a Service waits for a pod, unless it has no selector", () => {
    assert.equal(wantsEndpoints(live("Service", { selector: { app: "x" } }, {})), true);
    assert.equal(wantsEndpoints(live("Service", {}, {})), false);
    assert.equal(servicePods([]).state, "waiting");
    const slice = (ready: boolean) => ({
      ...live("EndpointSlice", {}, {}),
      endpoints: [{ conditions: { ready } }],
    });
    assert.equal(servicePods([slice(false)]).state, "waiting");
    assert.equal(servicePods([slice(true)]).state, "ready");
  });

  it("what holds a pod is said in the kubelet's own words", () => {
    const state = { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } };
    const pod = live(
      "Pod",
      {},
      { containerStatuses: [{ name: "c", state, lastState: { terminated: { exitCode: 2 } } }] },
    );
    assert.deepEqual(problemsOf(pod), ["container c: CrashLoopBackOff, last exit code 2: back-off 10s"]);
  });
});

describe("the Kubernetes stand-in", () => {
  const none = (): Connection => {
    throw new Error("no cluster in this test");
  };
  const provider = new KubernetesProvider("4.34.2", { deleteUnreachable: false, patchForce: false }, none);
  const log = { status: () => undefined, warn: () => undefined, error: () => undefined };
  const call = (type: string): ResourceCall => ({
    ...{ urn: "urn:x", type, name: "thing", log },
    signal: new AbortController().signal,
  });
  const configMap = call("kubernetes:core/v1:ConfigMap");
  const object = (metadata: Properties, more: Properties = {}): Properties => ({
    ...{ apiVersion: "v1", kind: "ConfigMap", metadata },
    ...more,
  });

  it("makes a name up once, and remembers it", async () => {
    const { inputs } = await provider.check(configMap, {}, object({}));
    const name = text(map(inputs, "metadata"), "name") ?? "";
    assert.match(name, /^thing-[0-9a-f]{8}$/);
    const again = await provider.check(configMap, inputs, object({}));
    assert.deepEqual(again.inputs, inputs);
  });

  it("replaces what has another name, and changes what has other data", async () => {
    const olds = { inputs: object({ name: "a" }, { data: { k: "1" } }), outputs: {} };
    const data = await provider.diff(configMap, "", olds, object({ name: "a" }, { data: { k: "2" } }));
    assert.deepEqual(
      data.changes.map(({ path, replaces }) => [path, replaces]),
      [["data.k", false]],
    );
    const name = await provider.diff(configMap, "", olds, object({ name: "b" }, { data: { k: "1" } }));
    assert.deepEqual(
      name.changes.map(({ path, replaces }) => [path, replaces]),
      [["metadata.name", true]],
    );
    assert.equal(name.deleteBeforeReplace, false);
  });

  it("deletes first what is replaced under its own name", async () => {
    const deployment = (app: string): Properties => ({
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "a", namespace: "n" } },
      spec: { selector: { matchLabels: { app } } },
    });
    const olds = { inputs: deployment("one"), outputs: {} };
    const found = await provider.diff(call("kubernetes:apps/v1:Deployment"), "", olds, deployment("two"));
    assert.equal(found.changes[0]?.replaces, true);
    assert.equal(found.deleteBeforeReplace, true);
  });

  it("marks a Secret's content, whether the program did or not", async () => {
    const plain: Properties = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s" },
      stringData: { k: "v" },
    };
    const { inputs } = await provider.check(call("kubernetes:core/v1:Secret"), {}, plain);
    assert.equal(isSecret(inputs["stringData"]), true);
  });

  it("keeps marks where they were, in previews too", async () => {
    const inputs = object({ name: "a" }, { data: { open: "1", hidden: secret("2") } });
    const { outputs } = await provider.create(configMap, inputs, true);
    assert.equal(isSecret(map(outputs, "data")["hidden"]), true);
    assert.equal(outputs["status"], UNKNOWN);
  });

  it("refuses what it would have to ignore", async () => {
    const { failures } = await provider.check(
      call("kubernetes:helm.sh/v3:Release"),
      {},
      { chart: "c", postrender: "x" },
    );
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["postrender"],
    );
    await assert.rejects(
      async () => provider.check(call("kubernetes:helm.sh/v4:Chart"), {}, {}),
      /does not know kubernetes:helm\.sh\/v4:Chart/,
    );
    assert.deepEqual(
      parseConfig({ kubeconfig: "k", renderYamlToDirectory: "/x" }).failures.map(({ property }) => property),
      ["renderYamlToDirectory"],
    );
    assert.match(parseConfig({}).failures[0]?.reason ?? "", /is required/);
  });

  it("gives helm values by stdin only", () => {
    const spec = releaseSpec(
      { name: "r", chart: "oci://x/y", version: "1.2.3", values: { password: "hidden" } },
      "n",
    );
    for (const verb of ["install", "upgrade"] as const) {
      const args = releaseArguments(verb, spec);
      assert.doesNotMatch(args.join(" "), /hidden/);
      assert.deepEqual(args.slice(0, 5), [verb, "r", "oci://x/y", "--namespace", "n"]);
      assert.ok(args.includes("--wait") && args.includes("--version"));
    }
  });

  it("says which variable is missing or wrong", () => {
    assert.throws(() => loadSettings({}), /PERIGEE_LAB_STATE must be the absolute path/);
    assert.throws(
      () => loadSettings({ PERIGEE_LAB_STATE: "/x", PERIGEE_LAB_MACHINES: "some" }),
      /allowed: systemd, none/,
    );
  });
});
