import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, connections } from "../../../../../lab/pulumi/providers/kubernetes/connection";
import { problemsOf } from "../../../../../lab/pulumi/providers/kubernetes/diagnosis";
import { releaseArguments } from "../../../../../lab/pulumi/providers/kubernetes/helm";
import type { LiveObject } from "../../../../../lab/pulumi/providers/kubernetes/kubernetesObject";
import { KubernetesProvider } from "../../../../../lab/pulumi/providers/kubernetes/kubernetesProvider";
import { parseConfig } from "../../../../../lab/pulumi/providers/kubernetes/providerConfig";
import {
  servicePods,
  verdict,
  wantsEndpoints,
} from "../../../../../lab/pulumi/providers/kubernetes/readiness";
import { releaseSpec } from "../../../../../lab/pulumi/providers/kubernetes/releases";
import { loadSettings } from "../../../../../lab/pulumi/providers/kubernetes/settings";
import type { ResourceCall } from "../../../../../lab/pulumi/providers/rpc/provider";
import {
  isSecret,
  map,
  type Properties,
  secret,
  text,
  unknownValue,
} from "../../../../../lab/pulumi/providers/rpc/values";

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
  for (const [what, object, state] of table) {
    it(`${what}: ${state}`, () => assert.equal(verdict(object).state, state));
  }

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
    assert.equal(outputs["status"], unknownValue);
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

