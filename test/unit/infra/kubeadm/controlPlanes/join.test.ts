import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync, utimesSync } from "node:fs";
import { stepInput } from "../../../../../infra/kubeadm/step";
import { filesOfVersion, machineFileLines } from "../../../../support/infra/machineFiles";
import { bootedMachine, MachineRoot, type ScriptRunResult } from "../../../../support/infra/scriptRun";
import { toldMachines, toldOf } from "../../../../support/infra/toldMachines";
import { onPath } from "../../../../support/infra/tools";
import { etcdPrograms, member, memberIds, writeMembers } from "./etcd";

const node = "ground-control-plane-2";
const names = [1, 2, 3].map((number) => `ground-control-plane-${number}`);
const certificate = "-----BEGIN CERTIFICATE-----\nsigned\n-----END CERTIFICATE-----\n";
const encrypted = "-----BEGIN AGE ENCRYPTED FILE-----\nkeys\n-----END AGE ENCRYPTED FILE-----\n";
const inputs = {
  NODE_NAME: node,
  KUBERNETES_VERSION: "1.36.3",
  API_NAME: "api.ground.internal",
  PRIVATE_IP: "10.0.2.10",
  KUBEADM_CONFIG: "kind: ClusterConfiguration\npodSubnet: 10.244.0.0/16\nserviceSubnet: 10.96.0.0/12\n",
  AUDIT_POLICY: "kind: Policy",
  PROVIDER_ID: "aws:///eu-central-1b/i-2",
  DISK_GIB: "10",
  SECRETS_KEY: "1",
  LABELS: "topology.kubernetes.io/zone=eu-central-1b",
  MACHINE_FILES: machineFileLines(filesOfVersion("1.36.3")),
  REMOVED_APIS: "refuse",
  BACKUPS: "",
  CONTROL_PLANES: names.join("\n"),
  PEERS: "10.0.1.10\n10.0.3.10",
};
const joining = { ...inputs, ADMISSION: certificate + encrypted, JOIN_CONFIG: "kind: JoinConfiguration\n" };

const programs = {
  ...bootedMachine,
  ...etcdPrograms,
  getent: 'echo "10.0.1.10 STREAM api.ground.internal"',
  openssl: "exit 1",
  kubeadm: `case "$*" in
    *upload-config*) cp "\${@: -1}" /var/published ;;
    init*) mkdir -p /etc/kubernetes/pki; echo authority >/etc/kubernetes/pki/ca.crt ;;
    "join "*) cp /etc/perigee/join/discovery.conf /etc/perigee/join.yaml /var/ ;;
    esac`,
  age: "cat /var/keys.tar",
  kubectl: `case "$*" in
    ${toldMachines}
    *" /version") echo '"gitVersion": "v1.36.3"' ;;
    *kubeadm-config*) cat /var/uploaded ;;
    *"get pods"*kube-dns*) cat /var/dns 2>/dev/null ;;
    *"get configmap perigee-control-planes"*) [ -e /var/told ] ;;
    "apply "*) cat >/var/told ;;
    esac`,
};

