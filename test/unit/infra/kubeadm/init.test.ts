import assert from "node:assert/strict";
import { stepInput } from "../../../../infra/kubeadm/step";
import { filesOfVersion, machineFileLines } from "../../../support/infra/machineFiles";
import { bootedMachine, MachineRoot, type ScriptRunResult } from "../../../support/infra/scriptRun";
import { toldMachines, toldOf } from "../../../support/infra/toldMachines";

const inputs = {
  NODE_NAME: "ground-control-plane-1",
  KUBERNETES_VERSION: "1.36.3",
  API_NAME: "api.ground.internal",
  PRIVATE_IP: "10.0.1.10",
  KUBEADM_CONFIG: "kind: ClusterConfiguration\npodSubnet: 10.244.0.0/16\nserviceSubnet: 10.96.0.0/12\n",
  AUDIT_POLICY: "kind: Policy",
  PROVIDER_ID: "aws:///eu-central-1a/i-1",
  DISK_GIB: "10",
  SECRETS_KEY: "1",
  LABELS: "topology.kubernetes.io/zone=eu-central-1a\nnode.kubernetes.io/instance-type=t3.medium",
  MACHINE_FILES: machineFileLines(filesOfVersion("1.36.3")),
  REMOVED_APIS: "refuse",
  BACKUPS: "yes",
};

const programs = {
  ...bootedMachine,
  getent: 'echo "10.0.1.10 STREAM api.ground.internal"',
  // It makes the certificate that the step prints.
  kubeadm: "mkdir -p /etc/kubernetes/pki; echo certificate >/etc/kubernetes/pki/ca.crt",
  // A cluster as the inputs want it, whose node keeps the labels that it is given.
  kubectl: `case "$*" in
    ${toldMachines}
    *" /version") echo '"gitVersion": "v1.36.3"' ;;
    *kubeadm-config*) printf '  podSubnet: 10.244.0.0/16\\n  serviceSubnet: 10.96.0.0/12\\n' ;;
    "label node ground-control-plane-1 --overwrite "*) shift 4; printf '%s\\n' "$@" >/var/labels ;;
  esac`,
};

describe("init", () => {
  let root: MachineRoot;
  beforeEach(() => {
    root = new MachineRoot();
    root.write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755).write("/var/lib/perigee/prepared-1.36.3", "");
  });
  afterEach(() => root.remove());

  const init = (more: Readonly<Record<string, string>> = {}): ScriptRunResult =>
    root.run(stepInput("init", { ...inputs, ...more }), { arguments: ["init", "3600"], programs });
  const kubeadm = ({ calls }: ScriptRunResult): string[] =>
    calls.filter((call) => call.startsWith("kubeadm ")).map((call) => call.split(" ")[1] ?? "");

  it("undoes nothing on a machine that has only what the kubelet's package brought", () => {
    root.write("/etc/kubernetes/manifests/.kubelet-keep", "");
    root.write("/var/lib/kubelet/.kubelet-keep", "");
    const said = init();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(kubeadm(said), ["init"]);
    assert.doesNotMatch(said.stderr, /undoing/);
    assert.ok(root.has("/etc/kubernetes/manifests/.kubelet-keep"));
    assert.equal(said.stdout, "certificate\n");
  });

  it("undoes an attempt that left the manifest of a control plane's part", () => {
    root.write("/etc/kubernetes/manifests/.kubelet-keep", "");
    root.write("/etc/kubernetes/manifests/etcd.yaml", "kind: Pod\n");
    const said = init();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(kubeadm(said), ["reset", "init"]);
    assert.match(said.stderr, /undoing what an unfinished attempt, or another cluster, left here/);
    assert.ok(!root.has("/etc/kubernetes/manifests/etcd.yaml"));
  });

  it("begins no new cluster on a machine that was made for a restore, until somebody says that it shall", () => {
    const refused = init({ RESTORE_FROM: "nothing" });
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /in the place of a control plane that died, and has none of its data yet: set restoreFrom to latest .* or to empty/,
    );
    assert.deepEqual(kubeadm(refused), []);
    assert.deepEqual(kubeadm(init({ RESTORE_FROM: "empty" })), ["init"]);
    const again = init({ RESTORE_FROM: "nothing" });
    assert.equal(again.status, 0, "it has data now");
    assert.deepEqual(kubeadm(again), []);
  });

  it("gives the node the labels of its place, and a running one those that have changed since", () => {
    const first = init();
    assert.equal(first.status, 0, first.stderr);
    assert.equal(root.read("/var/labels"), `${inputs.LABELS}\n`);
    const labels = inputs.LABELS.replace("t3.medium", "t3.large");
    const again = init({ LABELS: labels });
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(kubeadm(again), []);
    assert.equal(root.read("/var/labels"), `${labels}\n`);
    assert.equal(again.stdout, "certificate\n", "the next steps read it");
  });

  it("tells the cluster its address, and takes the file of a former Perigee over", () => {
    root.write("/var/lib/perigee/admitted/ground-control-plane-1.address", "10.0.1.9\n");
    assert.equal(init().status, 0);
    assert.equal(root.read(toldOf("ground-control-plane-1", "address")), "10.0.1.10\n");
    assert.ok(!root.has("/var/lib/perigee/admitted/ground-control-plane-1.address"));
  });
});
