import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contractVersion } from "../../../contract/outputs";
import { defaultKubernetesVersion } from "../../../infra/versions";
import type { PulumiRun } from "../../../lab/pulumi/engine/pulumi";
import { defaultDictionaryPath } from "../../../telemetry/dictionary";
import { done, messages, moment } from "../../support/testStack";
import { BothStacks } from "../../support/workloads/bothStacks";
import { unversioned } from "../../support/workloads/names";
import { alerting, secrets } from "../../support/workloads/settingsExamples";

const kubeconfigSecret = "kubeconfig-secret-0007";
const node = (name: string, role: string) => ({
  name,
  role,
  privateIp: "10.0.1.10",
  publicIp: "203.0.113.10",
});
const outputs = (stacks: BothStacks) => ({
  kubeconfig: stacks.kubeconfig(kubeconfigSecret),
  contractVersion,
  clusterName: "orbit",
  kubernetesVersion: defaultKubernetesVersion,
  nodes: [node("orbit-control-plane-1", "control-plane"), node("orbit-default-1", "worker")],
  publishedHost: "203.0.113.10",
});

/** `create core/v1:Namespace telemetry`, objects of the cluster only. */
const changesOf = (run: PulumiRun): string[] =>
  done(run)
    .filter((line) => line.includes(" kubernetes:"))
    .map((line) => line.replace("kubernetes:", ""))
    .sort();

describe("stack 2 before stack 1 is up", function () {
  this.timeout(240_000);
  let stacks: BothStacks;
  before(async () => (stacks = await BothStacks.make()));
  after(() => stacks.remove());

  it("says that there is no such stack, and how to bring it up", async () => {
    const run = await stacks.workloads("preview");
    assert.notEqual(run.exitCode, 0);
    assert.match(
      messages(run),
      /the stack organization\/perigee-infra\/test, which makes the cluster, cannot be read/,
    );
    assert.match(messages(run), /pulumi up -s test/);
    // Nothing was registered that could fail along with it.
    assert.doesNotMatch(messages(run), /serializing/);
  });

  it("says that it is not up", async () => {
    await stacks.infra({});
    const run = await stacks.workloads("preview");
    assert.notEqual(run.exitCode, 0);
    assert.match(messages(run), /the stack organization\/perigee-infra\/test is not up: it has no outputs/);
  });

  it("says which contracts do not fit", async () => {
    await stacks.infra({ ...outputs(stacks), contractVersion: 99 });
    const run = await stacks.workloads("preview");
    assert.notEqual(run.exitCode, 0);
    assert.match(
      messages(run),
      new RegExp(
        `speaks version 99 of the contract between the stacks, this program version ${contractVersion}`,
      ),
    );
  });
});

