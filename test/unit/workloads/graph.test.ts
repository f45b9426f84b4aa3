import assert from "node:assert/strict";
import { type InfraOutputs, nodePorts } from "../../../contract/outputs";
import { homeDashboardFile } from "../../../dashboards";
import { defaultKubernetesVersion, minorOf } from "../../../infra/versions";
import { isSecretKey } from "../../../settings/redact";
import { maxBundleBytes } from "../../../telemetry/build";
import { loggingNames } from "../../../workloads/logging/names";
import { table } from "../../../workloads/platform/networkPolicies/table";
import { drainSeconds } from "../../../workloads/telemetry/exporter";
import { nameLabel } from "../../../workloads/telemetry/names";
import { deploy, type Deployment, type RecordedResource } from "../../support/workloads/mocks";
import { unversioned } from "../../support/workloads/names";
import { alerting, secrets } from "../../support/workloads/settingsExamples";

const kinds = {
  namespace: "kubernetes:core/v1:Namespace",
  secret: "kubernetes:core/v1:Secret",
  configMap: "kubernetes:core/v1:ConfigMap",
  service: "kubernetes:core/v1:Service",
  deployment: "kubernetes:apps/v1:Deployment",
  release: "kubernetes:helm.sh/v3:Release",
  volume: "kubernetes:core/v1:PersistentVolume",
  claim: "kubernetes:core/v1:PersistentVolumeClaim",
} as const;

const ofType = ({ resources }: Deployment, type: string): RecordedResource[] =>
  resources.filter((resource) => resource.type === type);

interface PodSpec {
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  terminationGracePeriodSeconds: number;
  securityContext: Record<string, unknown>;
  volumes: { name: string; configMap?: { name: string } }[];
  containers: {
    image: string;
    command?: string[];
    args: string[];
    securityContext: Record<string, unknown>;
    resources: { requests: Record<string, string>; limits: Record<string, string> };
  }[];
}

interface Template {
  metadata: { annotations: Record<string, string> };
  spec: PodSpec;
}

function template(deployment: Deployment, name: string): Template {
  const found = ofType(deployment, kinds.deployment).find((resource) => resource.name === name);
  assert.ok(found, name);
  return (found.inputs["spec"] as { template: Template }).template;
}

