import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { kubeletArgs, workerDocument, type WorkerDocumentArgs } from "../../../../infra/kubeadm/documents";
import { stepInput } from "../../../../infra/kubeadm/step";
import { filesOfVersion, machineFileLines } from "../../../support/infra/machineFiles";
import { MachineRoot, type ScriptRunResult } from "../../../support/infra/scriptRun";
import { taintedWorker, worker } from "./examples";

const inputs = (node: WorkerDocumentArgs, kubeletConfig: string) => ({
  NODE_NAME: "ground-default-1",
  PROVIDER_ID: "aws:///eu-central-1a/i-1",
  API_NAME: "api.ground.internal",
  CA_CERTIFICATE: "ca",
  CERTIFICATE: "certificate",
  KUBEADM_CONFIG: workerDocument(node),
  KUBELET_CONFIG: kubeletConfig,
  KUBELET_ARGS: kubeletArgs(node),
  DISK_GIB: "10",
  READY_TIMEOUT: "1",
  KUBERNETES_VERSION: "1.36.3",
  MACHINE_FILES: machineFileLines(filesOfVersion("1.36.3")),
});

describe("a worker whose settings change", () => {
  const argsFile = "/var/lib/kubelet/kubeadm-flags.env";
  let root: MachineRoot;
  beforeEach(() => {
    root = new MachineRoot();
    root.write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755);
    root.write("/etc/perigee/kubeadm.yaml", "before").write("/etc/kubernetes/kubelet.conf", "");
    root.write("/etc/kubernetes/pki/ca.crt", "ca\n").write("/var/lib/perigee/joined", "");
    root.write(
      argsFile,
      'KUBELET_KUBEADM_ARGS="--node-ip=10.0.1.11 --node-labels=old=1 --pod-infra-container-image=p"\n',
    );
  });
  afterEach(() => root.remove());

  const run = (
    node: WorkerDocumentArgs,
    kubeletConfig = "one",
    kubeadm = "",
    openssl = "",
    packages: Readonly<Record<string, string>> = {},
  ): ScriptRunResult =>
    root.run(stepInput("join", inputs(node, kubeletConfig)), {
      arguments: ["join", "3600"],
      programs: {
        ...{ "cloud-init": "", findmnt: "echo 7:1 btrfs /", df: "printf '%s\\n' 1M-blocks 10240" },
        ...{
          kubeadm,
          systemctl: "",
          kubectl: "echo True",
          kubelet: "echo Kubernetes v1.36.3",
          sleep: "",
          journalctl: "",
          openssl,
          ...packages,
        },
      },
    });
  const done = ({ calls }: ScriptRunResult): string[] =>
    calls.filter((call) => /^(kubeadm|systemctl)/.test(call)).map((call) => call.replaceAll(root.path, ""));

  it("takes the kubelet's configuration from the cluster, restarts it, and then has nothing to do", () => {
    run(worker);
    const changed = run(worker, "two");
    assert.equal(changed.status, 0, changed.stderr);
    assert.deepEqual(done(changed), [
      "kubeadm upgrade node phase kubelet-config --patches /etc/perigee/patches",
      "systemctl restart kubelet",
    ]);
    const again = run(worker, "two");
    assert.deepEqual(done(again), []);
    assert.match(again.stdout, /joined already/);
  });

  it("makes the kubelet's files root's alone to read, each time, and leaves what somebody else has told dpkg", () => {
    const unit = "/usr/lib/systemd/system/kubelet.service";
    const dropIn = `${unit}.d/10-kubeadm.conf`;
    const packages = (overrides: string) => ({
      "dpkg-query": `printf '%s\\n' /usr/bin/kubelet ${unit} ${unit}.d ${dropIn}`,
      "dpkg-statoverride": `case "$*" in "--list "*) ${overrides} ;; esac`,
    });
    const config = "/var/lib/kubelet/config.yaml";
    root.write(config, "", 0o644);
    const first = run(worker, "one", "", "", packages(""));
    assert.equal(first.status, 0, first.stderr);
    const added = ({ calls }: ScriptRunResult) => calls.filter((call) => call.includes("--add"));
    assert.deepEqual(
      added(first),
      [unit, dropIn].map((file) => `dpkg-statoverride --update --add root root 600 ${file}`),
    );
    assert.equal(statSync(root.at(config)).mode & 0o777, 0o600);
    root.write(config, "", 0o644);
    const others = run(worker, "one", "", "", packages('echo "root adm 640 $2"'));
    assert.deepEqual([others.status, added(others)], [0, []]);
    assert.equal(statSync(root.at(config)).mode & 0o777, 0o600);
  });

  it("registers itself with the labels and taints of now, should its Node be deleted", () => {
    assert.equal(run(taintedWorker).status, 0);
    assert.equal(
      root.read(argsFile),
      'KUBELET_KUBEADM_ARGS="--node-ip=10.0.2.12 --node-labels=example.org/pass=true,tier=burst ' +
        "--register-with-taints=example.org/pass=y:NoSchedule,example.org/night=:NoExecute " +
        '--pod-infra-container-image=p"\n',
    );
    assert.equal(run(worker).status, 0);
    assert.doesNotMatch(root.read(argsFile), /example\.org|register-with-taints/);
  });

  it("says what it waited for where the cluster does not give it, and tries again the next time", () => {
    const failed = run(worker, "two", "exit 1");
    assert.equal(failed.status, 1);
    assert.match(
      failed.stderr,
      /timed out after 1s waiting for the kubelet's configuration from the cluster/,
    );
    assert.deepEqual(done(run(worker, "two")).length, 2);
  });

  it("is done when its kubelet has a serving certificate, and says where it is told why there is none", () => {
    assert.match(
      run(worker).calls.join("\n"),
      /openssl x509 -noout -checkend 0 -in .*\/kubelet-server-current\.pem/,
    );
    const failed = run(worker, "one", "", "exit 1");
    assert.equal(failed.status, 1);
    assert.match(
      failed.stderr,
      /got no serving certificate; on the control plane 'journalctl -u perigee-approver'/,
    );
    assert.doesNotMatch(failed.stdout, /is Ready/);
  });
});
