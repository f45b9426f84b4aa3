import assert from "node:assert/strict";
import { kubeletArgs, workerDocument } from "../../../../../infra/kubeadm/documents";
import { stepInput } from "../../../../../infra/kubeadm/step";
import { filesOfVersion, installingPrepare, machineFileLines } from "../../../../support/infra/machineFiles";
import { bootedMachine, MachineRoot, type ScriptRunResult } from "../../../../support/infra/scriptRun";
import { etcdPrograms, member, writeMembers } from "../controlPlanes/etcd";
import { worker } from "../examples";

const node = worker.nodeName;

describe("the way for a worker's upgrade, made on the control plane", () => {
  let root: MachineRoot;
  beforeEach(() => {
    root = new MachineRoot();
    root.write("/var/kubelet", "1.35.4").write("/var/lib/perigee/admitted/none", "");
    writeMembers(root, [member(1)]);
  });
  afterEach(() => root.remove());

  const inputs = {
    ...{ NODE_NAME: node, CONTROL_PLANE: "i-1", PROVIDER_ID: "aws:///a/i-2", PRIVATE_IP: "10.0.1.11" },
    ...{ REQUEST: "request", LABELS: "", TAINTS: "", DRAIN_TIMEOUT: "1", KUBERNETES_VERSION: "1.36.3" },
  };
  const admit = (patience = 300): ScriptRunResult =>
    root.run(stepInput("member", inputs).replaceAll("gate 300", `gate ${patience}`), {
      arguments: ["admit", "900"],
      programs: {
        sleep: "",
        openssl: `echo "subject=O=system:nodes,CN=system:node:${node}"`,
        ...etcdPrograms,
        kubectl: `
          case "$*" in
            *"get certificatesigningrequest"*) echo Y2VydGlmaWNhdGU= ;;
            *"get node $NODE"*kubeletVersion*) echo "v$(cat /var/kubelet)" ;;
            *"get nodes --selector node-role"*) cat /var/control-planes 2>/dev/null || echo "ground-control-plane-1 10.0.1.10" ;;
            *"get nodes"*) echo "other $(cat /var/other 2>/dev/null || echo True)" ;;
            *"get pods"*kube-apiserver*) echo "ground-control-plane-1 True" ;;
            *"get deployment coredns"*) echo True ;;
            *unschedulable*) cat /var/cordoned 2>/dev/null ;;
            *type==*) echo True ;;
            *"get node"*--output\\ name*) echo node/x ;;
            "cordon "*) echo true >/var/cordoned ;;
            "uncordon "*) rm /var/cordoned ;;
            "annotate "*upgrade-) rm /var/mark ;;
            "annotate "*) echo 1.36.3 >/var/mark ;;
            *cordoned-for-upgrade*) cat /var/mark 2>/dev/null || true ;;
            "drain "*--dry-run*) ;;
            "drain "*) [ ! -e /var/stuck ] ;;
          esac`,
      },
    });
  const changes = ({ calls }: ScriptRunResult): string[] =>
    calls.flatMap((call) => /^kubectl (annotate|cordon|drain)(?!.*--dry-run)/.exec(call)?.[1] ?? []);

  it("is nothing for a worker that has the version, or a newer one from before a restore", () => {
    for (const version of ["1.36.3", "1.37.0"]) {
      root.write("/var/kubelet", version);
      const said = admit();
      assert.equal(said.status, 0, said.stderr);
      assert.deepEqual(changes(said), [], version);
    }
  });

  it("is a mark, a cordon and a drain; run again, a drain alone", () => {
    const said = admit();
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(changes(said), ["annotate", "cordon", "drain"]);
    assert.equal(said.stdout, "certificate");
    assert.deepEqual(changes(admit()), ["drain"]);
  });

  it("leaves the cordon of a person without a mark, by which it would be taken away", () => {
    root.write("/var/cordoned", "true\n");
    assert.deepEqual(changes(admit()), ["drain"]);
  });

  it("is not made while another node is not Ready: says what is where", () => {
    root.write("/var/other", "False");
    const said = admit(0);
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /before the upgrade of ground-default-1 from 1\.35\.4 to 1\.36\.3:\n {2}node other is not Ready/,
    );
    assert.match(said.stderr, /ground-default-1 and what follows it keep theirs.*it goes on from here/s);
    assert.deepEqual(changes(said), []);
  });

  it("is not made while a control plane has no API server: says which, and what to do", () => {
    root.write("/var/control-planes", "ground-control-plane-1 10.0.1.10\nground-control-plane-2 10.0.2.10\n");
    const said = admit(0);
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /\n {2}the API server of ground-control-plane-2 is missing: .*'kubeadm init phase/,
    );
    assert.deepEqual(changes(said), []);
  });

  it("ends with the drain's limit, and the pods that would not go", () => {
    root.write("/var/stuck", "");
    const said = admit();
    assert.equal(said.status, 1);
    assert.match(said.stderr, /could not be drained, .*until then the node takes pods again/);
    assert.ok(
      !root.has("/var/cordoned") && !root.has("/var/mark"),
      "it takes pods until the upgrade goes on",
    );
    root.write("/var/cordoned", "true\n"); // a person, since
    assert.match(admit().stderr, /'kubectl uncordon ground-default-1' takes it back/);
    assert.ok(root.has("/var/cordoned"));
  });
});

