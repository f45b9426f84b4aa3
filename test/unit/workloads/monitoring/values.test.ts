import assert from "node:assert/strict";
import { metricsFolder } from "../../../../contract/metricsFolder";
import { nodePorts } from "../../../../contract/outputs";
import { parseSettings } from "../../../../infra/config";
import {
  type Dictionary,
  extraMemoryMiB,
  fleetMemoryMiB,
  loadDictionary,
  parseDictionary,
} from "../../../../telemetry/dictionary";
import { exporterBusyCores, exporterMemoryLimit } from "../../../../telemetry/rules";
import type { GrafanaValues } from "../../../../workloads/monitoring/chartValues";
import { chartValues } from "../../../../workloads/monitoring/values";
import { nodeFor } from "../../../../workloads/nodeFolder";
import {
  exporterSize,
  jobSizes,
  loggingSizes,
  requestedMiB,
  requestedOf,
  resources,
  sizes,
  withMemory,
} from "../../../../workloads/sizes";
import { largeDictionaryText } from "../../../support/telemetry/largeDictionary";
import { settingsWith } from "../../../support/workloads/settingsExamples";
import { unknownPaths } from "./chartPaths";

const valuesOf = (monitoring: Readonly<Record<string, unknown>>) =>
  chartValues({
    ...settingsWith(monitoring),
    publishedHost: "203.0.113.10",
    routingSecret: "alertmanager-routing",
    passwordVersion: "7",
  });

