import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { auditPolicy } from "../../../../infra/kubeadm/auditPolicy";
import { controlPlaneDocuments, joinDocument, workerDocument } from "../../../../infra/kubeadm/documents";
import { flannelManifest } from "../../../../infra/kubeadm/flannel";
import { defaultKubernetesVersion, imagesOf, releaseOf, testedVersions } from "../../../../infra/versions";
import { matchesGolden } from "../../../golden";
import { kubeadmOf } from "../../../support/infra/tools";
import { controlPlane, oneOfThree, taintedWorker, worker } from "./examples";

const documents: Readonly<Record<string, string>> = {
  "controlPlane.yaml": controlPlaneDocuments(controlPlane),
  "controlPlaneOfThree.yaml": controlPlaneDocuments(oneOfThree),
  "furtherControlPlane.yaml": joinDocument({ ...oneOfThree, nodeName: "ground-control-plane-2" }),
  "worker.yaml": workerDocument(worker),
  "workerWithLabelsAndTaints.yaml": workerDocument(taintedWorker),
};

interface Argument {
  readonly name: string;
  readonly value: string;
}

/** The documents of a multi-document YAML by their kind, as kubeadm's YAML 1.1 reader sees them. */
function byKind(text: string): Map<unknown, Record<string, unknown>> {
  const read = parseAllDocuments(text, { version: "1.1" }).map(
    (document) => document.toJS() as Record<string, unknown>,
  );
  return new Map(read.map((document) => [document.kind, document]));
}