describe("a further control plane", () => {
  let root: MachineRoot;
  beforeEach(() => {
    root = new MachineRoot();
    root.write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755).write("/etc/hosts", "127.0.0.1 localhost\n");
    root.write("/var/lib/perigee/prepared-1.36.3", "");
    root.write("/etc/perigee/images", "registry.k8s.io/etcd:3.6.8-0\n");
    root
      .write("/etc/perigee/join/age.key", "identity")
      .write("/etc/perigee/join/kubelet.key", "kubelet's key");
    for (const path of ["pki/ca.crt", "pki/ca.key", "pki/etcd/ca.key"]) root.write(`/content/${path}`, path);
    root.write(
      "/content/perigee/encryption.yaml",
      "kind: EncryptionConfiguration\nkeys: [{name: first, secret: x}]\n",
    );
    root.write("/var/keys.tar", "");
    spawnSync("tar", ["-cf", root.at("/var/keys.tar"), "-C", root.at("/content"), "pki", "perigee"]);
    writeMembers(root, [member(1), member(3)]);
    root.write("/var/uploaded", `${inputs.KUBEADM_CONFIG}kubernetesVersion: v1.36.3\n`);
  });
  afterEach(() => root.remove());

  const run = (
    given: Readonly<Record<string, string>> = joining,
    more: Readonly<Record<string, string>> = {},
  ): ScriptRunResult =>
    root.run(stepInput("init", given), {
      arguments: ["init", "3600"],
      programs: { ...programs, ...more },
    });
  const kubeadm = ({ calls }: ScriptRunResult): string[] =>
    calls.filter((call) => call.startsWith("kubeadm ")).map((call) => call.split(" ").slice(1, 4).join(" "));

  it("joins with the keys that were encrypted for it, and begins no cluster", () => {
    const said = run();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(
      kubeadm(said).map((call) => call.replace(/ --config.*/, "")),
      ["init phase kubeconfig", "init phase certs", "join"],
    );
    assert.equal(root.read("/etc/kubernetes/pki/etcd/ca.key"), "pki/etcd/ca.key");
    assert.match(root.read("/etc/kubernetes/perigee/encryption.yaml"), /\{name: first, secret: x\}/);
    assert.equal(said.stdout, "authority\n", "the CA certificate, as of every control plane");
  });

  it("has the identity provider's configuration before it joins, and asks that provider itself", () => {
    const given = {
      ...joining,
      ...{ AUTHENTICATION_CONFIG: "kind: AuthenticationConfiguration\n", OIDC_ISSUER: "https://id.example" },
    };
    const refused = run(given, { curl: "exit 6" });
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /access\.oidc\.issuer/);
    assert.deepEqual(kubeadm(refused), []);
    const file = "/etc/kubernetes/perigee/authentication.yaml";
    const joined = run(given, {
      curl: `printf '{"issuer": "https://id.example"}'`,
      kubeadm: `[[ "$*" != "join "* ]] || [ -e ${file} ] || exit 1; ${programs.kubeadm}`,
    });
    assert.equal(joined.status, 0, joined.stderr);
    assert.equal(root.read(file), given.AUTHENTICATION_CONFIG);
  });

  it("has the certificate of its request and its own key in what it joins with, and leaves nothing to join with", () => {
    run();
    const discovery = root.read("/var/discovery.conf");
    const value = (name: string): string =>
      Buffer.from(new RegExp(`${name}: (\\S+)`).exec(discovery)?.[1] ?? "", "base64").toString();
    assert.deepEqual(
      [value("client-certificate-data"), value("client-key-data")],
      [certificate, "kubelet's key"],
    );
    for (const path of ["join.yaml", "join/discovery.conf", "join/keys.age", "join/kubelet.crt"]) {
      assert.ok(!root.has(`/etc/perigee/${path}`), path);
    }
  });

  it("runs a second time without harm: it is a member, and its settings are applied", () => {
    run();
    const again = run();
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(kubeadm(again), []);
  });

  it("begins again after an interruption: without what that left in etcd and in the cluster", () => {
    root.write("/etc/kubernetes/manifests/etcd.yaml", "kind: Pod");
    const former = member(2, { id: "b2", address: "10.0.2.9", answers: false });
    writeMembers(root, [member(1), former, { ...member(2), name: "" }, member(3)]);
    const said = run();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(memberIds(root), ["a1", "a3"]);
    assert.ok(said.calls.includes(`kubectl delete node ${node} --ignore-not-found --timeout 60s`));
    assert.ok(kubeadm(said).some((call) => call.startsWith("reset")));
  });

  describe("that an attempt left as a member of etcd", () => {
    const data = "/var/lib/etcd/member/snap/db";
    beforeEach(() => {
      root.write("/etc/kubernetes/manifests/etcd.yaml", "kind: Pod").write(data, "data");
      writeMembers(root, [member(1), member(2)]);
    });

    it("leaves etcd before its data goes: of two, the other one alone would have no majority", () => {
      const said = run();
      assert.equal(said.status, 0, said.stderr);
      assert.deepEqual(memberIds(root), ["a1"]);
      assert.ok(!root.has("/var/lib/etcd/member"));
      const order = said.calls.map((call) => /member remove|kubeadm reset/.exec(call)?.[0]);
      assert.deepEqual(
        order.filter((call) => call !== undefined),
        ["member remove", "kubeadm reset"],
      );
    });

    it("keeps its data while etcd counts it: where it is not let go, where it is still listed, where nobody answers", () => {
      for (const [ctr, named] of [
        [
          'case "$*" in *"member remove"*) exit 1 ;; esac',
          /etcd still counts ground-control-plane-2, .*replaced/,
        ],
        [
          'case "$*" in *"member remove"*) exit 0 ;; esac',
          /etcd still counts ground-control-plane-2, .*replaced/,
        ],
        ["exit 1", /etcd has no majority, .* stays: .*'systemctl start kubelet'.*docs\/runbook\.md/],
      ] as const) {
        const said = root.run(stepInput("init", joining).replaceAll("wait_for 120", "wait_for 0"), {
          arguments: ["init", "3600"],
          programs: { ...programs, ctr: `${ctr}\n${programs.ctr}` },
        });
        assert.equal(said.status, 1);
        assert.match(said.stderr, named);
        assert.equal(root.read(data), "data");
        assert.ok(!kubeadm(said).some((call) => call.startsWith("reset") || call === "join"));
      }
    });
  });

  it("begins no new cluster over the data of a join that was interrupted, where all others are gone: says the ways", () => {
    root
      .write("/etc/perigee/join.yaml", "kind: JoinConfiguration")
      .write("/var/lib/etcd/member/snap/db", "data");
    root.write("/etc/kubernetes/manifests/etcd.yaml", "kind: Pod");
    const said = run(inputs);
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /-2 has etcd's data of a cluster .* not begun over it\. .*restoreFrom.*To give that data up: 'mv/,
    );
    assert.deepEqual([kubeadm(said), root.read("/var/lib/etcd/member/snap/db")], [[], "data"]);
  });

  it("asks its own API server by the cluster's name once it serves, and not before", () => {
    root.write(
      "/etc/hosts",
      "127.0.0.1 localhost\n10.0.2.9 api.ground.internal # perigee: this control plane itself\n",
    );
    run(joining, { kubeadm: programs.kubeadm.replace('"join "*)', '"join "*) cp /etc/hosts /var/hosts;') });
    assert.doesNotMatch(root.read("/var/hosts"), /api/);
    const own = "127.0.0.1 localhost\n10.0.2.10 api.ground.internal # perigee: this control plane itself\n";
    assert.equal(root.read("/etc/hosts"), own);
    run();
    assert.equal(root.read("/etc/hosts"), own);
  });

  it("does not write the file of names again where it has that one: a full disk would leave none", () => {
    run();
    const moment = new Date("2026-01-01T00:00:00Z");
    utimesSync(root.at("/etc/hosts"), moment, moment);
    assert.equal(run().status, 0);
    assert.deepEqual(statSync(root.at("/etc/hosts")).mtime, moment);
  });

  describe("whose API server does not answer", () => {
    const away = (): ScriptRunResult =>
      root.run(stepInput("init", joining).replaceAll("wait_for 300", "wait_for 0"), {
        arguments: ["init", "3600"],
        programs: { ...programs, kubectl: "exit 1" },
      });
    beforeEach(() => {
      run();
      root.write("/etc/kubernetes/pki/etcd/healthcheck-client.crt", "certificate");
    });

    it("says that it left etcd, where a run ended between that and the end of its machine, and the way out", () => {
      const said = away();
      assert.equal(said.status, 1);
      assert.match(
        said.stderr,
        /-2 was taken out of etcd, .*have the machine replaced \('pulumi up --replace'/,
      );
    });

    it("does not say so while it is a member, nor where nobody can say", () => {
      writeMembers(root, [member(1), member(2), member(3)]);
      assert.doesNotMatch(away().stderr, /taken out/);
      root.write("/var/members", "");
      assert.doesNotMatch(away().stderr, /taken out/);
    });
  });

  it("whose Node somebody deleted has its kubelet register it anew, and is a control plane to the cluster again", () => {
    run();
    const registered = root.at("/var/registered");
    const said = run(joining, {
      systemctl: `if [ "$*" = "restart kubelet" ]; then touch ${registered}; fi`,
      kubectl: `case "$*" in "get node ${node}"*) if [ ! -e ${registered} ]; then
        echo 'Error from server (NotFound): nodes "${node}" not found' >&2; exit 1; fi ;; esac\n${programs.kubectl}`,
    });
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(kubeadm(said), ["init phase mark-control-plane"]);
    const order = said.calls.filter((call) => /restart kubelet|mark-control-plane|label node/.test(call));
    assert.deepEqual(
      order.map((call) => call.split(" ")[0]),
      ["systemctl", "kubeadm", "kubectl"],
    );
  });

  it("says why it did not join, and goes on from there", () => {
    const failed = run(joining, { kubeadm: `case "$*" in "join "*) echo "etcd: unhealthy"; exit 1 ;; esac` });
    assert.equal(failed.status, 1);
    assert.match(failed.stderr, /etcd: unhealthy[^]*kubeadm join failed; the lines above say why/);
    assert.equal(run().status, 0);
  });

  it("refuses keys that were encrypted for another", () => {
    const said = run(joining, {
      age: 'echo "age: error: no identity matched any of the recipients" >&2; exit 1',
    });
    assert.equal(said.status, 1);
    assert.match(said.stderr, /not encrypted for this machine \(age: error: no identity matched/);
    assert.ok(!kubeadm(said).includes("join"));
  });

  it("never begins a second cluster beside one that answers", () => {
    const said = run(inputs, { openssl: 'echo "-----BEGIN CERTIFICATE-----"' });
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /a control plane at 10\.0\.1\.10 answers already, .* a second cluster is not begun beside it/,
    );
    assert.match(
      said.stderr,
      /Run 'pulumi up' again, .*once more, no 'pulumi up' .* has ended yet .*'pulumi destroy' and 'pulumi up'$/m,
      "the way out where the first one died in the very first up",
    );
    assert.deepEqual(kubeadm(said), []);
  });

  it("that acts puts off what restarts it, until the others are there", () => {
    root.write("/var/lib/perigee/initialised", "").write("/etc/kubernetes/pki/ca.crt", "authority\n");
    const put = run({ ...inputs, LATER: "yes" });
    assert.equal(put.status, 0, put.stderr);
    assert.deepEqual(kubeadm(put), ["init phase upload-config"]);
    assert.equal(root.read("/var/published").trim(), inputs.KUBEADM_CONFIG.trim(), "those that join take it");
    assert.ok(!root.has("/run/perigee-configuration.yaml"));
  });

  it("tells which control planes are wanted, also of three the one that stays; one alone tells nothing", () => {
    root.write("/var/lib/perigee/initialised", "").write("/etc/kubernetes/pki/ca.crt", "authority\n");
    const alone = { ...inputs, CONTROL_PLANES: "", PEERS: "" };
    run({ ...alone, LATER: "yes" });
    assert.ok(!root.has("/var/told"));
    run({ ...inputs, LATER: "yes" });
    assert.match(root.read("/var/told"), new RegExp(`names: "${names.join(" ")}"`));
    run({ ...alone, LATER: "yes" });
    assert.match(root.read("/var/told"), new RegExp(`names: "${node}"`));
  });

  it("tells every control plane its address, for which alone its kubelet gets a serving certificate", () => {
    run();
    assert.equal(root.read(toldOf(node, "address")), "10.0.2.10\n");
  });

  it("joins no cluster of another version than its own: kubeadm would start an older API server beside its kubelet", () => {
    root.write("/var/uploaded", "kubernetesVersion: v1.35.4\n");
    const said = run();
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /has Kubernetes 1\.36\.3 and does not join a cluster of 1\.35\.4: .* are upgraded first/,
    );
    assert.ok(!kubeadm(said).includes("join"));
  });

  it("spreads cluster DNS where all of it is on one machine", () => {
    const restarts = (): boolean =>
      run().calls.includes("kubectl --namespace kube-system rollout restart deployment/coredns");
    root.write("/var/dns", "ground-control-plane-1\nground-control-plane-1\n");
    assert.ok(restarts());
    root.write("/var/dns", "ground-control-plane-1\nground-default-1\n");
    assert.ok(!restarts());
    root.write("/var/dns", "");
    assert.ok(!restarts());
  });
});

describe("what a further control plane asks for", () => {
  it("is a certificate request and a recipient, the same each time; the keys stay on it", function () {
    if (!onPath("age-keygen")) this.skip();
    const root = new MachineRoot().write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755);
    try {
      const ask = (): ScriptRunResult =>
        root.run(stepInput("../controlPlanes/request", { NODE_NAME: node }), {
          arguments: ["request", "600"],
          programs: { "cloud-init": "" },
        });
      const said = ask();
      assert.equal(said.status, 0, said.stderr);
      assert.match(said.stdout, /^-----BEGIN CERTIFICATE REQUEST-----\n[^]*REQUEST-----\nage1\w+\n$/);
      assert.equal(ask().stdout, said.stdout);
      assert.doesNotMatch(said.stdout, /AGE-SECRET-KEY|PRIVATE/);
    } finally {
      root.remove();
    }
  });
});
