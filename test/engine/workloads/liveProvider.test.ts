import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stackLabel } from "../../../contract/stackLabel";
import { defaultKubernetesVersion } from "../../../infra/versions";
import { type Connection, connections } from "../../../lab/pulumi/providers/kubernetes/connection";
import { releaseArguments } from "../../../lab/pulumi/providers/kubernetes/helm";
import { asProperties, type LiveObject } from "../../../lab/pulumi/providers/kubernetes/kubernetesObject";
import { KubernetesProvider } from "../../../lab/pulumi/providers/kubernetes/kubernetesProvider";
import { releaseSpec } from "../../../lab/pulumi/providers/kubernetes/releases";
import type { ResourceCall } from "../../../lab/pulumi/providers/rpc/provider";
import { map, type Properties, reveal, text } from "../../../lab/pulumi/providers/rpc/values";
import { ensureLabCharts, type LabCharts } from "../../../lab/supply/chart/build";
import { kubernetesComponent } from "../../../lab/supply/toolchain/components";
import { repositoryRoot } from "../../../settings/repositoryRoot";
import { loadDictionary } from "../../../telemetry/dictionary";
import { ruleFile } from "../../../telemetry/rules";
import { beforeInstall, beforeUpgrade, ownNamespace } from "../../../workloads/adoption";
import { type ClusterApi, clusterApi } from "../../../workloads/adoption/clusterApi";
import { owned } from "../../../workloads/adoption/fieldManager";
import { chartValues } from "../../../workloads/monitoring/values";
import { metricsServerRelease, metricsServerValues } from "../../../workloads/platform/metricsServer/values";
import { builtProgram } from "../../support/builtProgram";
import { settingsWith } from "../../support/workloads/settingsExamples";
import { ApiServer } from "./apiServer";

const metricsApi = "v1beta1.metrics.k8s.io";
const helm = builtProgram("helm", "helm");
const isBuilt =
  helm !== undefined &&
  builtProgram(kubernetesComponent(defaultKubernetesVersion), "kube-apiserver") !== undefined;

function call(type: string, name: string, seconds = 60): ResourceCall {
  const log = { status: () => undefined, warn: () => undefined, error: () => undefined };
  return { urn: `urn:${name}`, type, name, signal: AbortSignal.timeout(seconds * 1000), log };
}

const object = (
  apiVersion: string,
  kind: string,
  metadata: Properties,
  more: Properties = {},
): Properties => ({
  ...{ apiVersion, kind, metadata },
  ...more,
});
const token = (inputs: Properties): string => {
  const version = text(inputs, "apiVersion") ?? "";
  return `kubernetes:${version.includes("/") ? version : `core/${version}`}:${text(inputs, "kind")}`;
};

