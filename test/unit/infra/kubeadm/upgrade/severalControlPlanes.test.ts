import assert from "node:assert/strict";
import { stepInput } from "../../../../../infra/kubeadm/step";
import type { MachineRoot, ScriptRunResult } from "../../../../support/infra/scriptRun";
import { member, writeMembers } from "../controlPlanes/etcd";
import { init, inputs, orderOn, programs, runningMachine } from "./machine";

const names = [1, 2, 3].map((number) => `ground-control-plane-${number}`);
const several = { CONTROL_PLANES: names.join("\n"), PEERS: "10.0.2.10\n10.0.3.10" };
/** The step of the acting one, which restarts for settings when the others have theirs. */
const acting = { ...several, LATER: "yes" };
const dead = { answers: false };

describe("one of several control planes whose version changes", () => {
  let root: MachineRoot;
  beforeEach(() => {
    root = runningMachine();
    writeMembers(
      root,
      [1, 2, 3].map((number) => member(number)),
    );
    root.write("/var/others", "1.35.4");
    root.write("/var/control-planes", names.map((name, index) => `${name} 10.0.${index + 1}.10\n`).join(""));
    root.write("/var/api-servers", "ground-control-plane-2 True\nground-control-plane-3 True\n");
  });
  afterEach(() => root.remove());

  const up = (more: Readonly<Record<string, string>>): ScriptRunResult =>
    init(root, { ...inputs(root, "1.36.3"), ...more });
  /** The same, with a cluster that is not waited for. */
  const atOnce = (more: Readonly<Record<string, string>>): ScriptRunResult =>
    root.run(
      stepInput("init", { ...inputs(root, "1.36.3"), ...more }).replaceAll(
        /(local limit|limit)=\d+|gate (60|300)/g,
        (text) => text.replace(/\d+/, "0"),
      ),
      { arguments: ["init", "3600"], programs: { ...programs, sleep: "" } },
    );
  const changes = (): string[] => orderOn(root).filter((line) => !line.includes(" phase "));
  const whole = ["drain", "prepare", "restart kubelet", "uncordon"];
  /** The cluster as the first one leaves it. */
  const begunByAnother = (applied: string): void => {
    root.write("/var/uploaded", inputs(root, "1.36.3").KUBEADM_CONFIG).write("/var/applied", applied);
  };

  it("applies it to the cluster, where its configuration has the former version: with checks and a backup, whoever has etcd's leader", () => {
    const said = up(acting);
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(changes(), [
      ...["backup now", "prepare ahead", "kubeadm upgrade apply v1.36.3", "cordon"],
      ...whole,
    ]);
    assert.equal(root.read("/var/applied"), "1.36.3\n");
    assert.match(root.read("/etc/hosts"), /^10\.0\.1\.10 api\.ground\.internal # perigee/m);
  });

  it("follows with `upgrade node` where another has applied it: without another check or backup", () => {
    begunByAnother("1.36.3\n");
    root.write(
      "/var/metrics",
      'apiserver_requested_deprecated_apis{removed_release="1.36",resource="jobs"} 1\n',
    );
    const said = up(several);
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(changes(), ["prepare ahead", "kubeadm upgrade node", "cordon", ...whole]);
  });

  it("applies it where whoever had begun died before its end", () => {
    begunByAnother("");
    assert.equal(up(several).status, 0);
    assert.ok(changes().includes("kubeadm upgrade apply v1.36.3"));
    assert.ok(!changes().includes("backup now"));
  });

  for (const [what, file, content, named] of [
    [
      "a member of etcd does not answer",
      "/var/silent",
      "https://10.0.3.10:2379\n",
      /these members do not answer: ground-control-plane-3/,
    ],
    [
      "an API server is not ready",
      "/var/api-servers",
      "ground-control-plane-2 False\n",
      /the API server of ground-control-plane-2 is not Ready/,
    ],
    [
      "a control plane has no API server, and its Node is Ready",
      "/var/api-servers",
      "ground-control-plane-2 True\n",
      /the API server of ground-control-plane-3 is missing: .*On ground-control-plane-3, .*'kubeadm init phase control-plane apiserver/,
    ],
    [
      "an API server says Ready by its pod and answers nobody",
      "/var/no-answer",
      "https://10.0.3.10:6443\n",
      /the API server of ground-control-plane-3 does not answer at 10\.0\.3\.10:6443: on ground-control-plane-3, /,
    ],
    ["a node is not Ready", "/var/worker", "Unknown", /node ground-default-1 is not Ready/],
  ] as const) {
    it(`is not begun while ${what}: says what is where`, () => {
      root.write(file, content);
      const first = atOnce(acting);
      assert.equal(first.status, 1);
      assert.match(first.stderr, named);
      assert.match(first.stderr, /nothing was changed\..* put kubernetesVersion back first/);
      begunByAnother("1.36.3\n");
      const later = atOnce(several);
      assert.equal(later.status, 1);
      assert.match(later.stderr, named);
      assert.match(
        later.stderr,
        /ground-control-plane-1 and what follows it keep their version.*it goes on from here/s,
      );
      assert.deepEqual(changes(), []);
      assert.ok(!root.has("/var/lib/perigee/upgrading"));
    });
  }

  it("is not begun while somebody has asked another API server for what goes", () => {
    root.write(
      "/var/metrics-of-another",
      'apiserver_requested_deprecated_apis{group="",removed_release="1.36",resource="jobs",subresource="",version="v1"} 1\n',
    );
    const said = up(acting);
    assert.equal(said.status, 1);
    assert.match(said.stderr, /jobs\.v1, gone from 1\.36/);
    assert.deepEqual(changes(), []);
  });

  it("lets the successor of a dead one join first, where it acts in the middle of an upgrade, and then goes on", () => {
    begunByAnother("1.36.3\n");
    writeMembers(root, [member(1), member(2), member(3, dead)]);
    const first = atOnce(acting);
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stderr, /waits for the others: it goes on when they are there/);
    assert.deepEqual(changes(), []);
    assert.equal(root.read("/var/reported"), "1.35.4\n");
    assert.equal(first.stdout, "ca\n");
    writeMembers(
      root,
      [1, 2, 3].map((number) => member(number)),
    );
    root.write("/var/others", "1.36.3");
    const last = up(several);
    assert.equal(last.status, 0, last.stderr);
    assert.deepEqual(changes(), ["prepare ahead", "kubeadm upgrade node", "cordon", ...whole]);
    assert.ok(orderOn(root).includes("kubeadm init phase addon all"));
  });

  it("does not let the cluster go back where the one that had begun died: it has the former version itself, and refuses it", () => {
    begunByAnother("1.36.3\n");
    writeMembers(root, [member(1), member(2), member(3, dead)]);
    const back = init(root, { ...inputs(root, "1.35.4"), ...acting });
    assert.equal(back.status, 1);
    assert.match(
      back.stderr,
      /kubernetesVersion = 1\.35\.4: another control plane has begun .* to 1\.36\.3, .* Allowed: 1\.36\.3;/,
    );
    assert.deepEqual(orderOn(root), []);
    assert.match(root.read("/var/uploaded"), /^kubernetesVersion: v1\.36\.3$/m);
  });

  it("that was interrupted tells the cluster's configuration the new version before it lets a successor join", () => {
    root.write("/var/broken", "upload-config");
    assert.equal(up(acting).status, 1);
    root.write("/var/broken", "nothing at all").write("/var/order", "");
    writeMembers(root, [member(1), member(2), member(3, dead)]);
    const first = atOnce(acting);
    assert.equal(first.status, 0, first.stderr);
    assert.deepEqual(changes(), ["prepare ahead"]);
    assert.match(root.read("/var/uploaded"), /^kubernetesVersion: v1\.36\.3$/m);
    assert.equal(root.read("/var/lib/perigee/upgrading"), "1.36.3\n");
    const last = atOnce(several);
    assert.equal(last.status, 1);
    assert.match(last.stderr, /'pulumi refresh', then 'pulumi up', replaces a machine that is gone/);
  });

  it("of which another one dies while it acts ends well: what follows does not begin before the cluster is whole", () => {
    const script = stepInput("init", { ...inputs(root, "1.36.3"), ...acting });
    const late = `late() { echo https://10.0.3.10:2379 >/var/silent; gate 0 "$2"; }\n`;
    const said = root.run(late + script.replaceAll("gate 300", "late 0"), {
      arguments: ["init", "3600"],
      programs: { ...programs, sleep: "" },
    });
    assert.equal(said.status, 0, said.stderr);
    assert.match(
      said.stderr,
      /ground-control-plane-3\n.*has to be mended, or replaced, before the next one is/,
    );
    assert.ok(!root.has("/var/lib/perigee/upgrading"));
  });

  it("that acts ends what a killed run had begun to apply, where that left it without an API server", () => {
    root.write("/var/lib/perigee/begun-documents", "");
    assert.equal(root.run("rm /etc/kubernetes/manifests/kube-apiserver.yaml", {}).status, 0);
    const said = init(root, { ...inputs(root, "1.35.4"), ...acting });
    assert.equal(said.status, 0, said.stderr);
    assert.ok(orderOn(root).includes("kubeadm init phase control-plane all"));
    assert.ok(!root.has("/var/lib/perigee/begun-documents"));
  });

  it("without a majority of etcd says so, and what brings the cluster back, beside the API server that does not answer", () => {
    root.write("/var/no-quorum", "").write("/var/no-api", "");
    const script = stepInput("init", { ...inputs(root, "1.35.4"), ...acting });
    const said = root.run(script.replaceAll("wait_for 300", "wait_for 0"), {
      arguments: ["init", "3600"],
      programs: { ...programs, sleep: "" },
    });
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /waiting for the API server of this control plane to answer[^]*more than half of the control planes are gone.*runbook\.md/,
    );
  });

  it("takes changed settings only while every member of etcd answers, for its own one starts again", () => {
    writeMembers(root, [member(1), member(2, dead), member(3)]);
    const changed = { ...inputs(root, "1.35.4"), ...several, AUDIT_POLICY: "kind: Policy\nrules: []\n" };
    const refused = root.run(stepInput("init", changed).replaceAll("wait_for 300", "wait_for 0"), {
      arguments: ["init", "3600"],
      programs: { ...programs, sleep: "" },
    });
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /these members do not answer: ground-control-plane-2\n.*nothing was changed on it/,
    );
    assert.deepEqual(orderOn(root), []);
    writeMembers(
      root,
      [1, 2, 3].map((number) => member(number)),
    );
    const applied = init(root, changed);
    assert.equal(applied.status, 0, applied.stderr);
    assert.ok(orderOn(root).includes("kubeadm init phase etcd local"));
  });

  it("leaves kube-proxy and cluster DNS to the last one: neither may be newer than an API server", () => {
    begunByAnother("1.36.3\n");
    const said = up(several);
    assert.match(said.stderr, /stay as they are until ground-control-plane-2 has Kubernetes 1\.36\.3/);
    assert.ok(!orderOn(root).includes("kubeadm init phase addon all"));
  });
});