describe("values of kube-prometheus-stack", () => {
  const examples = {
    "by default": {},
    "in the lab": {
      grafana: false,
      kubeStateMetrics: false,
      storage: { kind: "local", node: "orbit-default-1" },
      disabledAlerts: ["Watchdog"],
    },
    "with all that can be said": {
      retentionDays: 400,
      retentionSizeGiB: 0.5,
      storage: { kind: "local", node: "n", path: "/srv/samples" },
      prometheusMemoryMiB: 4096,
      scrapeIntervalSeconds: 15,
    },
  };
  for (const [name, settings] of Object.entries(examples)) {
    it(`${name}: every path that is set is one of the chart's, of its kind`, () => {
      assert.deepEqual(unknownPaths(valuesOf(settings)), []);
    });
  }

  it("would be caught if one were misspelt, or of another kind", () => {
    assert.deepEqual(unknownPaths({ prometheus: { prometheusSpec: { retenton: "1d", retention: 1 } } }), [
      "prometheus.prometheusSpec.retenton",
      "prometheus.prometheusSpec.retention: number, not string",
    ]);
  });

  it("let Prometheus end within a drain, also when its reloader missed the signal", () => {
    const { drainTimeoutSeconds } = parseSettings({ adminCidrs: ["198.51.100.7/32"] }, "dev");
    assert.ok(valuesOf({}).prometheus.prometheusSpec.terminationGracePeriodSeconds * 2 < drainTimeoutSeconds);
  });

  it("open every selector to objects of other namespaces", () => {
    const { prometheusSpec } = valuesOf({}).prometheus;
    const selectors = Object.entries(prometheusSpec).filter(([key]) =>
      key.endsWith("SelectorNilUsesHelmValues"),
    );
    assert.deepEqual(
      selectors.map(([key, value]) => `${key} ${JSON.stringify(value)}`),
      ["serviceMonitor", "podMonitor", "probe", "rule", "scrapeConfig"].map(
        (kind) => `${kind}SelectorNilUsesHelmValues false`,
      ),
    );
  });

  it("publish Grafana at the contract's node port, and what has a second port at none, which would be any", () => {
    const { prometheus, alertmanager, grafana } = valuesOf({});
    for (const { service } of [prometheus, alertmanager]) assert.deepEqual(service, { type: "ClusterIP" });
    assert.deepEqual((grafana as GrafanaValues).service, {
      type: "NodePort",
      nodePort: nodePorts.grafana.port,
    });
    assert.equal(prometheus.prometheusSpec.externalUrl, "http://203.0.113.10:30090");
  });

  it("keep samples by time and by size, in figures that Prometheus reads", () => {
    const { retention, retentionSize } = valuesOf({ retentionDays: 400, retentionSizeGiB: 0.5 }).prometheus
      .prometheusSpec;
    assert.deepEqual([retention, retentionSize], ["400d", "512MiB"]);
  });

  it("hold no secret: Grafana's password and the receivers are in Secrets", () => {
    const text = JSON.stringify(valuesOf({ grafanaAdminPassword: "grafana-secret-0006" }));
    assert.doesNotMatch(text, /secret-0006/);
    assert.match(text, /"existingSecret":"grafana-admin"/);
    assert.match(text, /"configSecret":"alertmanager-routing"/);
  });

  it("roll Grafana when its password changes, which it takes at its start only", () => {
    assert.deepEqual((valuesOf({}).grafana as GrafanaValues).env, { PERIGEE_PASSWORD_VERSION: "7" });
  });

  it("shut Grafana to the anonymous and show the fleet first", () => {
    const ini = (valuesOf({}).grafana as GrafanaValues)["grafana.ini"];
    assert.deepEqual(ini["auth.anonymous"], { enabled: false });
    assert.match(
      String(ini["dashboards"]?.["default_home_dashboard_path"]),
      /^\/tmp\/dashboards\/Perigee\/.*fleet.*\.json$/,
    );
  });

  it("leave out Grafana, kube-state-metrics and the rules that need it where the settings say so", () => {
    const values = valuesOf({
      grafana: false,
      kubeStateMetrics: false,
      disabledAlerts: ["NodeClockNotSynchronising"],
    });
    assert.deepEqual(values.grafana, { enabled: false });
    assert.deepEqual(values.kubeStateMetrics, { enabled: false });
    assert.equal(values.defaultRules.rules["kubernetesApps"], false);
    assert.equal(values.defaultRules.disabled["NodeClockNotSynchronising"], true);
  });

  it("leave out the chart's alerts that Perigee's KubeletCertificateExpiresSoon comes before", () => {
    assert.deepEqual(valuesOf({}).defaultRules.disabled, {
      KubeletClientCertificateExpiration: true,
      KubeletServerCertificateExpiration: true,
    });
  });

  it("verify the kubelets' certificates", () => {
    assert.equal(valuesOf({}).kubelet.serviceMonitor.insecureSkipVerify, false);
  });

  it("let node-exporter read the machines' own metrics, where it has the folder made, and the chart's arguments", () => {
    const { extraArgs, extraHostVolumeMounts } = valuesOf({})["prometheus-node-exporter"];
    assert.deepEqual(
      extraArgs.map((argument) => argument.split("=")[0]),
      [
        "--collector.filesystem.mount-points-exclude",
        "--collector.filesystem.fs-types-exclude",
        "--collector.textfile.directory",
      ],
    );
    assert.equal(extraArgs.at(-1), `--collector.textfile.directory=${metricsFolder}`);
    const [mount] = extraHostVolumeMounts;
    assert.deepEqual(
      [mount?.hostPath, mount?.mountPath, mount?.type, mount?.readOnly],
      [metricsFolder, metricsFolder, "DirectoryOrCreate", true],
    );
  });

  it("say the QoS class that Kubernetes gives for their requests and limits", () => {
    const all = { ...sizes, ...jobSizes, ...loggingSizes, exporter: exporterSize(0.5) };
    for (const [name, size] of Object.entries(all)) {
      const { requests, limits } = resources(size);
      const isGuaranteed = requests.cpu === limits.cpu && requests.memory === limits.memory;
      assert.equal(size.qos, isGuaranteed ? "Guaranteed" : "Burstable", name);
    }
  });

  it("give every container requests and limits, and no request above its limit", () => {
    for (const [name, size] of Object.entries(sizes)) {
      assert.ok(size.cpu.request <= size.cpu.limit && size.memoryMiB.request <= size.memoryMiB.limit, name);
    }
    assert.deepEqual(resources(sizes.operator), {
      requests: { cpu: "20m", memory: "80Mi" },
      limits: { cpu: "500m", memory: "192Mi" },
    });
  });

  it("give the operator memory for the rules of a large dictionary", () => {
    const settings = settingsWith({});
    const memory = (dictionary: Dictionary): string =>
      chartValues({
        ...settings,
        telemetry: { ...settings.telemetry, dictionary: { text: "", dictionary } },
        ...{ publishedHost: "203.0.113.10", routingSecret: "alertmanager-routing", passwordVersion: "7" },
      }).prometheusOperator.resources.limits.memory;
    assert.equal(memory(loadDictionary()), "192Mi");
    assert.equal(memory(parseDictionary(largeDictionaryText())), "392Mi");
  });

  it("let the exporter's memory alert come before its container is killed", () => {
    for (const dictionary of [loadDictionary(), parseDictionary(largeDictionaryText())]) {
      for (const fleetSize of [1, 20]) {
        const memory = exporterMemoryLimit(dictionary, fleetSize);
        const extra = extraMemoryMiB(dictionary) + fleetMemoryMiB(dictionary, fleetSize);
        const { memoryMiB } = withMemory(exporterSize(0.5), { extraMemoryMiB: extra });
        assert.ok(memory < memoryMiB.limit * 1024 ** 2);
      }
    }
  });

  it("let the exporter's alert of a busy processor come before its limit holds it back", () => {
    // It has one thread: of four cores it uses one.
    assert.deepEqual([0.2, 0.5, 1, 4].map(exporterBusyCores), [0.16, 0.4, 0.8, 0.8]);
  });

  it("fit on the smallest worker: half of a t3.large's 8 GiB, with all that is optional", () => {
    const all = requestedMiB(1024, 512, 2) + requestedOf(Object.values(jobSizes), 2);
    assert.ok(all < 4096, `${all} MiB`);
  });
});

