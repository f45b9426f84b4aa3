import assert from "node:assert/strict";
import { controlPlaneDocuments } from "../../../../infra/kubeadm/documents";
import { stepInput } from "../../../../infra/kubeadm/step";
import { filesOfVersion, machineFileLines } from "../../../support/infra/machineFiles";
import { bootedMachine, MachineRoot, type ScriptRunResult } from "../../../support/infra/scriptRun";

const cluster = {
  nodeName: "ground-control-plane-1",
  privateIp: "10.0.1.10",
  publicIp: "203.0.113.10",
  clusterName: "ground",
  apiName: "api.ground.internal",
  kubernetesVersion: "1.36.3",
  podCidr: "10.244.0.0/16",
  serviceCidr: "10.96.0.0/12",
  labels: { "topology.kubernetes.io/zone": "eu-central-1a" },
};

const inputs = (changed: Partial<typeof cluster>, more: Readonly<Record<string, string>> = {}) => ({
  NODE_NAME: cluster.nodeName,
  KUBERNETES_VERSION: cluster.kubernetesVersion,
  API_NAME: cluster.apiName,
  PRIVATE_IP: cluster.privateIp,
  KUBEADM_CONFIG: controlPlaneDocuments({ ...cluster, ...changed }),
  AUDIT_POLICY: "kind: Policy\n",
  PROVIDER_ID: "aws:///eu-central-1a/i-1",
  DISK_GIB: "10",
  SECRETS_KEY: "1",
  LABELS: "topology.kubernetes.io/zone=eu-central-1a",
  MACHINE_FILES: machineFileLines(filesOfVersion(cluster.kubernetesVersion)),
  REMOVED_APIS: "refuse",
  BACKUPS: "yes",
  ...more,
});

/** A machine whose disk has its size, and programs that keep the state of a cluster in files. */
const programs = {
  ...bootedMachine,
  getent: 'echo "10.0.1.10 STREAM api.ground.internal"',
  journalctl: "echo journal",
  // As the real one: a certificate that is there stays as it is, and a pod runs a moment after its manifest.
  kubeadm: `
    mkdir -p /etc/kubernetes/pki/etcd
    [ ! -e /var/broken ] || [[ " $* " != *" $(cat /var/broken) "* ]] || { echo "kubeadm: no such luck"; exit 1; }
    make() { [ -e "/etc/kubernetes/pki/$1.crt" ] || echo "$2" >"/etc/kubernetes/pki/$1.crt"; }
    run() { for pod; do rm -f "/var/late-$pod"; cp "/etc/perigee/patches/\${pod}0+strategic.yaml" "/var/running-$pod"; done; }
    case "$*" in
      "init --skip"*)
        echo ca >/etc/kubernetes/pki/ca.crt
        make apiserver old; make etcd/server old; make etcd/peer old
        run etcd kube-apiserver kube-controller-manager kube-scheduler ;;
      "init phase certs etcd-"*) make "etcd/\${4#etcd-}" new ;;
      "init phase certs "*) make "$4" new ;;
      "init phase etcd "*) run etcd ;;
      "init phase control-plane "*) run kube-apiserver kube-controller-manager kube-scheduler ;;
      "init phase upload-config "*) cp /etc/perigee/kubeadm.yaml /var/uploaded ;;
    esac`,
  kubectl: `
    case "$*" in
      *readyz*) [ ! -e /var/no-api ] ;;
      *version*) printf '{"gitVersion": "v%s"}' "$(cat /var/version 2>/dev/null || echo 1.36.3)" ;;
      *kubeadm-config*) cat /var/uploaded ;;
      *"get pod"*)
        pod=\${5%-ground-control-plane-1}
        if [ ! -e "/var/late-$pod" ]; then touch "/var/late-$pod"; exit; fi
        echo "$(sed 's/.*: "//; s/".*//' "/var/running-$pod") True" ;;
    esac`,
};