/** What kubeadm says to a document. The discovery file that it names must exist, so it is pointed to one that does. */
function validate(kubeadm: string, text: string): { status: number | null; stdout: string; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), "perigee-kubeadm-"));
  try {
    const [config, discovery] = [join(folder, "kubeadm.yaml"), join(folder, "discovery.conf")];
    writeFileSync(discovery, "");
    writeFileSync(config, text.replace("/etc/perigee/join/discovery.conf", discovery));
    const said = spawnSync(kubeadm, ["config", "validate", "--config", config], { encoding: "utf8" });
    return { status: said.status, stdout: said.stdout, stderr: said.stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("kubeadm's documents", () => {
  for (const [file, text] of Object.entries(documents)) {
    it(`are as in test/golden/kubeadm/${file}`, () => matchesGolden(`kubeadm/${file}`, text));
  }

  it("are the golden audit policy and Flannel manifest", () => {
    matchesGolden("kubeadm/auditPolicy.yaml", auditPolicy);
    const manifest = flannelManifest(releaseOf(defaultKubernetesVersion), "10.244.0.0/16");
    matchesGolden("kubeadm/flannel.json", `${JSON.stringify(JSON.parse(manifest), null, 2)}\n`);
  });

  for (const version of testedVersions()) {
    it(`are valid for kubeadm ${version}, which warns of nothing`, function () {
      const kubeadm = kubeadmOf(version);
      if (kubeadm === undefined) this.skip();
      const inVersion = controlPlaneDocuments({ ...controlPlane, kubernetesVersion: version });
      for (const text of Object.values({ ...documents, "controlPlane.yaml": inVersion })) {
        assert.deepEqual(validate(kubeadm, text), { status: 0, stdout: "ok\n", stderr: "" }, text);
      }
    }).timeout(30_000);

    it(`have the images pulled ahead that kubeadm ${version} asks for`, function () {
      const kubeadm = kubeadmOf(version);
      if (kubeadm === undefined) this.skip();
      const said = spawnSync(kubeadm, ["config", "images", "list", "--kubernetes-version", version], {
        encoding: "utf8",
      });
      assert.equal(said.status, 0, said.stderr);
      const pulled = imagesOf("control-plane", releaseOf(version)).filter(
        (image) => !image.includes("flannel"),
      );
      assert.deepEqual(said.stdout.trim().split("\n").sort(), pulled.sort());
    }).timeout(30_000);
  }
});

describe("the first control plane's documents", () => {
  const kinds = byKind(controlPlaneDocuments(controlPlane));
  const cluster = kinds.get("ClusterConfiguration") as {
    apiServer: { certSANs: string[]; extraArgs: Argument[] };
    controllerManager: { extraArgs: Argument[] };
    scheduler: { extraArgs: Argument[] };
    etcd: { local: { extraArgs: Argument[] } };
    controlPlaneEndpoint: string;
  };
  const value = (args: readonly Argument[], name: string): string | undefined =>
    args.find((argument) => argument.name === name)?.value;

  it("have the API server's stable name in its certificate and as the endpoint, so that others can join later", () => {
    assert.equal(cluster.controlPlaneEndpoint, "api.ground.internal:6443");
    assert.deepEqual(cluster.apiServer.certSANs, ["api.ground.internal", "10.0.1.10", "203.0.113.10"]);
  });

  it("encrypt Secrets at rest, write an audit log that rotates, and profile nothing", () => {
    const { extraArgs } = cluster.apiServer;
    assert.equal(value(extraArgs, "encryption-provider-config"), "/etc/kubernetes/perigee/encryption.yaml");
    for (const limit of ["maxage", "maxbackup", "maxsize"]) {
      assert.ok(Number(value(extraArgs, `audit-log-${limit}`)) > 0);
    }
    for (const part of [extraArgs, cluster.controllerManager.extraArgs, cluster.scheduler.extraArgs]) {
      assert.equal(value(part, "profiling"), "false");
      assert.equal(value(part, "tls-min-version"), "VersionTLS12");
    }
  });

  it("let Prometheus scrape controller-manager, scheduler, etcd and kube-proxy from another node", () => {
    assert.equal(value(cluster.controllerManager.extraArgs, "bind-address"), "0.0.0.0");
    assert.equal(value(cluster.scheduler.extraArgs, "bind-address"), "0.0.0.0");
    const etcd = value(cluster.etcd.local.extraArgs, "listen-metrics-urls");
    assert.equal(etcd, "http://0.0.0.0:2381");
    assert.equal(kinds.get("KubeProxyConfiguration")?.metricsBindAddress, "0.0.0.0:10249");
  });

  it("close the kubelet's read-only port, renew its certificates and confine its pods", () => {
    const kubelet = kinds.get("KubeletConfiguration");
    assert.deepEqual(
      [kubelet?.readOnlyPort, kubelet?.rotateCertificates, kubelet?.seccompDefault, kubelet?.tlsMinVersion],
      [0, true, true, "VersionTLS12"],
    );
    assert.equal(kubelet?.serverTLSBootstrap, true, "the one that it serves with too");
  });
});

describe("Flannel's daemon", () => {
  interface Container {
    args: string[];
    readinessProbe: { httpGet: { host: string; port: number } };
    livenessProbe: { httpGet: { host: string; port: number } };
  }

  it("is asked by its own kubelet how it is, on an address that no other machine reaches", () => {
    const { items } = JSON.parse(flannelManifest(releaseOf(defaultKubernetesVersion), "10.244.0.0/16")) as {
      items: { kind: string; spec: { template: { spec: { containers: Container[] } } } }[];
    };
    const daemon = items.find(({ kind }) => kind === "DaemonSet")?.spec.template.spec.containers[0];
    assert.ok(daemon !== undefined);
    for (const { httpGet } of [daemon.readinessProbe, daemon.livenessProbe]) {
      assert.equal(httpGet.host, "127.0.0.1");
      assert.ok(daemon.args.includes(`--healthz-port=${httpGet.port}`));
    }
    assert.ok(daemon.args.includes("--healthz-ip=127.0.0.1"), "else every address of the node");
  });
});

describe("a worker's document", () => {
  it("keeps a taint's value a string, even one that YAML 1.1 takes for a boolean", () => {
    const join = byKind(workerDocument(taintedWorker)).get("JoinConfiguration") as {
      nodeRegistration: { taints: unknown };
    };
    assert.deepEqual(join.nodeRegistration.taints, [
      { key: "example.org/pass", value: "y", effect: "NoSchedule" },
      { key: "example.org/night", effect: "NoExecute" },
    ]);
  });
});

describe("the audit policy", () => {
  it("never writes down what is in a Secret", () => {
    const [policy] = parseAllDocuments(auditPolicy).map(
      (document) =>
        document.toJS() as {
          rules: { level: string; resources?: { group: string; resources?: string[] }[]; verbs?: string[] }[];
        },
    );
    const firstWithBodies = policy?.rules.findIndex(({ level }) => level.startsWith("Request")) ?? -1;
    const secrets =
      policy?.rules.findIndex(({ resources }) =>
        resources?.some((one) => one.resources?.includes("secrets")),
      ) ?? -1;
    assert.ok(
      secrets >= 0 && secrets < firstWithBodies,
      "the rule on Secrets comes before any that keeps bodies",
    );
    assert.equal(policy?.rules[secrets]?.level, "Metadata");
  });
});

describe("the cluster's part of several control planes' documents", () => {
  const clusterOf = (privateIp: string, nodeName: string, publicIp: string): unknown =>
    byKind(controlPlaneDocuments({ ...oneOfThree, privateIp, nodeName, publicIp })).get(
      "ClusterConfiguration",
    );

  it("is the same for all of them, since who joins takes it from the cluster", () => {
    assert.deepEqual(
      clusterOf("10.0.1.10", "ground-control-plane-1", "203.0.113.10"),
      clusterOf("10.0.2.10", "ground-control-plane-2", "203.0.113.11"),
    );
  });

  it("has the names of the API and of its balancer in the certificate", () => {
    const { apiServer } = clusterOf("10.0.1.10", "x", "y") as { apiServer: { certSANs: string[] } };
    assert.deepEqual(apiServer.certSANs, ["api.ground.internal", oneOfThree.balancerName]);
  });
});