describe("the Kubernetes stand-in is as strict as the released provider", () => {
  let folder: string;
  const log = { status: () => undefined, warn: () => undefined, error: () => undefined };
  const call = (type: string): ResourceCall => ({
    ...{ urn: "urn:x", type, name: "thing", log },
    signal: new AbortController().signal,
  });
  const configMap = call("kubernetes:core/v1:ConfigMap");
  const release = call("kubernetes:helm.sh/v3:Release");
  const object = (data: Properties): Properties => ({
    ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "n" } },
    data,
  });
  const chart = (values: Properties): Properties => ({ name: "r", namespace: "n", chart: "c", values });

  function provider(
    config: Properties = {},
    settings: { deleteUnreachable?: boolean } = {},
  ): KubernetesProvider {
    const known = { deleteUnreachable: false, patchForce: false, ...settings };
    const recorded = {
      stateFolder: folder,
      cluster: "none",
      helm: "helm",
      unreachableMs: 0,
      helmMs: 300,
      ...known,
    } as const;
    const made = new KubernetesProvider("4.34.2", known, connections(recorded));
    made.configure({ kubeconfig: "k", ...config });
    return made;
  }
  async function die(): Promise<void> {
    const file = join(folder, "kubernetes.json");
    const recorded = JSON.parse(await readFile(file, "utf8")) as object;
    await writeFile(file, JSON.stringify({ ...recorded, reachable: false }));
  }
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "perigee-strict-"))));
  afterEach(() => rm(folder, { recursive: true }));

  it("4.29: makes new objects strictly, unless upsertExistingObjects", async () => {
    await provider().create(configMap, object({ k: "1" }), false);
    const again = (config: Properties) => provider(config).create(configMap, object({ k: "2" }), false);
    await assert.rejects(again({}), /ConfigMap n\/a already exists/);
    const upsert = { upsertExistingObjects: "true", enablePatchForce: "true" };
    assert.deepEqual((await again(upsert)).outputs["data"], { k: "2" });
  });

  it("4.32: does not change what another field manager has set, unless enablePatchForce, or the manager is named", async () => {
    const upsert = { upsertExistingObjects: "true" };
    const again = (k: string, config: Properties = {}) =>
      provider({ ...upsert, ...config }).create(configMap, object({ k }), false);
    await again("1");
    // The same value is nothing to quarrel about.
    await again("1");
    await assert.rejects(
      again("2"),
      /conflict with "pulumi-kubernetes-[0-9a-f]{8}": \.data\.k\n.*PATCH_FORCE=true/,
    );
    assert.deepEqual((await again("2", { enablePatchForce: "true" })).outputs["data"], { k: "2" });

    const annotations = { "pulumi.com/patchFieldManager": "perigee" };
    const named = (k: string): Properties => ({
      ...object({ k }),
      metadata: { name: "b", namespace: "n", annotations },
    });
    await provider(upsert).create(configMap, named("1"), false);
    assert.deepEqual((await provider(upsert).create(configMap, named("2"), false)).outputs["data"], {
      k: "2",
    });
  });

  it("4.32: installs no release under a name in use, and upgrades none that is pending", async () => {
    await provider().create(release, chart({}), false);
    await assert.rejects(
      provider().create(release, chart({}), false),
      /cannot re-use a name that is still in use/,
    );
    await pend({ k: "2" });
    const olds = { inputs: chart({}), outputs: chart({}) };
    const update = provider().update(release, "n/r", olds, chart({ k: "2" }), false);
    await assert.rejects(update, /another operation \(install\/upgrade\/rollback\) is in progress/);
  });

  it("4.32: a refresh takes the values of an upgrade that never ended for those in force", async () => {
    const { outputs } = await provider().create(release, chart({ k: "1" }), false);
    await pend({ k: "2" });
    const state = await provider().read(release, "n/r", outputs, chart({ k: "1" }));
    assert.ok(state !== undefined);
    const olds = { inputs: chart({ k: "1" }), outputs: state };
    const { changes } = await provider().diff(release, "n/r", olds, chart({ k: "2" }));
    assert.deepEqual(changes, []);
    const described = { ...chart({ k: "2" }), description: "another" };
    assert.equal((await provider().diff(release, "n/r", olds, described)).changes.length, 1);
  });

  it("4.32: removes no release that is gone", async () => {
    await assert.rejects(
      provider().delete(release, "n/r", chart({})),
      /uninstall: Release not loaded: r: release: not found/,
    );
  });

  it("4.32: of a dead cluster, a delete lets objects go and no releases; a refresh lets go of all", async () => {
    await provider().create(configMap, object({}), false);
    await provider().create(release, chart({}), false);
    await die();
    await assert.rejects(provider().delete(configMap, "n/a", object({})), /PULUMI_K8S_DELETE_UNREACHABLE/);
    await assert.rejects(provider().read(configMap, "n/a", object({}), {}), /PULUMI_K8S_DELETE_UNREACHABLE/);
    const letting = provider({}, { deleteUnreachable: true });
    await letting.delete(configMap, "n/a", object({}));
    await assert.rejects(
      letting.delete(release, "n/r", chart({})),
      /can't delete Helm Release with unreachable cluster/,
    );
    assert.equal(await letting.read(release, "n/r", chart({}), {}), undefined);
    assert.equal(await letting.read(configMap, "n/a", object({}), {}), undefined);
  });

  it("4.32: another server or authority replaces everything, unless clusterIdentifier stays", () => {
    const kubeconfig = (server: string, user = "u"): string =>
      JSON.stringify({
        clusters: [{ name: "c", cluster: { server } }],
        contexts: [{ name: "x", context: { cluster: "c", user } }],
        "current-context": "x",
      });
    const replaced = (olds: Properties, news: Properties) => provider().configReplaces(olds, news);
    const [one, two] = [{ kubeconfig: kubeconfig("https://1") }, { kubeconfig: kubeconfig("https://2") }];
    assert.deepEqual(replaced(one, two), ["kubeconfig"]);
    assert.deepEqual(replaced(one, { kubeconfig: kubeconfig("https://1", "another") }), []);
    assert.deepEqual(replaced(one, { kubeconfig: unknownValue }), ["kubeconfig"]);
    const named = { clusterIdentifier: "orbit" };
    assert.deepEqual(replaced({ ...one, ...named }, { ...two, ...named }), []);
    assert.deepEqual(replaced({ ...one, ...named }, { kubeconfig: unknownValue, ...named }), []);
    assert.deepEqual(replaced({ ...one, ...named }, { ...one, clusterIdentifier: "other" }), [
      "clusterIdentifier",
    ]);
    // To begin with it is no reason to replace anything.
    assert.deepEqual(replaced(one, { ...one, ...named }), []);
  });

  /** The record of an upgrade whose Helm was killed. */
  async function pend(values: Properties): Promise<void> {
    const file = join(folder, "helm.json");
    const recorded = JSON.parse(await readFile(file, "utf8")) as Record<string, { revision: number }[]>;
    const last = recorded["n/r"]?.at(-1);
    assert.ok(last !== undefined);
    recorded["n/r"]?.push({ ...last, ...{ revision: 2, status: "pending-upgrade", values } });
    await writeFile(file, JSON.stringify(recorded));
  }
});