describe("storage", () => {
  const node = (name: string, role: "control-plane" | "worker") => ({
    ...{ name, role, instanceId: `i-${name}` },
    ...{ privateIp: "10.0.1.10", publicIp: "203.0.113.10" },
    ...{ instanceType: "t3.large", diskGiB: 30, availabilityZone: "eu-central-1a", subnet: 1 },
  });
  const nodes = [node("cp-1", "control-plane"), node("w-1", "worker"), node("w-2", "worker")];

  it("ephemeral leaves the volume to the chart", () => {
    const { prometheusSpec } = valuesOf({}).prometheus;
    assert.equal("storageSpec" in prometheusSpec || "initContainers" in prometheusSpec, false);
  });

  it("local claims one volume, and gives Prometheus' user the folder without more rights than that", () => {
    const { storageSpec, initContainers } = valuesOf({ storage: { kind: "local", node: "orbit-default-1" } })
      .prometheus.prometheusSpec;
    assert.match(JSON.stringify(storageSpec), /"metadata":\{"name":"samples"\}.*"storageClassName":""/);
    assert.match(JSON.stringify(initContainers), /"capabilities":\{"drop":\["ALL"\],"add":\["CHOWN"\]\}/);
  });

  it("local takes the node that is named, whatever others come and go", () => {
    assert.equal(nodeFor({ storage: { node: "w-2" }, setting: "monitoring.storage" }, nodes), "w-2");
  });

  it("refuses a node that is none of the cluster's, naming those it has", () => {
    assert.throws(
      () => nodeFor({ storage: { node: "w-9" }, setting: "monitoring.storage" }, nodes),
      /storage\.node = "w-9": there is no such node \(the cluster has: cp-1, w-1, w-2\)/,
    );
  });
});
