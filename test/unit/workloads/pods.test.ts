import assert from "node:assert/strict";
import { chartValues } from "../../../workloads/monitoring/values";
import { priorityClasses } from "../../../workloads/platform/priorities";
import { deploy, type Deployment } from "../../support/workloads/mocks";
import { objectsOf, type OwnPod, podsOf, qosOf } from "../../support/workloads/ownPods";
import { settingsWith } from "../../support/workloads/settingsExamples";

/** Stack 2 with all that it can have. */
const everything = {
  gateway: {
    enabled: true,
    oidc: {
      ...{ issuer: "https://id.example.org", clientId: "pages", clientSecret: "a-secret" },
      groups: { viewer: ["flight"] },
    },
  },
  jobs: [{ name: "orbit", everyMinutes: 60 }],
  logs: { kind: "victorialogs", storage: { kind: "local", node: "orbit-default-1" } },
  telemetry: { source: "simulator", links: ["tcp-server://0.0.0.0:10016"] },
};

describe("pods of stack 2", () => {
  let deployment: Deployment;
  let pods: OwnPod[];
  before(async () => {
    deployment = await deploy(everything);
    pods = podsOf(objectsOf(deployment.resources));
  });

  it("are all that the tests here look at", () => {
    assert.deepEqual(pods.map(({ owner, namespace }) => `${owner} in ${namespace}`).sort(), [
      "CronJob pushgateway-cleaner in monitoring",
      "DaemonSet log-collector in monitoring",
      "DaemonSet policy-engine in kube-system",
      "Deployment gateway in perigee-gateway",
      "Deployment gateway-sign-on in perigee-gateway",
      "Deployment log-page in monitoring",
      "Deployment log-rules in monitoring",
      "Deployment prober in monitoring",
      "Deployment pushgateway in monitoring",
      "Deployment simulator in telemetry",
      "Deployment telemetry in telemetry",
      "StatefulSet log-store in monitoring",
    ]);
  });

  it("are Burstable, and the exporter's Guaranteed, as the table of sizes says", async () => {
    const classes = pods.map(({ owner, spec }) => `${owner} ${qosOf(spec)}`);
    assert.deepEqual(
      classes.filter((each) => !each.endsWith(" Burstable")),
      ["Deployment telemetry Guaranteed"],
    );
    const large = podsOf(objectsOf((await deploy({ telemetry: { cores: 2 } })).resources));
    const exporter = large.find(({ owner }) => owner === "Deployment telemetry");
    assert.equal(exporter && qosOf(exporter.spec), "Guaranteed");
    assert.deepEqual(exporter?.spec.containers[0]?.resources?.limits, { cpu: "2", memory: "256Mi" });
  });

  it("stay in this order where a node is full: what every node has, the way of an alarm, what people look into", () => {
    const classes = Object.groupBy(pods, ({ spec }) => spec.priorityClassName ?? "none");
    const owners = Object.entries(classes).map(([name, those = []]) => [
      name,
      those.map(({ owner }) => owner.split(" ")[1]).sort(),
    ]);
    assert.deepEqual(Object.fromEntries(owners), {
      "system-node-critical": ["log-collector", "policy-engine"],
      "perigee-telemetry": ["telemetry"],
      "perigee-platform": [
        ...["gateway", "gateway-sign-on"],
        ...["log-page", "log-rules", "log-store", "prober", "pushgateway", "pushgateway-cleaner"],
        "simulator",
      ],
    });
    const names = priorityClasses.map(({ name }) => name);
    assert.deepEqual(names, ["perigee-telemetry", "perigee-platform"]);
    const values = priorityClasses.map(({ value }) => value);
    assert.ok(values.every((value, i) => value > (values[i + 1] ?? 0) && value < 1_000_000_000));
  });

  it("of the charts have those classes too", () => {
    const values = chartValues({
      ...settingsWith({}),
      ...{ publishedHost: "203.0.113.10", routingSecret: "routing", passwordVersion: "7" },
    });
    assert.equal(values.prometheus.prometheusSpec.priorityClassName, "perigee-telemetry");
    assert.equal(values.alertmanager.alertmanagerSpec.priorityClassName, "perigee-telemetry");
    assert.equal(values["prometheus-node-exporter"].priorityClassName, "system-node-critical");
    assert.deepEqual(
      JSON.stringify(values).match(/"perigee-platform"/g)?.length,
      3,
      "operator, Grafana, kube-state-metrics",
    );
  });

  it("hold no drain up: there is no PodDisruptionBudget for one pod", () => {
    const own = deployment.resources.filter(({ type }) => type.includes("PodDisruptionBudget"));
    assert.deepEqual(
      own.map(({ name, inputs }) => [name, (inputs["spec"] as { maxUnavailable?: number }).maxUnavailable]),
      [
        ["gateway-sign-on", 1],
        ["gateway", 1],
      ],
      "two pods on two workers; of one, it lets that one go",
    );
    const releases = deployment.resources.filter(({ type }) => type.includes("helm.sh"));
    const budgets = releases.filter(({ inputs }) => JSON.stringify(inputs).includes("podDisruptionBudget"));
    assert.deepEqual(
      budgets.map(({ name }) => name),
      ["metrics-server"],
      "there are two of it",
    );
  });

  describe("have a ServiceAccount each", () => {
    /** Those that ask the API server, and so need its token. */
    const asking = ["DaemonSet policy-engine"];

    it("that is this stack's and nobody else's, and never default", () => {
      const accounts = deployment.resources
        .filter(({ type }) => type === "kubernetes:core/v1:ServiceAccount")
        .map(({ inputs }) => inputs["metadata"] as { name: string; namespace: string })
        .map(({ name, namespace }) => `${namespace}/${name}`);
      const used = pods.map(({ namespace, spec }) => `${namespace}/${spec.serviceAccountName}`);
      assert.deepEqual(used.sort(), accounts.sort(), "one each");
      assert.equal(new Set(used).size, used.length);
    });

    it("and mount its token only where they ask the API", () => {
      const mounting = pods.filter(({ spec }) => spec.automountServiceAccountToken !== false);
      assert.deepEqual(
        mounting.map(({ owner }) => owner),
        asking,
      );
    });

    it("which gives none either to whom else would name it", () => {
      const giving = deployment.resources
        .filter(({ type }) => type === "kubernetes:core/v1:ServiceAccount")
        .filter(({ inputs }) => inputs["automountServiceAccountToken"] !== false);
      assert.deepEqual(
        giving.map(({ inputs }) => (inputs["metadata"] as { name: string }).name),
        ["policy-engine"],
      );
    });
  });
});