describe("a control plane whose settings change", () => {
  let root: MachineRoot;
  beforeEach(() => {
    root = new MachineRoot();
    root.write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755);
    root.write("/var/lib/perigee/prepared-1.36.3", "").write("/sys/fs/cgroup/tasks", "");
    root.write("/var/uploaded", controlPlaneDocuments(cluster));
    const first = run({});
    assert.equal(first.status, 0, first.stderr);
  });
  afterEach(() => root.remove());

  const run = (
    changed: Partial<typeof cluster>,
    more: Readonly<Record<string, string>> = {},
  ): ScriptRunResult =>
    root.run(stepInput("init", inputs(changed, more)), { arguments: ["init", "3600"], programs });
  const phases = ({ calls }: ScriptRunResult): string[] =>
    calls.flatMap((call) => /^kubeadm init phase (.*) --config/.exec(call)?.[1] ?? []);
  const everyPhase = [
    "certs apiserver",
    "certs etcd-server",
    "certs etcd-peer",
    "etcd local",
    "control-plane all",
    "upload-config all",
    "kubelet-start",
    "mark-control-plane",
    "addon all",
  ];

  it("does nothing where they are as they were", () => {
    const again = run({});
    assert.deepEqual([again.status, phases(again)], [0, []]);
    assert.equal(again.stdout, "ca\n");
  });

  it("gets certificates for another address, once, and starts no static pod again for it", () => {
    const patch = () =>
      ["etcd", "kube-apiserver"].map((pod) => root.read(`/etc/perigee/patches/${pod}0+strategic.yaml`));
    const before = patch();
    const moved = run({ publicIp: "203.0.113.99" });
    assert.equal(moved.status, 0, moved.stderr);
    assert.deepEqual(phases(moved), everyPhase);
    assert.match(root.read("/etc/perigee/kubeadm.yaml"), /203\.0\.113\.99/);
    assert.equal(root.read("/etc/kubernetes/pki/apiserver.crt"), "new\n");
    assert.deepEqual(patch(), before, "a server takes its certificate from the file at each handshake");
    assert.deepEqual(phases(run({ publicIp: "203.0.113.99" })), []);
  });

  it("starts no static pod again when others join it", () => {
    const patch = () => root.read("/etc/perigee/patches/kube-apiserver0+strategic.yaml");
    const before = patch();
    const documents = controlPlaneDocuments({ ...cluster, balancerName: "balancer.example" });
    const joined = run({}, { KUBEADM_CONFIG: documents });
    assert.equal(joined.status, 0, joined.stderr);
    assert.equal(root.read("/etc/kubernetes/pki/apiserver.crt"), "new\n");
    assert.equal(patch(), before);
  });

  it("starts its static pods again for another argument of one, and waits until they run with it", () => {
    const patch = () => root.read("/etc/perigee/patches/etcd0+strategic.yaml");
    const before = patch();
    const documents = controlPlaneDocuments(cluster).replace("value: TLS1.2", "value: TLS1.3");
    const changed = run({}, { KUBEADM_CONFIG: documents });
    assert.equal(changed.status, 0, changed.stderr);
    assert.notEqual(patch(), before);
    const waits = changed.calls.filter((call) => call.includes("get pod etcd-"));
    assert.ok(waits.length > 1, "a pod that does not run with the new settings yet is waited for");
  });

  it("starts the API server again for another audit policy, which it reads at its start only", () => {
    const patch = () => root.read("/etc/perigee/patches/kube-apiserver0+strategic.yaml");
    const before = patch();
    const changed = run({}, { AUDIT_POLICY: "kind: Policy\nrules: []\n" });
    assert.equal(changed.status, 0, changed.stderr);
    assert.equal(root.read("/etc/kubernetes/perigee/audit-policy.yaml"), "kind: Policy\nrules: []\n");
    assert.notEqual(patch(), before);
  });

  it("leaves the static pods alone where only the kubelet's settings change", () => {
    const patch = () => root.read("/etc/perigee/patches/etcd0+strategic.yaml");
    const before = patch();
    const documents = controlPlaneDocuments(cluster).replace("syncFrequency: 10s", "syncFrequency: 11s");
    const changed = run({}, { KUBEADM_CONFIG: documents });
    assert.equal(changed.status, 0, changed.stderr);
    assert.ok(phases(changed).includes("kubelet-start"));
    assert.equal(patch(), before);
  });

  describe("with an identity provider", () => {
    const issuer = "https://id.example.org/ground";
    const provider = {
      ...{ AUTHENTICATION_CONFIG: "kind: AuthenticationConfiguration\n", OIDC_ISSUER: issuer },
      KUBEADM_CONFIG: controlPlaneDocuments({ ...cluster, hasIdentityProvider: true }),
    };
    const file = "/etc/kubernetes/perigee/authentication.yaml";
    const answers = (said: string, exit = 0): Readonly<Record<string, string>> => ({
      ...programs,
      curl: `printf '%s' '${said}'; exit ${exit}`,
    });
    const withAnswer = (
      said: string,
      exit = 0,
      more: Readonly<Record<string, string>> = {},
    ): ScriptRunResult =>
      root.run(stepInput("init", inputs({}, { ...provider, ...more })), {
        arguments: ["init", "3600"],
        programs: answers(said, exit),
      });
    const right = JSON.stringify({ issuer });

    it("asks it once, gives the API server its configuration, and takes that away again", () => {
      const added = withAnswer(right);
      assert.equal(added.status, 0, added.stderr);
      assert.equal(root.read(file), provider.AUTHENTICATION_CONFIG);
      const asked = added.calls.filter((call) => call.startsWith("curl"));
      assert.match(asked.join(), /https:\/\/id\.example\.org\/ground\/\.well-known\/openid-configuration/);
      assert.deepEqual(phases(withAnswer("", 6)), [], "a provider that is away holds nothing up later");
      const other = controlPlaneDocuments({
        ...cluster,
        publicIp: "203.0.113.99",
        hasIdentityProvider: true,
      });
      const moved = withAnswer("", 6, { KUBEADM_CONFIG: other });
      assert.equal(moved.status, 0, "nor does it another setting");
      const removed = run({});
      assert.deepEqual(phases(removed), everyPhase);
      assert.ok(!root.has(file));
    });

    it("verifies it by the authority of the settings", () => {
      const trusted =
        'while [ "$1" != --cacert ]; do shift; done; cp "$2" /var/trusted; [ "$3 $4" = "--capath ${2%/*}" ] || exit 60';
      const run = root.run(stepInput("init", inputs({}, { ...provider, OIDC_AUTHORITY: "-----BEGIN" })), {
        arguments: ["init", "3600"],
        programs: { ...programs, curl: `${trusted}; printf '%s' '${right}'` },
      });
      assert.equal(run.status, 0, run.stderr);
      assert.equal(root.read("/var/trusted"), "-----BEGIN\n");
    });

    it("takes a changed configuration without a new start of the API server, which reads it by itself", () => {
      withAnswer(right);
      const patch = root.read("/etc/perigee/patches/kube-apiserver0+strategic.yaml");
      const changed = withAnswer(right, 0, {
        AUTHENTICATION_CONFIG: "kind: AuthenticationConfiguration\njwt: []\n",
      });
      assert.equal(changed.status, 0, changed.stderr);
      assert.match(root.read(file), /jwt/);
      assert.equal(root.read("/etc/perigee/patches/kube-apiserver0+strategic.yaml"), patch);
    });

    for (const [what, said, exit, reason] of [
      ["does not answer", "curl: (6) Could not resolve host", 6, /does not answer.*Could not resolve host/],
      ["is none", "<html>", 0, /no OpenID configuration/],
      [
        "calls itself otherwise",
        `{"issuer": "${issuer}/"}`,
        0,
        /calls itself https.*\/ground\/: write it exactly so/,
      ],
    ] as const) {
      it(`refuses one that ${what}, before anything is changed`, () => {
        const refused = withAnswer(said, exit);
        assert.equal(refused.status, 1);
        assert.match(refused.stderr, reason);
        assert.match(refused.stderr, /^access\.oidc\.issuer = https:\/\/id\.example\.org\/ground: /m);
        assert.deepEqual(phases(refused), []);
        assert.ok(!root.has(file) && !root.has("/var/lib/perigee/begun-documents"));
      });
    }
  });

  it("names who used a token for longer than its hour, until the API server no longer lets one pass", () => {
    const entry = (user: string) =>
      `{"annotations":{"authentication.k8s.io/stale-token":"subject: system:serviceaccount:${user}, seconds after warning threshold: 7"}}\n`;
    root.write("/var/log/kubernetes/audit.log", entry("ops:poller") + entry("ops:poller"));
    root.write("/var/log/kubernetes/audit-2026-11-01.log", `${entry("ops:older")}{"annotations":{}}\n`);
    const told = run({ publicIp: "203.0.113.99" });
    assert.match(
      told.stderr,
      /is good for: system:serviceaccount:ops:older system:serviceaccount:ops:poller\. /,
    );
    const args = "    - --service-account-extend-token-expiration=false\n";
    root.write("/etc/kubernetes/manifests/kube-apiserver.yaml", args);
    assert.doesNotMatch(run({ publicIp: "203.0.113.98" }).stderr, /serviceaccount/);
  });

  it("restarts kube-proxy, which reads its settings at its start only", () => {
    const restarts = ({ calls }: ScriptRunResult) => calls.filter((call) => call.includes("rollout restart"));
    const documents = controlPlaneDocuments(cluster).replace("min: 0", "min: 1");
    assert.equal(restarts(run({}, { KUBEADM_CONFIG: documents })).length, 1);
  });

  for (const broken of [
    "apiserver",
    "etcd-peer",
    "local",
    "control-plane",
    "upload-config",
    "kubelet-start",
    "addon",
  ]) {
    it(`goes on where ${broken} failed, also without an API server, and then is done`, () => {
      root.write("/var/broken", broken);
      const failed = run({ publicIp: "203.0.113.99" });
      assert.equal(failed.status, 1);
      assert.match(failed.stderr, /kubeadm init phase .* failed; .* Run this again when it is mended/);
      root.write("/var/broken", "nothing").write("/var/no-api", "");
      const mended = run({ publicIp: "203.0.113.99" });
      assert.equal(mended.status, 0, mended.stderr);
      assert.deepEqual(phases(mended), everyPhase);
      for (const name of ["apiserver", "etcd/server", "etcd/peer"]) {
        assert.equal(root.read(`/etc/kubernetes/pki/${name}.crt`), "new\n");
      }
    });
  }

  it("is brought back by the former documents, where a change of them was interrupted", () => {
    root.write("/var/broken", "etcd-peer");
    assert.equal(run({ publicIp: "203.0.113.99" }).status, 1);
    root.write("/var/broken", "nothing");
    const back = run({});
    assert.equal(back.status, 0, back.stderr);
    assert.deepEqual(phases(back), everyPhase);
    assert.deepEqual(phases(run({})), []);
  });

  it("refuses another version while nobody answers for the one that was being applied", () => {
    root.write("/var/broken", "etcd-peer");
    assert.equal(run({ publicIp: "203.0.113.99" }).status, 1);
    root.write("/var/broken", "nothing").write("/var/no-api", "");
    const refused = run({}, { KUBERNETES_VERSION: "1.37.0" });
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /kubernetesVersion = 1\.37\.0: this control plane has 1\.36\.3.*Put the version back to 1\.36\.3/s,
    );
    assert.deepEqual(phases(refused), []);
  });

  it("refuses what cannot be changed on a running cluster, by name, and changes nothing", () => {
    const before = root.read("/etc/perigee/kubeadm.yaml");
    const refused = run({ clusterName: "moon", podCidr: "10.245.0.0/16", publicIp: "203.0.113.99" });
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /made with clusterName:ground podSubnet:10\.244\.0\.0\/16 and the settings ask for clusterName:moon podSubnet:10\.245\.0\.0\/16/,
    );
    assert.deepEqual(phases(refused), []);
    assert.equal(root.read("/etc/perigee/kubeadm.yaml"), before);
  });
});