describe("stack 2 with default settings", () => {
  let deployment: Deployment;
  before(async () => (deployment = await deploy({})));

  it("is these objects and no others", () => {
    const objects = deployment.resources
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .filter(({ name }) => !name.startsWith("dashboards-"))
      .map(({ type, name }) => `${type.replace("kubernetes:", "")} ${unversioned(name)}`);
    assert.deepEqual(objects.sort(), [
      "apps/v1:DaemonSet logs-collector",
      "apps/v1:DaemonSet network-policies",
      "apps/v1:Deployment logs-page",
      "apps/v1:Deployment logs-ruler",
      "apps/v1:Deployment prober",
      "apps/v1:Deployment simulator",
      "apps/v1:Deployment telemetry",
      "apps/v1:StatefulSet logs-store",
      "core/v1:ConfigMap logs-ruler",
      "core/v1:ConfigMap prober",
      "core/v1:ConfigMap telemetry-dictionary",
      "core/v1:ConfigMap telemetry-program",
      "core/v1:Namespace monitoring",
      "core/v1:Namespace telemetry",
      "core/v1:Secret alert-routing",
      "core/v1:Secret logs-collector",
      "core/v1:Secret logs-page-login",
      "core/v1:Secret logs-store-login",
      "core/v1:Secret monitoring-grafana-admin",
      "core/v1:Service alertmanager-published",
      "core/v1:Service logs-collector",
      "core/v1:Service logs-page",
      "core/v1:Service logs-ruler",
      "core/v1:Service logs-store",
      "core/v1:Service monitoring-kubelet",
      "core/v1:Service prober",
      "core/v1:Service prometheus-published",
      "core/v1:Service telemetry",
      "core/v1:Service telemetry-ground-station",
      "core/v1:Service telemetry-page",
      "core/v1:ServiceAccount logs-collector",
      "core/v1:ServiceAccount logs-page",
      "core/v1:ServiceAccount logs-ruler",
      "core/v1:ServiceAccount logs-store",
      "core/v1:ServiceAccount network-policies",
      "core/v1:ServiceAccount prober",
      "core/v1:ServiceAccount simulator",
      "core/v1:ServiceAccount telemetry",
      "helm.sh/v3:Release metrics-server",
      "helm.sh/v3:Release monitoring",
      "helm.sh/v3:Release monitoring-definitions",
      "monitoring.coreos.com/v1:Probe probes-api-server",
      "monitoring.coreos.com/v1:Probe probes-cluster-dns",
      "monitoring.coreos.com/v1:Probe probes-grafana",
      "monitoring.coreos.com/v1:Probe probes-log-page",
      "monitoring.coreos.com/v1:Probe probes-telemetry-page",
      "monitoring.coreos.com/v1:PrometheusRule logs-rules",
      "monitoring.coreos.com/v1:PrometheusRule platform-rules",
      "monitoring.coreos.com/v1:PrometheusRule probes-rules",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules-exporter",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules-limits-attitude",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules-limits-communications",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules-limits-computer",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules-limits-orbit",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules-limits-power",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules-limits-thermal",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules-rules",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules-spacecraft",
      "monitoring.coreos.com/v1:PrometheusRule telemetry-rules-states",
      "monitoring.coreos.com/v1:ServiceMonitor logs-log-collector",
      "monitoring.coreos.com/v1:ServiceMonitor logs-log-rules",
      "monitoring.coreos.com/v1:ServiceMonitor logs-log-store",
      "monitoring.coreos.com/v1:ServiceMonitor telemetry-monitor",
      "networking.k8s.io/v1:NetworkPolicy kube-system-perigee-dns",
      "networking.k8s.io/v1:NetworkPolicy monitoring-perigee-alertmanager",
      "networking.k8s.io/v1:NetworkPolicy monitoring-perigee-grafana",
      "networking.k8s.io/v1:NetworkPolicy monitoring-perigee-log-page",
      "networking.k8s.io/v1:NetworkPolicy monitoring-perigee-prometheus",
      "networking.k8s.io/v1:NetworkPolicy monitoring-perigee-pushgateway",
      "networking.k8s.io/v1:NetworkPolicy monitoring-perigee-within",
      "networking.k8s.io/v1:NetworkPolicy telemetry",
      "networking.k8s.io/v1:NetworkPolicy telemetry-perigee-default-deny",
      "rbac.authorization.k8s.io/v1:ClusterRole network-policies",
      "rbac.authorization.k8s.io/v1:ClusterRoleBinding network-policies",
      "rbac.authorization.k8s.io/v1:Role network-policies",
      "rbac.authorization.k8s.io/v1:RoleBinding network-policies",
      "scheduling.k8s.io/v1:PriorityClass perigee-platform",
      "scheduling.k8s.io/v1:PriorityClass perigee-telemetry",
    ]);
  });

  it("reaches the cluster by the kubeconfig of stack 1, as a secret", () => {
    const [provider] = ofType(deployment, "pulumi:providers:kubernetes");
    assert.equal(provider?.inputs["kubeconfig"], "kubeconfig-secret-0000");
    assert.equal(provider?.hasSecret, true);
  });

  it("keeps telemetry pods to the restricted level, in the meaning of this Kubernetes", () => {
    const labels = ofType(deployment, kinds.namespace).map(
      ({ inputs }) => (inputs["metadata"] as { labels: Record<string, string> }).labels,
    );
    const [monitoring, telemetry] = labels;
    assert.equal(monitoring?.["pod-security.kubernetes.io/enforce"], "privileged");
    assert.equal(telemetry?.["pod-security.kubernetes.io/enforce"], "restricted");
    const minor = `v${minorOf(defaultKubernetesVersion)}`;
    for (const each of labels) assert.equal(each["pod-security.kubernetes.io/enforce-version"], minor);
  });

  for (const name of ["telemetry", "simulator"]) {
    it(`${name} asks for no more than restricted allows, and for a read-only root besides`, () => {
      const { spec } = template(deployment, name);
      assert.equal(spec.automountServiceAccountToken, false);
      assert.equal(spec.serviceAccountName, name);
      assert.equal(spec.securityContext["runAsNonRoot"], true);
      assert.deepEqual(spec.securityContext["seccompProfile"], { type: "RuntimeDefault" });
      for (const container of spec.containers) {
        assert.deepEqual(container.securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        assert.deepEqual(Object.keys(container.resources.limits), ["cpu", "memory"]);
        assert.deepEqual(Object.keys(container.resources.requests), ["cpu", "memory"]);
      }
    });
  }

  it("runs the bundle on a stock Node image, and the bundle fits into a ConfigMap", () => {
    const [container] = template(deployment, "telemetry").spec.containers;
    assert.match(container?.image ?? "", /^docker\.io\/library\/node:/);
    assert.deepEqual(container?.command, ["node", "/opt/perigee/perigee-telemetry.js"]);
    const program = ofType(deployment, kinds.configMap).find(
      ({ name }) => unversioned(name) === "telemetry-program",
    );
    const data = program?.inputs["data"] as Record<string, string>;
    const size = Buffer.byteLength(data["perigee-telemetry.js"] ?? "");
    assert.ok(size > 10_000 && size <= maxBundleBytes, `${size} bytes`);
  });

  it("publishes the ports of the contract, each by a Service of its own", () => {
    const services = ofType(deployment, kinds.service).map(({ inputs }) => inputs["spec"]) as {
      type?: string;
      ports: { nodePort?: number; protocol?: string }[];
    }[];
    const published = services.filter(({ type }) => type === "NodePort");
    assert.deepEqual(
      published.map(({ ports }) => ports.map(({ nodePort, protocol = "TCP" }) => `${nodePort}/${protocol}`)),
      [
        [`${nodePorts.telemetryPage.port}/TCP`],
        [`${nodePorts.telemetry.port}/UDP`],
        [`${loggingNames.pageNodePort}/TCP`],
        [`${nodePorts.prometheus.port}/TCP`],
        [`${nodePorts.alertmanager.port}/TCP`],
      ],
    );
  });

  it("rolls the exporter without a loss: one more at first, a drain, and a sender's packets to one of them", () => {
    const { spec } = template(deployment, "telemetry");
    const drain = drainSeconds(1);
    assert.ok((drain * 2) / 3 >= 6 + 2 && spec.terminationGracePeriodSeconds > drain, `${drain} s`);
    assert.ok(spec.containers[0]?.args.includes(`--drain=${drain}`));
    const affinities = ofType(deployment, kinds.service)
      .filter(({ inputs }) => JSON.stringify(inputs["spec"]).includes('"UDP"'))
      .map(({ inputs }) => (inputs["spec"] as { sessionAffinity?: string }).sessionAffinity);
    assert.deepEqual(affinities, ["ClientIP", "ClientIP"]);
    // A slow dictionary's last counts are seen too.
    assert.ok((drainSeconds(30) * 2) / 3 >= 6 + 30);
  });

  it("names the field manager of every object: what a killed run made can be changed by the next", () => {
    const objects = deployment.resources.filter(({ type }) => /^kubernetes:(?!helm\.sh)/.test(type));
    const managers = objects.map(({ name, inputs }) => {
      const { annotations = {} } = inputs["metadata"] as { annotations?: Record<string, string> };
      return `${name} ${annotations["pulumi.com/patchFieldManager"]}`;
    });
    assert.ok(managers.length > 20);
    assert.deepEqual(
      managers.filter((each) => !each.endsWith(" perigee")),
      [],
    );
  });

  it("sends the simulator's packets to the Service's stable name", () => {
    const [container] = template(deployment, "simulator").spec.containers;
    assert.ok(
      container?.args.includes("--target=telemetry.telemetry.svc.cluster.local:10015"),
      container?.args.join(" "),
    );
  });

  it("scrapes as often as the fastest packet comes, under the job that the rules know", () => {
    const monitor = deployment.resources.find(({ name }) => name === "telemetry-monitor");
    const { jobLabel, endpoints } = monitor?.inputs["spec"] as {
      jobLabel: string;
      endpoints: Record<string, string>[];
    };
    assert.equal(endpoints[0]?.["interval"], "1s");
    const service = ofType(deployment, kinds.service).find(({ name }) => name === "telemetry");
    const labels = (service?.inputs["metadata"] as { labels: Record<string, string> }).labels;
    assert.equal(labels[jobLabel], "perigee-telemetry");
    const rules = JSON.stringify(deployment.resources.find(({ name }) => name === "telemetry-rules")?.inputs);
    assert.match(rules, /job=\\"perigee-telemetry\\"/);
  });

  it("stores no series of when counters began, and every parameter", () => {
    const monitor = deployment.resources.find(({ name }) => name === "telemetry-monitor");
    const { endpoints } = monitor?.inputs["spec"] as {
      endpoints: { metricRelabelings: { sourceLabels: string[]; regex: string; action: string }[] }[];
    };
    const [dropped] = endpoints[0]?.metricRelabelings ?? [];
    assert.deepEqual([dropped?.sourceLabels, dropped?.action], [["__name__"], "drop"]);
    const isDropped = (name: string): boolean => new RegExp(`^(?:${dropped?.regex ?? ""})$`).test(name);
    for (const name of ["bus_packets_received", "perigee_telemetry_link_bytes", "process_cpu_seconds"]) {
      assert.ok(isDropped(`${name}_created`) && !isDropped(`${name}_total`), name);
    }
    assert.ok(!isDropped("bus_cdh_file_created"));
  });

  it("gives the addresses of the contract, and Grafana's password as a secret", () => {
    assert.deepEqual(deployment.outputs, {
      telemetryUrl: "http://203.0.113.10:30464",
      grafanaUrl: "http://203.0.113.10:30300",
      prometheusUrl: "http://203.0.113.10:30090",
      alertmanagerUrl: "http://203.0.113.10:30093",
      grafanaAdminPassword: "generated-secret-0000",
      telemetryMetricsUrl: "http://telemetry.telemetry.svc.cluster.local:9464/metrics",
      telemetryAddress: "203.0.113.10:30115",
      logsUrl: "http://203.0.113.10:30428/select/vmui/",
      logsPassword: "generated-secret-0000",
    });
    assert.deepEqual(deployment.secrets, ["logsPassword", "grafanaAdminPassword"]);
  });

  it("has dashboards that Grafana's sidecar finds, in their folder", () => {
    const dashboards = deployment.resources.filter(({ name }) => name.startsWith("dashboards-"));
    assert.ok(dashboards.length >= 4, `${dashboards.length} dashboards`);
    const files: string[] = [];
    for (const { inputs } of dashboards) {
      const { labels, annotations } = inputs["metadata"] as Record<string, Record<string, string>>;
      assert.equal(labels?.["grafana_dashboard"], "1");
      assert.equal(annotations?.["grafana_folder"], "Perigee");
      for (const [file, text] of Object.entries(inputs["data"] as Record<string, string>)) {
        assert.match(file, /^[a-z-]+\.json$/, "Grafana reads no other files");
        JSON.parse(text);
        files.push(file);
      }
    }
    assert.ok(files.includes(homeDashboardFile), "the one that Grafana's home names");
  });
});

describe("alerts about backups", () => {
  const alertsWith = async (infra: Partial<InfraOutputs>): Promise<string> => {
    const { resources } = await deploy({}, infra);
    return JSON.stringify(resources.find(({ name }) => name === "platform-rules")?.inputs);
  };

  it("are there where stack 1 makes backups", async () => {
    assert.match(await alertsWith({ backup: { enabled: true } }), /"BackupMissing"/);
  });

  it("are not where it makes none, nor with a stack 1 that knows of none", async () => {
    for (const infra of [{ backup: { enabled: false } }, {}]) {
      const found = await alertsWith(infra);
      assert.doesNotMatch(found, /"Backup/);
      assert.match(found, /"CertificateExpiresSoon"/);
    }
  });
});

describe("metrics-server", () => {
  const releaseOf = async (settings: Readonly<Record<string, unknown>>, infra: Partial<InfraOutputs> = {}) =>
    ofType(await deploy(settings, infra), kinds.release).find(({ name }) => name === "metrics-server");

  it("is a release in kube-system of the chart's repository, in the tested version", async () => {
    const { inputs } = (await releaseOf({})) ?? assert.fail("none");
    const { name, namespace, chart, version, repositoryOpts } = inputs;
    assert.deepEqual(
      { name, namespace, chart, version, repositoryOpts },
      {
        ...{ name: "perigee-metrics-server", namespace: "kube-system" },
        ...{ chart: "metrics-server", version: "3.13.1" },
        repositoryOpts: { repo: "https://kubernetes-sigs.github.io/metrics-server" },
      },
    );
    assert.equal((inputs["values"] as { replicas: number }).replicas, 2);
  });

  it("is one pod where the cluster is one node", async () => {
    const node = { name: "orbit-control-plane-1", role: "control-plane" };
    const release = await releaseOf({}, { nodes: [node] as unknown as InfraOutputs["nodes"] });
    assert.equal((release?.inputs["values"] as { replicas: number }).replicas, 1);
  });

  it("comes from a mirror or an archive, without the repository of its name", async () => {
    const reference = "oci://mirror.example/charts/metrics-server";
    const mirrored = await releaseOf({ metricsServer: { chart: { reference } } });
    assert.deepEqual([mirrored?.inputs["chart"], mirrored?.inputs["version"]], [reference, "3.13.1"]);
    assert.equal(mirrored?.inputs["repositoryOpts"], undefined);
    const path = "lab/supply/chart/metrics-server";
    const own = await releaseOf({ metricsServer: { chart: { reference: `./${path}` } } });
    assert.match(String(own?.inputs["chart"]), new RegExp(`^/.*/${path}$`));
    assert.equal(own?.inputs["repositoryOpts"], undefined);
  });

  it("is not there where it is off, nor is its alert", async () => {
    const { resources } = await deploy({ metricsServer: { enabled: false } });
    assert.doesNotMatch(JSON.stringify(resources), /metrics-server|ResourceMetrics|MetricsServer/);
  });
});

describe("NetworkPolicies", () => {
  it("are the same where something else enforces them; the engine, its rights and its alert are not there", async () => {
    const of = async (enforced: boolean): Promise<[policies: string[], all: string]> => {
      const { resources } = await deploy({ networkPolicies: { enforced } });
      const policies = resources.filter(({ type }) => type.endsWith(":NetworkPolicy"));
      return [policies.map(({ name }) => name).sort(), JSON.stringify(resources)];
    };
    const [[enforcedHere, all], [elsewhere, others]] = [await of(true), await of(false)];
    assert.deepEqual(elsewhere, enforcedHere);
    assert.match(all, /kube-router/);
    assert.doesNotMatch(others, /kube-router|policy-engine|NetworkPoliciesNotEnforced/);
  });

  it("select pods that this stack's own labels name, where all that it can have is on", async () => {
    const { resources } = await deploy({
      jobs: [{ name: "orbit", everyMinutes: 60 }],
      logs: { kind: "victorialogs" },
    });
    const named = JSON.stringify(resources.filter(({ type }) => /:(Deployment|StatefulSet)$/.test(type)));
    for (const { namespace, pods } of table(false)) {
      const name = pods[nameLabel];
      // Those of the charts have the charts' labels: the lab sees them.
      if (name === undefined || /^(prometheus|alertmanager|grafana)$/.test(name)) continue;
      assert.ok(named.includes(`"${nameLabel}":"${name}"`), `${namespace} ${name}`);
    }
  });
});

describe("Grafana's password", () => {
  it("is taken anew when its Secret changes: the release knows the Secret's version", async () => {
    const release = ofType(await deploy({}), kinds.release).find(({ name }) => name === "monitoring");
    assert.match(JSON.stringify(release?.inputs["values"]), /"PERIGEE_PASSWORD_VERSION":"[0-9a-f]{16}"/);
  });
});

describe("how late a packet may be", () => {
  it("is one setting: for the exporter, the alerts and the dashboards", async () => {
    const { resources } = await deploy({ telemetry: { staleAfterPeriods: 23 } });
    const inputsOf = (name: string): string =>
      JSON.stringify(resources.filter((resource) => resource.name === name).map(({ inputs }) => inputs));
    assert.match(inputsOf("telemetry"), /--stale-after=23/);
    assert.match(inputsOf("telemetry-rules"), /packet_lateness[^"]*> 23/);
    assert.match(inputsOf("dashboards-perigee-link"), /Beyond 23 it is overdue/);
  });
});

describe("stack 2 with receivers", () => {
  it("shows a secret in nothing but Secrets, and marks those", async () => {
    const { resources } = await deploy({ monitoring: { alerting, grafanaAdminPassword: secrets.grafana } });
    const withSecret = resources.filter(({ inputs }) =>
      /secret-?000[1-9]|pagerdutysecret/.test(JSON.stringify(inputs)),
    );
    assert.deepEqual(
      withSecret.map(({ type, name, hasSecret }) => `${type} ${name} ${hasSecret ? "marked" : "in clear"}`),
      [`${kinds.secret} alert-routing marked`, `${kinds.secret} monitoring-grafana-admin marked`],
    );
  });

  it("knows every secret of the settings by its key", () => {
    const keys: string[] = [];
    JSON.stringify({ alerting, grafanaAdminPassword: secrets.grafana }, (key, value: unknown) => {
      if (Object.values<unknown>(secrets).includes(value)) keys.push(key);
      return value;
    });
    assert.deepEqual(
      keys.filter((key) => !isSecretKey(key)),
      [],
    );
    assert.equal(keys.length, Object.keys(secrets).length);
  });
});

describe("stack 2 with other settings", () => {
  /** Without what is no part of monitoring and telemetry. */
  const alone = { logs: { kind: "none" }, ownProbes: false };

  it("has no simulator where packets come from the ground station", async () => {
    const deployment = await deploy({ telemetry: { source: "udp" }, ...alone });
    assert.deepEqual(
      ofType(deployment, kinds.deployment).map(({ name }) => name),
      ["telemetry"],
    );
  });

  it("runs an image of its own without the bundle", async () => {
    const image = "registry.example.org/perigee/telemetry:1.2.3";
    const deployment = await deploy({ telemetry: { image } });
    const [container] = template(deployment, "telemetry").spec.containers;
    assert.equal(container?.image, image);
    assert.equal(container?.command, undefined);
    assert.equal(
      ofType(deployment, kinds.configMap).some(({ name }) => unversioned(name) === "telemetry-program"),
      false,
    );
  });

  it("has neither Grafana's Secret nor its outputs without Grafana", async () => {
    const deployment = await deploy({ monitoring: { grafana: false }, ...alone });
    assert.deepEqual(
      ofType(deployment, kinds.secret).map(({ name }) => name),
      ["alert-routing"],
    );
    assert.equal(deployment.outputs["grafanaUrl"], undefined);
  });

  it("puts local samples on one node, in a volume that nothing else can claim", async () => {
    const deployment = await deploy({ monitoring: { storage: { kind: "local", node: "orbit-default-1" } } });
    const [volume] = ofType(deployment, kinds.volume);
    const [claim] = ofType(deployment, kinds.claim);
    assert.match(JSON.stringify(volume?.inputs["spec"]), /"values":\["orbit-default-1"\]/);
    assert.match(
      JSON.stringify(volume?.inputs["spec"]),
      /"claimRef":\{[^}]*"name":"samples-prometheus-monitoring-prometheus-0"/,
    );
    assert.equal(
      (claim?.inputs["metadata"] as { name: string }).name,
      "samples-prometheus-monitoring-prometheus-0",
    );
  });

  it("keeps the definitions on destroy where the settings say so", async () => {
    const deployment = await deploy({ monitoring: { keepCrds: true } });
    const release = ofType(deployment, kinds.release).find(({ name }) => name === "monitoring-definitions");
    assert.deepEqual(release?.inputs["values"], {
      crds: { annotations: { "helm.sh/resource-policy": "keep" } },
    });
  });

  it("rolls the pods when the dictionary changes, and only then, each content an object that nobody changes", async () => {
    const made = async (dictionary: string) => {
      const deployment = await deploy({ telemetry: { dictionary }, ...alone });
      const { volumes } = template(deployment, "telemetry").spec;
      const mounted = volumes.map(({ configMap }) => configMap?.name ?? "");
      for (const name of mounted) {
        const map = ofType(deployment, kinds.configMap).find(
          ({ inputs }) => (inputs["metadata"] as { name: string }).name === name,
        );
        assert.equal(map?.inputs["immutable"], true, name);
        // As another resource: docs/adr/0217.
        assert.equal(map.name, name);
      }
      return mounted;
    };
    const [program, dictionary] = await made("telemetry/dictionary/default.yaml");
    assert.deepEqual(await made("telemetry/dictionary/default.yaml"), [program, dictionary]);
    const other = await made("examples/own-dictionary/cubesat.yaml");
    assert.equal(other[0], program);
    assert.notEqual(other[1], dictionary);
    assert.deepEqual(other.map(unversioned), ["telemetry-program", "telemetry-dictionary"]);
  });
});
