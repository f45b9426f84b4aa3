import assert from "node:assert/strict";
import fc from "fast-check";
import { stepInput } from "../../../../../infra/kubeadm/step";
import type { MachineRoot, ScriptRunResult } from "../../../../support/infra/scriptRun";
import { init, inputs, orderOn, programs, runningMachine } from "./machine";

describe("a control plane whose version changes", () => {
  let root: MachineRoot;
  beforeEach(() => (root = runningMachine()));
  afterEach(() => root.remove());

  const up = (version: string, more: Readonly<Record<string, string>> = {}): ScriptRunResult =>
    init(root, { ...inputs(root, version), ...more });
  const order = (): string[] => orderOn(root);
  /** What is done before settings are applied, which every change of the documents does. */
  const upgraded = [
    "backup run",
    "prepare ahead",
    "kubeadm init phase upload-config all",
    "kubeadm upgrade apply v1.36.3",
    "cordon",
    "drain",
    "prepare",
    "restart kubelet",
    "uncordon",
  ];
  const beforeSettings = (): string[] =>
    order().slice(0, order().indexOf("kubeadm init phase certs apiserver"));
  const kubeadmCalls = (): string[] => order().filter((line) => line.startsWith("kubeadm"));

  it("has a backup made, then the control plane, then its kubelet, and then nothing to do", () => {
    const said = up("1.36.3");
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(beforeSettings(), upgraded);
    assert.equal(said.stdout, "ca\n", "the next steps read it");
    assert.equal(root.read("/var/reported"), "1.36.3\n");
    assert.ok(
      said.calls.some((call) =>
        /^kubeadm upgrade apply v1\.36\.3 --yes --patches \S+\/etc\/perigee\/patches/.test(call),
      ),
    );
    assert.ok(!root.has("/var/lib/perigee/upgrading") && !root.has("/etc/perigee/ahead"));
    root.write("/var/order", "");
    assert.equal(up("1.36.3").status, 0);
    assert.deepEqual(kubeadmCalls(), []);
  });

  it("starts its pods once: with the settings that it is given in the same run", () => {
    const audit = "kind: Policy\nrules: []\n";
    const said = up("1.36.3", { AUDIT_POLICY: audit });
    assert.equal(said.status, 0, said.stderr);
    const pod = root.read("/var/running-kube-apiserver");
    assert.equal(pod, root.read("/etc/perigee/patches/kube-apiserver0+strategic.yaml"));
    assert.equal(root.read("/etc/kubernetes/perigee/audit-policy.yaml"), audit);
  });

  it("is not begun where an identity provider that comes with it does not answer", () => {
    const provider = {
      AUTHENTICATION_CONFIG: "kind: AuthenticationConfiguration\n",
      OIDC_ISSUER: "https://127.0.0.1:1",
    };
    const said = up("1.36.3", provider);
    assert.equal(said.status, 1);
    assert.match(said.stderr, /access\.oidc\.issuer = https:\/\/127\.0\.0\.1:1: .*Nothing was changed on it/);
    assert.deepEqual(kubeadmCalls(), []);
    assert.ok(!root.has("/etc/kubernetes/perigee/authentication.yaml"));
  });

  for (const [what, file, content, named] of [
    [
      "a node is not Ready",
      "/var/worker",
      "Unknown",
      /before the upgrade to 1\.36\.3:\n {2}node ground-default-1 is not Ready/,
    ],
    ["etcd is not healthy", "/var/silent", "https://10.0.1.10:2379\n", /etcd is not healthy/],
    ["cluster DNS is not available", "/var/dns", "False", /cluster DNS .* is not available/],
  ] as const) {
    it(`is refused while ${what}, and changes nothing`, () => {
      root.write(file, content);
      const said = root.run(stepInput("init", inputs(root, "1.36.3")).replaceAll("gate 60", "gate 0"), {
        arguments: ["init", "3600"],
        programs,
      });
      assert.equal(said.status, 1);
      assert.match(said.stderr, named);
      assert.match(said.stderr, /nothing was changed/);
      assert.deepEqual(order(), []);
      assert.ok(!root.has("/var/lib/perigee/upgrading"));
    });
  }

  it("is refused while nothing would make a pod of it anew, which is named, and changes nothing", () => {
    root.write(
      "/var/loose",
      "cannot delete Pods that declare no controller (use --force to override): ops/loose\n",
    );
    const said = up("1.36.3");
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /ground-control-plane-1 stays as it is.*Pods that declare no controller: ops\/loose/s,
    );
    assert.deepEqual(order(), []);
  });

  it("empties its node also where there is no other one that could take cluster DNS", () => {
    root.write("/var/dns-here", "pod/coredns-1\n");
    assert.equal(up("1.36.3").status, 0);
    assert.ok(!order().includes("move dns"), "there is no other node");
  });

  for (const [what, file] of [
    ["and it moves", "/var/unused"],
    ["and it cannot move", "/var/nowhere"],
  ] as const) {
    it(`empties its node with cluster DNS on it, ${what}`, () => {
      root.write("/var/dns-here", "pod/coredns-1\n").write("/var/elsewhere", "node/w\n").write(file, "");
      const said = up("1.36.3");
      assert.equal(said.status, 0, said.stderr);
      const moved = upgraded.toSpliced(upgraded.indexOf("drain"), 0, "move dns");
      assert.deepEqual(beforeSettings(), moved);
      assert.equal(said.stderr.includes("cluster DNS could not move"), file === "/var/nowhere");
    });
  }

  describe("whose node cannot be drained", () => {
    const stuck = (): ScriptRunResult => {
      root.write("/var/stuck", "");
      const said = root.run(stepInput("init", inputs(root, "1.36.3")), {
        arguments: ["init", "3600"],
        programs,
      });
      assert.equal(said.status, 1);
      assert.equal(root.run("rm /var/stuck", {}).status, 0);
      return said;
    };

    it("stops with the former kubelet, takes its node back without a mark, and goes on", () => {
      const said = stuck();
      assert.match(
        said.stderr,
        /ground-control-plane-1 could not be drained, .*until then the node takes pods again/,
      );
      assert.equal(root.read("/var/reported"), "1.35.4\n");
      assert.ok(!root.has("/var/cordoned") && !root.has("/var/mark"));
      root.write("/var/order", "");
      assert.equal(up("1.36.3").status, 0);
      assert.equal(root.read("/var/reported"), "1.36.3\n");
      assert.ok(!root.has("/var/cordoned") && !root.has("/var/mark"));
    });

    it("stays cordoned where a person cordons it before the next run, and where one had before", () => {
      stuck();
      root.write("/var/cordoned", "true\n");
      assert.match(stuck().stderr, /'kubectl uncordon ground-control-plane-1' takes it back/);
      assert.ok(root.has("/var/cordoned"));
      const said = up("1.36.3");
      assert.equal(said.status, 0, said.stderr);
      assert.match(said.stderr, /was cordoned by somebody else, and stays so/);
      assert.ok(root.has("/var/cordoned"));
    });

    it("keeps the mark where nobody takes the node back, so that the next run does", () => {
      const away = programs.kubectl.replace(
        '"uncordon "*)',
        '"uncordon "*) [ ! -e /var/no-uncordon ] || exit 1;',
      );
      root.write("/var/stuck", "").write("/var/no-uncordon", "");
      const said = root.run(stepInput("init", inputs(root, "1.36.3")), {
        arguments: ["init", "3600"],
        programs: { ...programs, kubectl: away },
      });
      assert.match(said.stderr, /could not be drained, .*stays cordoned, .*: the next run does/);
      assert.ok(root.has("/var/cordoned") && root.has("/var/mark"));
      assert.equal(root.run("rm /var/stuck", {}).status, 0);
      root.write("/var/order", "");
      assert.equal(up("1.36.3").status, 0);
      // kubeadm asks whether a pod can start, and there may be no other node for it.
      assert.ok(order().indexOf("uncordon") < order().indexOf("kubeadm upgrade apply v1.36.3"));
      assert.ok(!root.has("/var/cordoned") && !root.has("/var/mark"));
    });
  });

  it("leaves the cordon of a person", () => {
    root.write("/var/cordoned", "true\n");
    const said = up("1.36.3");
    assert.equal(said.status, 0, said.stderr);
    assert.match(said.stderr, /was cordoned by somebody else, and stays so/);
    assert.ok(order().includes("drain") && !order().includes("uncordon"));
  });

  const metric = (release: string, resource: string, subresource = ""): string =>
    `apiserver_requested_deprecated_apis{group="batch",removed_release="${release}",resource="${resource}",subresource="${subresource}",version="v1beta1"} 1\n`;

  it("is refused while somebody uses what the next version drops, which is named with who writes it", () => {
    root.write(
      "/var/metrics",
      `up 1\n${metric("1.36", "cronjobs", "status")}${metric("1.37", "jobs")}${metric("", "later")}`,
    );
    root.write(
      "/var/log/kubernetes/audit.log",
      '{"user":{"username":"system:serviceaccount:ops:sweeper"},"annotations":{"k8s.io/removed-release":"1.36"}}\n',
    );
    const said = up("1.36.3");
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /cronjobs\/status\.v1beta1\.batch, gone from 1\.36 \(written by system:serviceaccount:ops:sweeper\)/,
    );
    assert.doesNotMatch(said.stderr, /jobs\.v1beta1|later/);
    assert.deepEqual(order(), []);
    const allowed = up("1.36.3", { REMOVED_APIS: "allow" });
    assert.equal(allowed.status, 0, allowed.stderr);
    assert.match(allowed.stderr, /updates\.removedApis = allow/);
  });

  it("is refused where the backup fails, or where there is none yet", () => {
    root.write("/var/no-bucket", "");
    const failed = up("1.36.3");
    assert.equal(failed.status, 1);
    assert.match(
      failed.stderr,
      /the bucket is gone[^]*no upgrade without a backup, and it failed; nothing was changed/,
    );
    assert.deepEqual(order(), ["backup run"]);
    root.write("/opt/perigee/backup.sh", "", 0o644);
    const none = up("1.36.3");
    assert.match(none.stderr, /backup\.enabled = true, and this machine makes none yet/);
    assert.equal(up("1.36.3", { BACKUPS: "" }).status, 0);
  });

  it("neither goes back nor leaves out a minor version: says what is allowed", () => {
    for (const [version, pattern] of [
      [
        "1.35.3",
        /kubernetesVersion = 1\.35\.3: this cluster runs 1\.35\.4, and no cluster goes back\. Allowed: 1\.35\.4 or newer/,
      ],
      [
        "1.37.0",
        /kubernetesVersion = 1\.37\.0: this cluster runs 1\.35\.4.*one minor version at a time\. Allowed: a version of 1\.35 or 1\.36/,
      ],
    ] as const) {
      const said = up(version);
      assert.equal(said.status, 1, version);
      assert.match(said.stderr, pattern);
      assert.deepEqual(order(), []);
    }
  });

  for (const broken of ["upload-config", "upgrade apply"]) {
    it(`goes on where ${broken} failed, without another backup, and to no other version`, () => {
      root.write("/var/broken", broken);
      const failed = up("1.36.3");
      assert.equal(failed.status, 1);
      assert.match(failed.stderr, /no such luck/);
      const other = up("1.35.4");
      assert.equal(other.status, 1);
      assert.match(other.stderr, /the upgrade of this control plane to 1\.36\.3 has begun and is not done/);
      root.write("/var/broken", "nothing at all").write("/var/order", "");
      const mended = up("1.36.3");
      assert.equal(mended.status, 0, mended.stderr);
      assert.match(mended.stderr, /was interrupted: going on with it/);
      assert.ok(kubeadmCalls().includes("kubeadm upgrade apply v1.36.3"));
      assert.ok(!order().includes("backup run"));
    });
  }

  it("is not held to no version at all by the empty marker of a disk that was full", () => {
    root.write("/var/lib/perigee/upgrading", "");
    const same = up("1.35.4");
    assert.equal(same.status, 0, same.stderr);
    assert.deepEqual(order(), []);
    const said = up("1.36.3");
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(beforeSettings(), upgraded);
  });

  it("goes on wherever it was killed, also where kubeadm had taken a manifest away, and then is done", function () {
    this.timeout(300_000);
    const killed = (killAt: number | undefined): ScriptRunResult => {
      root.write("/var/moments", "0").write("/var/kill-at", String(killAt ?? ""));
      const script = `echo $$ >${root.at("/var/step")}\n${stepInput("init", inputs(root, "1.36.3"))}`;
      return root.run(script, { arguments: ["init", "3600"], programs: { ...programs, sleep: "" } });
    };
    const begun = root.snapshot();
    assert.equal(killed(undefined).status, 0);
    const moments = Number(root.read("/var/moments"));
    assert.ok(moments > 30, `${moments} moments`);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: moments }), (killAt) => {
        root.reset(begun);
        assert.notEqual(killed(killAt).status, 0);
        const mended = killed(undefined);
        assert.equal(mended.status, 0, mended.stderr);
        assert.equal(root.read("/var/reported"), "1.36.3\n");
        assert.equal(root.read("/var/api"), "1.36.3\n");
        assert.ok(!root.has("/var/lib/perigee/upgrading") && !root.has("/etc/perigee/ahead"));
        assert.ok(!root.has("/var/cordoned") && !root.has("/var/mark"));
        root.write("/var/order", "");
        assert.equal(killed(undefined).status, 0);
        assert.deepEqual(kubeadmCalls(), []);
      }),
      { numRuns: 6 },
    );
  });

  it("goes on right after its kubelet was restarted, when the API server that ends forbids everything", () => {
    root.write("/var/stuck", "");
    const script = stepInput("init", inputs(root, "1.36.3"));
    assert.equal(root.run(script, { arguments: ["init", "3600"], programs }).status, 1);
    assert.equal(root.run("rm /var/stuck", {}).status, 0);
    root.write("/var/restarting", "");
    const mended = up("1.36.3");
    assert.equal(mended.status, 0, mended.stderr);
    assert.doesNotMatch(mended.stderr, /Forbidden/);
  });

  it("makes the manifest that an interrupted upgrade took away, before it waits for the API", () => {
    root.write("/var/broken", "upgrade apply");
    assert.equal(up("1.36.3").status, 1);
    assert.equal(root.run("rm /etc/kubernetes/manifests/kube-apiserver.yaml", {}).status, 0);
    root.write("/var/broken", "nothing at all").write("/var/order", "");
    const mended = up("1.36.3");
    assert.equal(mended.status, 0, mended.stderr);
    assert.match(
      mended.stderr,
      /the manifest of kube-apiserver is missing since the upgrade was interrupted/,
    );
    assert.equal(kubeadmCalls()[0], "kubeadm init phase control-plane apiserver");
  });

  describe("and the copies of etcd's data that kubeadm makes", () => {
    const copy = (day: number): string => `/etc/kubernetes/tmp/kubeadm-backup-etcd-2026-11-2${day}-00-00-00`;
    beforeEach(() => {
      root.write(`${copy(6)}/etcd/member/snap/db`, "data").write("/etc/kubernetes/tmp/mine", "a person's");
    });

    it("keeps none of them when it is done", () => {
      assert.equal(up("1.36.3").status, 0);
      assert.ok(!root.has(copy(6)));
      assert.ok(root.has("/etc/kubernetes/tmp/mine"));
    });

    it("keeps the newest alone where it fails, and says where", () => {
      root.write(`${copy(5)}/etcd/member/snap/db`, "data").write("/var/broken", "upgrade apply");
      const left = copy(7);
      const kubeadm = `case "$*" in "upgrade apply"*) mkdir -p ${left} ;; esac\n${programs.kubeadm}`;
      const failed = root.run(stepInput("init", inputs(root, "1.36.3")), {
        arguments: ["init", "3600"],
        programs: { ...programs, kubeadm },
      });
      assert.equal(failed.status, 1);
      assert.ok(failed.stderr.includes(`etcd's data as kubeadm copied it before is in ${root.at(left)};`));
      assert.deepEqual(
        [5, 6, 7].filter((day) => root.has(copy(day))),
        [7],
      );
      assert.ok(root.has("/etc/kubernetes/tmp/mine"));
    });

    it("gives up the former one where there is no room for two, and is not begun where there is none for one", () => {
      root.write("/var/lib/etcd/member/snap/db", "data");
      const df = (free: string): string =>
        `case "$*" in *avail*) ${free} ;; *) printf '%s\\n' 1M-blocks 10240 ;; esac`;
      const run = (free: string): ScriptRunResult =>
        root.run(stepInput("init", inputs(root, "1.36.3")), {
          arguments: ["init", "3600"],
          programs: { ...programs, df: df(free) },
        });
      const full = run("echo 1000");
      assert.equal(full.status, 1);
      assert.match(
        full.stderr,
        /kubeadm upgrade is not begun: .* copies etcd's data \(1 MiB\), .* has 1000 MiB left, .*controlPlane\.diskGiB.*goes on/,
      );
      assert.ok(!kubeadmCalls().some((call) => call.startsWith("kubeadm upgrade")));
      assert.equal(root.read("/var/api"), "1.35.4\n");
      root.write(`${copy(6)}/etcd/member/snap/db`, "data");
      const tight = run(`if [ -e ${copy(6)} ]; then echo 1000; else echo 1100; fi`);
      assert.equal(tight.status, 0, tight.stderr);
      assert.match(tight.stderr, /no room for another copy beside it: removing it/);
    });
  });

  it("stops where the cluster is not whole afterwards, says what is where, and goes on", () => {
    const stopped = root.run(
      `late() { touch /var/no-quorum; gate "$@"; }\n${stepInput("init", inputs(root, "1.36.3")).replaceAll("gate 300", "late 0")}`,
      { arguments: ["init", "3600"], programs },
    );
    assert.equal(stopped.status, 1);
    assert.match(
      stopped.stderr,
      /after the upgrade of the control plane to 1\.36\.3:\n {2}etcd is not healthy/,
    );
    assert.match(
      stopped.stderr,
      /this control plane has Kubernetes 1\.36\.3, what follows it keeps its version.*it goes on from here/s,
    );
    assert.equal(root.run("rm -f /var/no-quorum", {}).status, 0);
    assert.equal(up("1.36.3").status, 0);
    assert.ok(!root.has("/var/lib/perigee/upgrading"));
  });
});