describe("a worker whose version changes", () => {
  let root: MachineRoot;
  beforeEach(() => {
    root = new MachineRoot();
    root.write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755).write("/etc/kubernetes/kubelet.conf", "");
    root.write("/etc/kubernetes/pki/ca.crt", "ca\n").write("/var/lib/perigee/joined", "");
    root.write("/var/lib/kubelet/kubeadm-flags.env", 'KUBELET_KUBEADM_ARGS=""\n');
    root.write("/var/lib/kubelet/config.yaml", "clusterDNS:\n- 10.96.0.10\nclusterDomain: cluster.local\n");
    root.write("/var/kubelet", "1.35.4\n").write("/var/reported", "1.35.4\n").write("/var/api", "1.36.3\n");
    root.write("/var/order", "").write("/var/ready", "True");
    assert.equal(join("1.35.4").status, 0);
    root.write("/var/order", "").write("/var/mark", "1.36.3");
  });
  afterEach(() => root.remove());

  const join = (version: string): ScriptRunResult =>
    root.run(
      stepInput("join", {
        ...{
          NODE_NAME: node,
          PROVIDER_ID: "aws:///a/i-2",
          API_NAME: "api.ground.internal",
          CA_CERTIFICATE: "ca",
        },
        ...{ CERTIFICATE: "certificate", KUBEADM_CONFIG: workerDocument(worker), KUBELET_CONFIG: "one" },
        ...{
          KUBELET_ARGS: kubeletArgs(worker),
          DISK_GIB: "10",
          READY_TIMEOUT: "1",
          KUBERNETES_VERSION: version,
        },
        MACHINE_FILES: machineFileLines({
          ...filesOfVersion(version),
          "/opt/perigee/prepare.sh": installingPrepare(root),
        }),
      }).replaceAll("wait_for 120", "wait_for 0"),
      {
        arguments: ["join", "3600"],
        programs: {
          ...bootedMachine,
          openssl: "",
          getent: "echo 10.0.1.10",
          timeout: 'while [[ "$1" == --* ]]; do shift; done; [ "$2" != bash ] || exit 0; shift; exec "$@"',
          kubelet: 'echo "Kubernetes v$(cat /var/kubelet)"',
          kubeadm: `
            said="$*"; echo "kubeadm \${said%% --*}" >>/var/order
            [ ! -e /var/broken ] || { echo "kubeadm: no such luck"; exit 1; }
            if [ "$1" = join ]; then
              if [ "$(cat /var/ready)" = True ]; then echo 'a Node with name "${node}" and status "Ready" already exists'; exit 1; fi
              echo True >/var/ready
            fi`,
          systemctl: `case "$*" in "restart kubelet") echo "restart kubelet" >>/var/order; cp /var/kubelet /var/reported ;; esac`,
          kubectl: `
            case "$*" in
              *"--raw /version") printf '{"gitVersion": "v%s"}' "$(cat /var/api)" ;;
              *kubeletVersion*) echo "v$(cat /var/reported)" ;;
              *annotations*) cat /var/mark 2>/dev/null ;;
              *unschedulable*) echo true ;;
              *type==*) cat /var/ready ;;
              *" patch node "*--subresource\\ status*'"status": "False"'*) echo False >/var/ready ;;
              *" uncordon "*) echo uncordon >>/var/order ;;
              *" annotate "*) rm -f /var/mark ;;
            esac`,
        },
      },
    );
  const order = (): string[] => root.read("/var/order").split("\n").slice(0, -1);

  it("gets kubeadm and images, its configuration, the kubelet, and comes back; then there is nothing to do", () => {
    const said = join("1.36.3");
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(
      order().filter((line, index, all) => line !== all[index - 1]),
      [
        "prepare",
        "prepare ahead",
        "kubeadm upgrade node",
        "prepare",
        "restart kubelet",
        "prepare",
        "uncordon",
      ],
    );
    assert.equal(root.read("/var/reported"), "1.36.3\n");
    assert.ok(!root.has("/var/mark"));
    root.write("/var/order", "");
    assert.equal(join("1.36.3").status, 0);
    assert.deepEqual([...new Set(order())], ["prepare"]);
  });

  it("waits for the control plane: no kubelet is newer than its API server", () => {
    root.write("/var/api", "1.35.4");
    const said = join("1.36.3");
    assert.equal(said.status, 1);
    assert.match(
      said.stderr,
      /waiting for the API server to run Kubernetes 1\.36\.3: no worker is newer than it/,
    );
    assert.equal(root.read("/var/kubelet"), "1.35.4\n");
  });

  it("stays drained where it fails, and goes on, and only then comes back", () => {
    root.write("/var/broken", "");
    const failed = join("1.36.3");
    assert.equal(failed.status, 1);
    assert.match(failed.stderr, /no such luck[^]*stays drained: mend it, and run 'pulumi up' again/);
    assert.ok(root.has("/var/mark"));
    root.run("rm /var/broken", {});
    const mended = join("1.36.3");
    assert.equal(mended.status, 0, mended.stderr);
    assert.ok(order().includes("uncordon"));
  });

  it("stays cordoned where a person had cordoned it", () => {
    root.run("rm /var/mark", {});
    const said = join("1.36.3");
    assert.equal(said.status, 0, said.stderr);
    assert.match(said.stdout, /was cordoned by somebody else, and stays so/);
    assert.ok(!order().includes("uncordon"));
  });

  it("joins anew where its control plane was restored at an older version, in which its Node says Ready", () => {
    assert.equal(join("1.36.3").status, 0);
    root.write("/var/api", "1.35.4").write("/var/order", "").write("/etc/perigee/join/kubelet.key", "key");
    root.write("/var/lib/perigee/prepared-1.35.4", ""); // it had that version before
    const said = join("1.35.4");
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(
      order().filter((line) => line.startsWith("kubeadm")),
      ["kubeadm reset", "kubeadm join"],
    );
    assert.ok(!root.has("/var/lib/perigee/prepared-1.35.4"), "its packages are not those any more");
  });
});