/** Needs the API server that the lab runs: `make toolchain` builds it, `make up` too. */
(isBuilt ? describe : describe.skip)("the Kubernetes stand-in with a real API server", function () {
  this.timeout(180_000);
  let server: ApiServer;
  let folder: string;
  let provider: KubernetesProvider;
  let connection: Connection;

  const settings = () => ({
    ...{ stateFolder: folder, cluster: "live" as const, helm: helm ?? "helm" },
    ...{ deleteUnreachable: false, patchForce: false, unreachableMs: 3_000, helmMs: 0 },
  });
  const create = (inputs: Properties, seconds?: number) =>
    provider.create(call(token(inputs), "test", seconds), inputs, false);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "perigee-live-"));
    server = await ApiServer.start();
    provider = new KubernetesProvider("4.34.2", settings(), connections(settings()));
    provider.configure({ kubeconfig: server.kubeconfig, upsertExistingObjects: true });
    connection = connections(settings())({
      ...{
        kubeconfig: server.kubeconfig,
        context: undefined,
        namespace: "default",
        deleteUnreachable: undefined,
        upsertExistingObjects: true,
        enablePatchForce: false,
      },
    });
    await create(object("v1", "Namespace", { name: "monitoring" }));
    await create(object("v1", "Namespace", { name: "telemetry" }));
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("applies an object, takes away what is applied no more, and leaves what others added", async () => {
    const inputs = (data: Properties) =>
      object("v1", "ConfigMap", { name: "one", namespace: "telemetry" }, { data });
    const { id, outputs } = await create(inputs({ a: "1", b: "2" }));
    assert.equal(id, "telemetry/one");
    assert.equal(map(outputs, "metadata")["managedFields"], undefined);
    const olds = { inputs: inputs({ a: "1", b: "2" }), outputs };
    const updated = await provider.update(
      call("kubernetes:core/v1:ConfigMap", "one"),
      id,
      olds,
      inputs({ a: "3" }),
      false,
    );
    assert.deepEqual(updated["data"], { a: "3" });
  });

  it("makes new objects strictly without upsertExistingObjects, as the released provider 4.29 does", async () => {
    const inputs = object("v1", "ConfigMap", { name: "there", namespace: "telemetry" }, { data: { a: "1" } });
    await create(inputs);
    const strict = new KubernetesProvider("4.34.2", settings(), connections(settings()));
    strict.configure({ kubeconfig: server.kubeconfig });
    const again = (from: KubernetesProvider) => from.create(call(token(inputs), "there"), inputs, false);
    await assert.rejects(again(strict), /ConfigMap telemetry\/there already exists/);
    assert.equal((await again(provider)).id, "telemetry/there");
  });

  it("does not take a field from somebody who has changed it, unless told, as the released provider 4.32", async () => {
    const inputs = (a: string) =>
      object("v1", "ConfigMap", { name: "edited", namespace: "telemetry" }, { data: { a } });
    const { outputs } = await create(inputs("1"));
    const reference = { apiVersion: "v1", kind: "ConfigMap", name: "edited", namespace: "telemetry" };
    const hand = { fieldManager: "kubectl-edit", force: true };
    await connection.cluster.apply(inputs("by hand"), reference, hand, AbortSignal.timeout(10_000));
    const update = (from: KubernetesProvider) => {
      const olds = { inputs: inputs("1"), outputs };
      return from.update(call(token(inputs("2")), "edited"), "", olds, inputs("2"), false);
    };
    await assert.rejects(
      update(provider),
      /conflict with "kubectl-edit"[^]*PULUMI_K8S_ENABLE_PATCH_FORCE=true/,
    );
    const forcing = { ...settings(), patchForce: true };
    const forced = new KubernetesProvider("4.34.2", forcing, connections(forcing));
    forced.configure({ kubeconfig: server.kubeconfig, upsertExistingObjects: true });
    assert.deepEqual((await update(forced))["data"], { a: "2" });
  });

  it("changes what a killed run has made and not recorded, where the object names its field manager", async () => {
    const inputs = (a: string) => {
      const { name, namespace, annotations } = owned({ name: "unrecorded", namespace: "telemetry" });
      const metadata = { name, namespace, annotations } as Properties;
      return object("v1", "ConfigMap", metadata, { data: { a } });
    };
    await create(inputs("1")); // nobody remembers it
    const { outputs } = await create(inputs("2"));
    const olds = { inputs: inputs("2"), outputs };
    const changed = await provider.update(call(token(inputs("3")), "x"), "", olds, inputs("3"), false);
    assert.deepEqual(changed["data"], { a: "3" });
  });

  it("marks what a Secret holds, and reads it back", async () => {
    const inputs = object(
      "v1",
      "Secret",
      { name: "s", namespace: "telemetry" },
      { stringData: { key: "hidden" } },
    );
    const { outputs } = await create(inputs);
    assert.doesNotMatch(JSON.stringify({ ...outputs, data: null, stringData: null }), /hidden/);
    assert.deepEqual(reveal(outputs["data"] ?? null), { key: Buffer.from("hidden").toString("base64") });
    assert.notDeepEqual(outputs["data"], reveal(outputs["data"] ?? null));
  });

  it("says what the API server says against an object", async () => {
    const inputs = object(
      "v1",
      "Service",
      { name: "bad", namespace: "telemetry" },
      { spec: { ports: [{ port: 0 }] } },
    );
    await assert.rejects(create(inputs), /Service telemetry\/bad: .*must be between 1 and 65535/);
  });

  it("waits for a kind, and its group, that are defined a moment later", async () => {
    const group = "missions.example";
    const name = { kind: "Mission", plural: "missions", singular: "mission", listKind: "MissionList" };
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    const versions = [{ name: "v1", served: true, storage: true, schema }];
    const spec = { group, names: name, scope: "Namespaced", versions };
    const mission = object(`${group}/v1`, "Mission", { name: "first", namespace: "telemetry" });
    const made = create(mission);
    await sleep(1_000);
    const definition = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
    const metadata = { name: `${name.plural}.${group}` };
    await create({ ...definition, metadata, spec });
    assert.equal((await made).id, "telemetry/first");
    await connection.cluster.delete({ ...definition, ...metadata }, AbortSignal.timeout(10_000));
  });

  it("says why a Deployment does not become ready, when its time is over", async () => {
    const labels = { app: "waits" };
    const pod = { metadata: { labels }, spec: { containers: [{ name: "c", image: "example.org/none:1" }] } };
    const spec = { replicas: 1, selector: { matchLabels: labels }, template: pod };
    const inputs = object("apps/v1", "Deployment", { name: "waits", namespace: "telemetry" }, { spec });
    await assert.rejects(
      create(inputs, 5),
      /Deployment telemetry\/waits did not become ready: 0 of 1 pods are available/,
    );
    await provider.delete(call(token(inputs), "waits"), "telemetry/waits", inputs);
    const reference = { apiVersion: "apps/v1", kind: "Deployment", name: "waits", namespace: "telemetry" };
    assert.equal(await connection.cluster.read(reference, AbortSignal.timeout(5_000)), undefined);
  });

  it("waits for a pair of volume and claim to be bound", async () => {
    const spec = {
      ...{ storageClassName: "", accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" } },
      ...{
        hostPath: { path: "/var/lib/x", type: "DirectoryOrCreate" },
        persistentVolumeReclaimPolicy: "Retain",
      },
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "monitoring", name: "samples" },
    };
    const volume = object("v1", "PersistentVolume", { name: "samples" }, { spec });
    await create(volume);
    const claim = object(
      "v1",
      "PersistentVolumeClaim",
      { name: "samples", namespace: "monitoring" },
      {
        spec: {
          ...{ storageClassName: "", accessModes: ["ReadWriteOnce"], volumeName: "samples" },
          resources: { requests: { storage: "1Gi" } },
        },
      },
    );
    const { outputs } = await create(claim);
    assert.equal(map(outputs, "status")["phase"], "Bound");
    await provider.delete(call(token(claim), "samples"), "monitoring/samples", claim);
    await provider.delete(call(token(volume), "samples"), "samples", volume);
  });

  describe("the check before stack 1 is destroyed", () => {
    const program = join(repositoryRoot, "contract/inUse/check.js");
    const check = (more: NodeJS.ProcessEnv = {}) =>
      new Promise<{ code: number; said: string }>((resolve) => {
        const env = { ...trusting, ...more };
        const child = execFile(process.execPath, [program], { env }, (error, stdout, stderr) => {
          resolve({ code: typeof error?.code === "number" ? error.code : 0, said: stdout + stderr });
        });
        child.stdin?.end(server.kubeconfig);
      });
    /** This API server makes its certificate itself. */
    const trusting = {
      ...process.env,
      PERIGEE_STACK: "dev",
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
      NODE_NO_WARNINGS: "1",
    };

    const backedUp = (hoursAgo: number): Properties =>
      object(
        "v1",
        "ConfigMap",
        { name: "perigee-backup", namespace: "kube-system" },
        { data: { object: "ground/x", seconds: String(Math.floor(Date.now() / 1000 - hoursAgo * 3600)) } },
      );

    it("refuses a cluster without a backup, and says what to do", async () => {
      const { code, said } = await check();
      assert.equal(code, 1);
      assert.match(said, /there is no backup of this cluster, .*nothing was destroyed/);
      assert.match(said, /sudo systemctl start perigee-backup\.service/);
      assert.match(said, /PERIGEE_DESTROY_WITHOUT_BACKUP=true pulumi destroy -s dev/);
      assert.doesNotMatch(said, /are off|keepOnDestroy|identity/);
    });

    it("says that there is none because backups are off, and how to make one then", async () => {
      const { code, said } = await check({ PERIGEE_BACKUPS: "off", PERIGEE_BACKUP_BUCKET: "none" });
      assert.equal(code, 1);
      assert.match(
        said,
        /there is no backup of this cluster, and backups are off \(backup\.enabled: false\), and/,
      );
      assert.match(
        said,
        /pulumi config set -s dev --path perigee-infra:backup\.enabled true && pulumi up -s dev/,
      );
      assert.doesNotMatch(said, /perigee-backup\.service|identity/);
    });

    it("lets it go where somebody says so", async () => {
      const { code, said } = await check({ PERIGEE_DESTROY_WITHOUT_BACKUP: "true" });
      assert.equal(code, 0);
      assert.match(said, /destroyed all the same/);
    });

    it("lets a cluster go that stack 2 is not on, with a backup of less than a day; an older one does not do", async () => {
      const young = backedUp(23);
      await create(young);
      assert.deepEqual(await check(), { code: 0, said: "" });
      const stays = await check({ PERIGEE_BACKUP_BUCKET: "stays" });
      assert.equal(stays.code, 0);
      assert.match(
        stays.said,
        /age identity .*\n.*pulumi stack output -s dev --show-secrets backupIdentity\n$/,
      );
      await provider.delete(call(token(young), "young"), "kube-system/perigee-backup", young);
      const old = backedUp(25);
      await create(old);
      const { code, said } = await check({ PERIGEE_BACKUPS: "on", PERIGEE_BACKUP_BUCKET: "stays" });
      assert.equal(code, 1);
      assert.match(
        said,
        /its last backup, ground\/x, of \d{4}-\d\d-\d\dT[\d:.]+Z, is 25 hours old, and what is on it/,
      );
      assert.match(said, /pulumi stack output -s dev --show-secrets backupIdentity/);
      await provider.delete(call(token(old), "old"), "kube-system/perigee-backup", old);
    });

    it("refuses where the backups would go too, young or old, and says how they are kept", async () => {
      const young = backedUp(1);
      await create(young);
      const goes = await check({ PERIGEE_BACKUPS: "on", PERIGEE_BACKUP_BUCKET: "goes" });
      assert.equal(goes.code, 1);
      assert.match(
        goes.said,
        /^its backups go with the stack \(backup\.keepOnDestroy: false\), .*nothing was destroyed/,
      );
      assert.match(
        goes.said,
        /To keep them: {2}pulumi config set -s dev --path perigee-infra:backup\.keepOnDestroy true && pulumi up -s dev/,
      );
      assert.match(goes.said, /PERIGEE_DESTROY_WITHOUT_BACKUP=true pulumi destroy -s dev/);
      assert.doesNotMatch(goes.said, /identity|perigee-backup\.service/);
      await provider.delete(call(token(young), "young"), "kube-system/perigee-backup", young);
      const old = backedUp(30);
      await create(old);
      const both = await check({ PERIGEE_BACKUPS: "off", PERIGEE_BACKUP_BUCKET: "goes" });
      assert.match(both.said, /is 30 hours old, and backups are off .*; its backups go with the stack/);
      await provider.delete(call(token(old), "old"), "kube-system/perigee-backup", old);
    });

    it("refuses while it is, and says what to do", async () => {
      const inputs = object("v1", "Namespace", { name: "used", labels: stackLabel });
      await create(inputs);
      const { code, said } = await check();
      assert.equal(code, 1);
      assert.match(
        said,
        /perigee-workloads is still on this cluster \(namespaces used\); nothing was destroyed/,
      );
      assert.match(said, /pulumi destroy -s dev -C workloads/);
      await provider.delete(call(token(inputs), "used"), "used", inputs);
    });
  });

  describe("with the lab's charts", () => {
    const definitions = (chart: string): Properties => ({
      ...{ name: "prometheus-operator-crds", namespace: "monitoring", chart, timeout: 120 },
      ...{ values: { crds: { annotations: {} } } },
    });
    const releaseType = "kubernetes:helm.sh/v3:Release";
    let charts: LabCharts;
    before(async () => (charts = await ensureLabCharts(() => undefined)));

    it("installs the definitions, after which objects of their kinds can be made", async () => {
      const inputs = definitions(charts.definitions);
      const { id, outputs } = await provider.create(call(releaseType, "definitions"), inputs, false);
      assert.equal(id, "monitoring/prometheus-operator-crds");
      assert.equal(map(outputs, "status")["status"], "deployed");
      const spec = JSON.parse(JSON.stringify(ruleFile(loadDictionary()))) as Properties;
      await create(
        object(
          "monitoring.coreos.com/v1",
          "PrometheusRule",
          { name: "rules", namespace: "telemetry" },
          { spec },
        ),
      );
    });

    it("keeps what Helm has learnt of a cluster with the lab, not with the user", () => {
      const [, address = ""] = /server: https:\/\/(\S+)/.exec(server.kubeconfig) ?? [];
      const name = address.replace(":", "_");
      assert.ok(existsSync(join(folder, "helm/discovery/discovery", name)), name);
      assert.ok(!existsSync(join(homedir(), ".kube/cache/discovery", name)), name);
    });

    it("refuses a release of that name that is there already, as the released provider 4.32 does", async () => {
      const again = provider.create(call(releaseType, "definitions"), definitions(charts.definitions), false);
      await assert.rejects(again, /cannot re-use a name that is still in use/);
    });

    it("refuses to remove a release that is gone, as the released provider 4.32 does", async () => {
      const gone = provider.delete(call(releaseType, "gone"), "", { ...definitions("x"), name: "gone" });
      await assert.rejects(gone, /uninstall: Release not loaded: gone: release: not found/);
    });

    it("installs the stack with the values of the lab; the API server takes every object of it", async () => {
      const monitoring = {
        grafana: true,
        kubeStateMetrics: true,
        storage: { kind: "local", node: "orbit-default-1" },
      };
      const values = chartValues({
        ...settingsWith(monitoring),
        ...{ publishedHost: "203.0.113.10", routingSecret: "alertmanager-routing", passwordVersion: "7" },
      });
      const inputs: Properties = {
        ...{ name: "monitoring", namespace: "monitoring", chart: charts.stack, timeout: 120 },
        // No pod runs here: nothing would become ready.
        skipAwait: true,
        values: JSON.parse(JSON.stringify(values)) as Properties,
      };
      const { id, outputs } = await provider.create(call(releaseType, "stack"), inputs, false);
      assert.match(JSON.stringify(outputs["status"]), /"chart":"kube-prometheus-stack-88\.5\.3-lab\.3"/);
      const monitors = await connection.cluster.list(
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "ServiceMonitor",
          namespace: "monitoring",
          selector: {},
        },
        AbortSignal.timeout(10_000),
      );
      assert.equal(monitors.length, 12);
      await provider.delete(call(releaseType, "stack"), id, outputs);
    });

    it("installs metrics-server with a certificate that the API verifies it by, which an upgrade keeps", async () => {
      const inputs = (nodes: number): Properties => ({
        ...{ ...metricsServerRelease, chart: charts.metricsServer, timeout: 120, skipAwait: true },
        values: JSON.parse(JSON.stringify(metricsServerValues(nodes))) as Properties,
      });
      const read = async (apiVersion: string, kind: string, name: string): Promise<Properties> => {
        const reference = { apiVersion, kind, name, namespace: "kube-system" };
        return asProperties(await connection.cluster.read(reference, AbortSignal.timeout(10_000)));
      };
      const served = async (): Promise<string> =>
        text(map(await read("v1", "Secret", "metrics-server"), "data"), "tls.crt") ?? "";
      const trusted = async (): Promise<Properties> =>
        map(await read("apiregistration.k8s.io/v1", "APIService", metricsApi), "spec");

      const { id, outputs } = await provider.create(call(releaseType, "metrics-server"), inputs(2), false);
      const first = await served();
      assert.equal((await trusted())["caBundle"], first);
      assert.notEqual((await trusted())["insecureSkipTLSVerify"], true);
      const certificate = new X509Certificate(Buffer.from(first, "base64"));
      assert.ok(certificate.checkHost("metrics-server.kube-system.svc"));
      assert.ok(certificate.verify(certificate.publicKey));
      assert.ok(Date.parse(certificate.validTo) > Date.now() + 9 * 365 * 86_400_000);

      const olds = { inputs: inputs(2), outputs };
      await provider.update(call(releaseType, "metrics-server"), id, olds, inputs(30), false);
      assert.equal(await served(), first);
      assert.equal((await trusted())["caBundle"], first);
      await provider.delete(call(releaseType, "metrics-server"), id, outputs);
      assert.deepEqual(await trusted(), {});
    });

    it("leaves a metrics-server alone that somebody has installed, and says so", async () => {
      const values = JSON.parse(JSON.stringify(metricsServerValues(2))) as Properties;
      const theirs = {
        ...{ name: "metrics-server", namespace: "kube-system", chart: charts.metricsServer },
        ...{ timeout: 120, skipAwait: true, values },
      };
      const { id, outputs } = await provider.create(call(releaseType, "theirs"), theirs, false);
      const ours = { ...theirs, ...metricsServerRelease };
      await beforeInstall(await clusterApi(server.kubeconfig), metricsServerRelease, 0);
      await assert.rejects(
        provider.create(call(releaseType, "metrics-server"), ours, false),
        /"metrics-server" .*exists and cannot be imported into the current release/,
      );
      await provider.delete(call(releaseType, "theirs"), id, outputs);
    });

    describe("a release that an interrupted run left", () => {
      const release = { name: "monitoring", namespace: "monitoring" };
      const reference = { apiVersion: "apps/v1", kind: "Deployment", name: "monitoring-operator" };
      let inputs: Properties;
      let api: ClusterApi;
      /** Waits for pods, which never come: a Helm that is killed then leaves its release as it was meanwhile. */
      const killed = async (verb: "install" | "upgrade", waiting: string): Promise<void> => {
        const file = join(folder, "kubeconfig");
        await writeFile(file, server.kubeconfig, { mode: 0o600 });
        const spec = releaseSpec({ ...inputs, skipAwait: false, timeout: 300 }, "monitoring");
        const args = [...releaseArguments(verb, spec), "--kubeconfig", file];
        const child = spawn(helm ?? "helm", args, { stdio: ["pipe", "ignore", "ignore"] });
        child.stdin.end(JSON.stringify(inputs["values"]));
        const ended = once(child, "exit");
        const limit = Date.now() + 30_000;
        while ((await statuses()).at(-1) !== waiting || (await operator()) === undefined) {
          assert.ok(Date.now() < limit && child.exitCode === null, `helm ${verb} is not ${waiting}`);
          await sleep(200);
        }
        child.kill("SIGKILL");
        await ended;
      };
      const statuses = async (): Promise<string[]> =>
        (await api.releaseRecords(release))
          .toSorted((one, other) => one.revision - other.revision)
          .map(({ status }) => status);
      const operator = async (): Promise<LiveObject | undefined> =>
        connection.cluster.read({ ...reference, namespace: "monitoring" }, AbortSignal.timeout(10_000));

      before(async () => {
        api = await clusterApi(server.kubeconfig);
        const monitoring = { grafana: true, kubeStateMetrics: true };
        const values = chartValues({
          ...settingsWith(monitoring),
          ...{ publishedHost: "203.0.113.10", routingSecret: "alertmanager-routing", passwordVersion: "7" },
        });
        inputs = {
          ...{ ...release, chart: charts.stack, timeout: 120, skipAwait: true },
          values: JSON.parse(JSON.stringify(values)) as Properties,
        };
      });

      it("killed in its installation: is installed over its objects, none of which is made again", async () => {
        await killed("install", "pending-install");
        const create = () => provider.create(call(releaseType, "stack"), inputs, false);
        await assert.rejects(create(), /cannot re-use a name that is still in use/);
        const { uid } = asProperties((await operator())?.metadata);
        await beforeInstall(api, release, 0);
        const { outputs } = await create();
        assert.equal(map(outputs, "status")["status"], "deployed");
        assert.equal(asProperties((await operator())?.metadata)["uid"], uid);
      });

      it("killed in an upgrade: is upgraded from what held before", async () => {
        await killed("upgrade", "pending-upgrade");
        const olds = { inputs, outputs: inputs };
        const update = () => provider.update(call(releaseType, "stack"), "", olds, inputs, false);
        await assert.rejects(update(), /another operation \(install\/upgrade\/rollback\) is in progress/);
        await beforeUpgrade(api, release, 0);
        assert.equal(map(await update(), "status")["status"], "deployed");
        assert.deepEqual(await statuses(), ["superseded", "deployed"]);
      });

      it("installed and not recorded: is taken over", async () => {
        await beforeInstall(api, release, 0);
        const { outputs } = await provider.create(call(releaseType, "stack"), inputs, false);
        assert.equal(map(outputs, "status")["revision"], 1);
        await beforeUpgrade(api, release, 0);
        assert.deepEqual(await statuses(), ["deployed"]);
        await provider.delete(call(releaseType, "stack"), "", outputs);
      });

      it("whose only operation was its installation, and an upgrade is asked for: says how to go on", async () => {
        await killed("install", "pending-install");
        await assert.rejects(beforeUpgrade(api, release, 0), /pulumi refresh && pulumi up/);
        assert.deepEqual(await statuses(), []);
      });

      it("leaves a namespace alone that is not Perigee's", async () => {
        await assert.rejects(
          ownNamespace(api, "monitoring"),
          /is not Perigee's \(no label perigee.dev\/stack=/,
        );
        await ownNamespace(api, "not-there");
        await create(object("v1", "Namespace", { name: "ours", labels: stackLabel }));
        await ownNamespace(api, "ours");
      });
    });

    describe("in the end", () => {
      it("removes the definitions with their release, and deletes objects of kinds that are gone", async () => {
        const inputs = definitions(charts.definitions);
        await provider.delete(call(releaseType, "definitions"), "", inputs);
        const left = await connection.cluster.list(
          {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            namespace: "",
            selector: {},
          },
          AbortSignal.timeout(10_000),
        );
        assert.deepEqual(
          left.map(({ metadata }) => metadata.name),
          [],
        );
        const rules = object("monitoring.coreos.com/v1", "PrometheusRule", {
          name: "rules",
          namespace: "telemetry",
        });
        await provider.delete(call(token(rules), "rules"), "telemetry/rules", rules);
      });
    });
  });

  // mocha runs a suite's own tests before its inner suites: what comes last is an inner suite.
  describe("at the end", () => {
    it("waits until a namespace is gone with all that is in it", async () => {
      const inputs = object("v1", "Namespace", { name: "telemetry" });
      await provider.delete(call(token(inputs), "telemetry"), "telemetry", inputs);
      const found = await connection.cluster.read(
        { apiVersion: "v1", kind: "Namespace", name: "telemetry" },
        AbortSignal.timeout(5_000),
      );
      assert.equal(found, undefined);
    });

    it("says that a cluster cannot be reached, once it has asked for long enough, and then at once", async () => {
      await server.stop();
      const inputs = object("v1", "ConfigMap", { name: "late", namespace: "default" });
      await assert.rejects(create(inputs), /cannot be reached: https:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/);
      const start = Date.now();
      await assert.rejects(create(inputs), /PULUMI_K8S_DELETE_UNREACHABLE/);
      assert.ok(Date.now() - start < 500);
    });
  });
});