/** One cluster's life, told in order (mocha runs a suite's own tests before its inner suites: so all are inner). */
describe("stack 2 on the real engine", function () {
  this.timeout(240_000);
  let stacks: BothStacks;
  let folder: string;
  let dictionary: string;
  let first: PulumiRun;

  const settings = () => ({
    monitoring: {
      alerting,
      grafanaAdminPassword: secrets.grafana,
      storage: { kind: "local", node: "orbit-default-1" },
    },
    telemetry: { dictionary },
    // They have tests of their own.
    logs: { kind: "none" },
    ownProbes: false,
  });
  async function succeed(
    verb: "up" | "destroy" | "refresh",
    variables: Record<string, string> = {},
  ): Promise<PulumiRun> {
    const run = await stacks.workloads(verb, settings(), { variables });
    assert.equal(run.exitCode, 0, `${run.stdout.slice(-4000)}\n${run.stderr}`);
    return run;
  }

  before(async () => {
    stacks = await BothStacks.make();
    folder = await mkdtemp(join(tmpdir(), "perigee-dictionary-"));
    dictionary = join(folder, "dictionary.yaml");
    await copyFile(defaultDictionaryPath, dictionary);
    assert.equal((await stacks.infra(outputs(stacks))).exitCode, 0);
    first = await succeed("up");
  });
  after(async () => {
    await stacks.remove();
    await rm(folder, { recursive: true, force: true });
  });

  describe("the first up", () => {
    it("has the operator's definitions before the stack and before every object of their kinds", () => {
      const defined = moment(first, { kind: "done", name: "monitoring-definitions" });
      for (const name of ["monitoring", "platform-rules", "telemetry-monitor", "telemetry-rules"]) {
        const begun = first.events.resources.findIndex(
          (event) =>
            event.kind === "begun" &&
            event.name === name &&
            !event.type.startsWith("perigee:") &&
            !event.type.includes("Namespace"),
        );
        assert.ok(defined >= 0 && defined < begun, name);
      }
    });

    it("puts three releases and every object where it belongs", async () => {
      const { objects } = await stacks.recorded();
      assert.deepEqual(await stacks.releases(), {
        "monitoring/prometheus-operator-crds": "deployed",
        "monitoring/monitoring": "deployed",
        "kube-system/perigee-metrics-server": "deployed",
      });
      const found = Object.keys(objects).filter((key) => !key.startsWith("ConfigMap monitoring/dashboard-"));
      assert.deepEqual(found.map(unversioned).sort(), [
        "ClusterRole perigee-policy-engine",
        "ClusterRoleBinding perigee-policy-engine",
        "ConfigMap telemetry/telemetry-dictionary",
        "ConfigMap telemetry/telemetry-program",
        "DaemonSet kube-system/policy-engine",
        "Deployment telemetry/simulator",
        "Deployment telemetry/telemetry",
        "Namespace monitoring",
        "Namespace telemetry",
        "NetworkPolicy kube-system/perigee-dns",
        "NetworkPolicy monitoring/perigee-alertmanager",
        "NetworkPolicy monitoring/perigee-grafana",
        "NetworkPolicy monitoring/perigee-log-page",
        "NetworkPolicy monitoring/perigee-prometheus",
        "NetworkPolicy monitoring/perigee-pushgateway",
        "NetworkPolicy monitoring/perigee-within",
        "NetworkPolicy telemetry/perigee-default-deny",
        "NetworkPolicy telemetry/telemetry",
        "PersistentVolume prometheus-samples",
        "PersistentVolumeClaim monitoring/samples-prometheus-monitoring-prometheus-0",
        "PriorityClass perigee-platform",
        "PriorityClass perigee-telemetry",
        "PrometheusRule monitoring/platform",
        "PrometheusRule telemetry/telemetry",
        "PrometheusRule telemetry/telemetry-exporter",
        "PrometheusRule telemetry/telemetry-limits-attitude",
        "PrometheusRule telemetry/telemetry-limits-communications",
        "PrometheusRule telemetry/telemetry-limits-computer",
        "PrometheusRule telemetry/telemetry-limits-orbit",
        "PrometheusRule telemetry/telemetry-limits-power",
        "PrometheusRule telemetry/telemetry-limits-thermal",
        "PrometheusRule telemetry/telemetry-rules",
        "PrometheusRule telemetry/telemetry-spacecraft",
        "PrometheusRule telemetry/telemetry-states",
        "Role kube-system/policy-engine",
        "RoleBinding kube-system/policy-engine",
        "Secret monitoring/alertmanager-routing",
        "Secret monitoring/grafana-admin",
        "Service kube-system/monitoring-kubelet",
        "Service monitoring/alertmanager-published",
        "Service monitoring/prometheus-published",
        "Service telemetry/telemetry",
        "Service telemetry/telemetry-ground-station",
        "Service telemetry/telemetry-page",
        "ServiceAccount kube-system/policy-engine",
        "ServiceAccount telemetry/simulator",
        "ServiceAccount telemetry/telemetry",
        "ServiceMonitor telemetry/telemetry",
      ]);
    });

    it("gives the addresses of the contract", async () => {
      const { grafanaUrl, grafanaAdminPassword, telemetryAddress } = await stacks.outputs();
      assert.equal(grafanaUrl, "http://203.0.113.10:30300");
      assert.equal(grafanaAdminPassword, secrets.grafana);
      assert.equal(telemetryAddress, "203.0.113.10:30115");
    });
  });

  describe("a second up", () => {
    it("changes nothing", async () => {
      assert.deepEqual(done(await succeed("up")), []);
    });
  });

  describe("an edit of the dictionary", () => {
    it("makes another ConfigMap, changes the pods that read it, the rules of its subsystem and dashboards, and nothing else", async () => {
      const text = await readFile(dictionary, "utf8");
      assert.match(text, /low: 13200/);
      await writeFile(dictionary, text.replace("low: 13200", "low: 13100"));
      const run = await succeed("up");
      const changed = changesOf(run).map(unversioned);
      assert.deepEqual(
        changed.filter((line) => !line.includes("dashboards-")),
        [
          "create core/v1:ConfigMap telemetry-dictionary",
          "delete core/v1:ConfigMap telemetry-dictionary",
          "update apps/v1:Deployment simulator",
          "update apps/v1:Deployment telemetry",
          "update monitoring.coreos.com/v1:PrometheusRule telemetry-rules-limits-power",
        ],
      );
      const dashboards = changed.filter((line) => line.includes("dashboards-"));
      assert.ok(
        dashboards.length > 0 && dashboards.every((line) => line.startsWith("update core/v1:ConfigMap ")),
      );
      const events = run.events.resources.filter(({ kind }) => kind === "done");
      const rolled = events.findIndex(
        ({ type, name }) => type.endsWith(":Deployment") && name === "telemetry",
      );
      const gone = events.findIndex(
        ({ operation, name }) => operation === "delete" && /dictionary/.test(name),
      );
      assert.ok(rolled >= 0 && rolled < gone, "the former one goes when its pods have gone");
    });
  });

  describe("samples on a node's disk", () => {
    for (const [what, verb, moved] of [
      ["another node", "up", { node: "orbit-control-plane-1" }],
      ["another folder, in a preview too", "preview", { path: "/var/lib/elsewhere" }],
    ] as const) {
      it(`do not stay behind for ${what}: refused with the way to move them`, async () => {
        const { monitoring, ...others } = settings();
        const storage = { ...monitoring.storage, ...moved };
        const run = await stacks.workloads(verb, { ...others, monitoring: { ...monitoring, storage } });
        assert.notEqual(run.exitCode, 0);
        assert.match(
          messages(run),
          /the samples are on orbit-default-1, in \/var\/lib\/perigee-prometheus, and would stay behind; .* docs\/runbook\.md/,
        );
        assert.deepEqual(changesOf(run), []);
      });
    }
  });

  describe("secrets", () => {
    it("are neither in the state nor in what was printed", async () => {
      const hidden = [...Object.values(secrets), kubeconfigSecret];
      const [state, printed] = [await stacks.stateText(), stacks.printed()];
      for (const secret of hidden) {
        assert.equal(state.includes(secret), false, `${secret} in the state`);
        assert.equal(
          state.includes(Buffer.from(secret).toString("base64")),
          false,
          `${secret} in the state, encoded`,
        );
        assert.equal(printed.includes(secret), false, `${secret} was printed`);
      }
    });

    it("reach the cluster all the same", async () => {
      const { objects } = await stacks.recorded();
      assert.match(JSON.stringify(objects["Secret monitoring/alertmanager-routing"]), /slack-secret-0001/);
    });
  });

  describe("a cluster that is gone", () => {
    before(() => stacks.setReachable(false));
    after(async () => {
      await stacks.setReachable(true);
      await succeed("up"); // what was let go of is taken over again
    });

    it("stops a destroy, with what to do about it", async () => {
      const run = await stacks.workloads("destroy", settings());
      assert.notEqual(run.exitCode, 0);
      assert.match(messages(run), /the Kubernetes cluster cannot be reached/);
      assert.match(messages(run), /PULUMI_K8S_DELETE_UNREACHABLE set to "true"/);
    });

    it("stops a destroy that gives it up at Helm's releases, as the released provider 4.32 does", async () => {
      const variables = { PULUMI_K8S_DELETE_UNREACHABLE: "true" };
      const run = await stacks.workloads("destroy", settings(), { variables });
      assert.notEqual(run.exitCode, 0);
      assert.match(messages(run), /can't delete Helm Release with unreachable cluster/);
    });
  });

  describe("destroy", () => {
    it("takes objects before their definitions, pods before their namespace, the claim before the volume", async () => {
      const run = await succeed("destroy");
      const order = (name: string, type: string): number =>
        moment(run, { kind: "done", operation: "delete", name, type: `kubernetes:${type}` });
      const pairs: [before: [string, string], after: [string, string]][] = [
        [
          ["telemetry-monitor", "monitoring.coreos.com/v1:ServiceMonitor"],
          ["monitoring-definitions", "helm.sh/v3:Release"],
        ],
        [
          ["telemetry-rules", "monitoring.coreos.com/v1:PrometheusRule"],
          ["monitoring-definitions", "helm.sh/v3:Release"],
        ],
        [
          ["monitoring", "helm.sh/v3:Release"],
          ["monitoring-definitions", "helm.sh/v3:Release"],
        ],
        [
          ["monitoring", "helm.sh/v3:Release"],
          ["monitoring-samples", "core/v1:PersistentVolumeClaim"],
        ],
        [
          ["monitoring-samples", "core/v1:PersistentVolumeClaim"],
          ["monitoring-samples", "core/v1:PersistentVolume"],
        ],
        [
          ["monitoring-definitions", "helm.sh/v3:Release"],
          ["monitoring", "core/v1:Namespace"],
        ],
        [
          ["telemetry", "apps/v1:Deployment"],
          ["telemetry", "core/v1:Namespace"],
        ],
      ];
      for (const [earlier, later] of pairs) {
        assert.ok(order(...earlier) >= 0, `${earlier.join(" ")} was not deleted`);
        assert.ok(order(...earlier) < order(...later), `${earlier.join(" ")} before ${later.join(" ")}`);
      }
      const { objects } = await stacks.recorded();
      assert.deepEqual([Object.keys(objects), await stacks.releases()], [[], {}]);
    });

    describe("when the cluster is dead", () => {
      it("is done once a refresh has let go of what was on it", async () => {
        await succeed("up");
        await stacks.setReachable(false);
        const run = await succeed("refresh", { PULUMI_K8S_DELETE_UNREACHABLE: "true" });
        assert.match(messages(run), /taken out of the state without being deleted/);
        await succeed("destroy");
      });
    });
  });
});
