/** Stand-ins for a control plane whose version changes, and its cluster, for runs of `init`. */
import assert from "node:assert/strict";
import { controlPlaneDocuments } from "../../../../../infra/kubeadm/documents";
import { stepInput } from "../../../../../infra/kubeadm/step";
import { filesOfVersion, installingPrepare, machineFileLines } from "../../../../support/infra/machineFiles";
import { bootedMachine, MachineRoot, type ScriptRunResult } from "../../../../support/infra/scriptRun";
import { toldMachines } from "../../../../support/infra/toldMachines";
import { etcdPrograms, member, writeMembers } from "../controlPlanes/etcd";
import { controlPlane } from "../examples";

/** Inputs of `init` on this machine. */
export const inputs = (root: MachineRoot, version: string) => ({
  NODE_NAME: controlPlane.nodeName,
  KUBERNETES_VERSION: version,
  API_NAME: controlPlane.apiName,
  PRIVATE_IP: controlPlane.privateIp,
  KUBEADM_CONFIG: controlPlaneDocuments({ ...controlPlane, kubernetesVersion: version }),
  AUDIT_POLICY: "kind: Policy\n",
  PROVIDER_ID: "aws:///eu-central-1a/i-1",
  DISK_GIB: "10",
  SECRETS_KEY: "1",
  LABELS: "topology.kubernetes.io/zone=eu-central-1a",
  MACHINE_FILES: machineFileLines({
    ...filesOfVersion(version),
    "/opt/perigee/prepare.sh": installingPrepare(root),
  }),
  REMOVED_APIS: "refuse",
  BACKUPS: "yes",
  DRAIN_TIMEOUT: "1",
});

/** A run that is killed at a certain one of these moments: before and after what changes something. */
const moment = `
  moment() {
    local passed=$(($(cat /var/moments 2>/dev/null || echo 0) + 1))
    echo "$passed" >/var/moments
    if [ "$passed" = "$(cat /var/kill-at 2>/dev/null)" ]; then kill -KILL "$(cat /var/step)"; exit 1; fi
  }`;

/** A cluster in files: versions of API and kubelet, what is not well, and the order of what was done to it. */
export const programs = {
  ...bootedMachine,
  getent: `echo "${controlPlane.privateIp} STREAM api"`,
  ...etcdPrograms,
  mv: `${moment}; moment; /bin/mv "$@"; moment`,
  kubeadm: `${moment}
    moment
    said="$*"; echo "kubeadm \${said%% --*}" >>/var/order
    [ ! -e /var/broken ] || [[ "$*" != *"$(cat /var/broken)"* ]] || { echo "kubeadm: no such luck"; exit 1; }
    run() {
      for pod; do
        mkdir -p /etc/kubernetes/manifests; rm -f "/etc/kubernetes/manifests/$pod.yaml"
        moment
        cp "/etc/perigee/patches/\${pod}0+strategic.yaml" "/etc/kubernetes/manifests/$pod.yaml"
        cp "/etc/perigee/patches/\${pod}0+strategic.yaml" "/var/running-$pod"
      done
    }
    mkdir -p /etc/kubernetes/pki/etcd
    case "$*" in
      "init --skip"*) echo ca >/etc/kubernetes/pki/ca.crt; run etcd kube-apiserver kube-controller-manager kube-scheduler; echo 1.35.4 >/var/api ;;
      "upgrade node "*) run etcd kube-apiserver kube-controller-manager kube-scheduler; sed -n 's/^kubernetesVersion: v//p' /var/uploaded >/var/api ;;
      "upgrade apply "*) run etcd kube-apiserver kube-controller-manager kube-scheduler; echo "\${3#v}" >/var/api ;;
      "init phase etcd "*) run etcd ;;
      "init phase control-plane all "*) run kube-apiserver kube-controller-manager kube-scheduler ;;
      "init phase control-plane "*) run "kube-$4" ;;
      "init phase upload-config "*) cp /etc/perigee/kubeadm.yaml /var/uploaded ;;
    esac
    moment`,
  systemctl: `${moment}
    case "$*" in "restart kubelet") moment; echo "restart kubelet" >>/var/order; cp /var/kubelet /var/reported; touch /var/restarting; moment ;; esac`,
  // A kubelet of another minor version starts the static pods again, after it has said Ready.
  crictl: `case "$*" in
    *--label*) if [ -e /var/restarting ]; then rm /var/restarting; exit; fi ;;
  esac
  ${etcdPrograms.crictl}`,
  kubectl: `
    if [ -e /var/restarting ]; then case "$*" in
      *unschedulable*|"uncordon "*|*for-upgrade*) echo "Error from server (Forbidden): User kubernetes-admin cannot get nodes" >&2; exit 1 ;;
    esac; fi
    case "$*" in
      *proxy/pods*) for pod in etcd kube-apiserver kube-controller-manager kube-scheduler; do
        printf '{"metadata":{"name":"%s-ground-control-plane-1","namespace":"kube-system","uid":"0a1b"}},' "$pod"; done ;;
      *"--server https://10.0."*readyz*) ! grep -qxF "$(sed 's/.*--server \\([^ ]*\\).*/\\1/' <<<"$*")" /var/no-answer 2>/dev/null ;;
      *readyz*)
        for pod in etcd kube-apiserver; do [ -e "/etc/kubernetes/manifests/$pod.yaml" ] || { echo "refused" >&2; exit 1; }; done
        [ ! -e /var/no-api ] || { echo "[-]etcd failed: reason withheld" >&2; exit 1; } ;;
      *"--server https://10.0.2.10:6443 "*"/metrics") cat /var/metrics-of-another ;;
      *hostIP*) echo "10.0.1.10$([ ! -e /var/metrics-of-another ] || echo " 10.0.2.10")" ;;
      *"/metrics") cat /var/metrics 2>/dev/null || true ;;
      *"--raw /version") printf '{"gitVersion": "v%s"}' "$(cat /var/api)" ;;
      *kubeadm-config*) cat /var/uploaded ;;
      *"get configmap perigee-upgrade "*) cat /var/applied 2>/dev/null || true ;;
      *"get node ground-control-plane-"[23]*kubeletVersion*) echo "v$(cat /var/others)" ;;
      "apply "*"--field-manager perigee "*)
        applied=$(sed -n 's/.*applied: "\\(.*\\)".*/\\1/p'); [ -z "$applied" ] || echo "$applied" >/var/applied ;;
      ${toldMachines}
      "drain "*--dry-run*) [ ! -e /var/loose ] || { cat /var/loose >&2; exit 1; } ;;
      "drain "*) echo drain >>/var/order; [ ! -e /var/stuck ] ;;
      "cordon "*) echo cordon >>/var/order; echo true >/var/cordoned ;;
      "uncordon "*) echo uncordon >>/var/order; rm -f /var/cordoned ;;
      "annotate "*"upgrade=1.36.3 "*) echo 1.36.3 >/var/mark ;;
      "annotate "*upgrade-) rm -f /var/mark ;;
      "get node "*cordoned-for-upgrade*) cat /var/mark 2>/dev/null || true ;;
      *"{.spec.unschedulable}"*) cat /var/cordoned 2>/dev/null || true ;;
      *"get lease"*) date +%N ;;
      *"get pods --selector k8s-app=kube-dns"*) cat /var/dns-here 2>/dev/null || true ;;
      *"get nodes --field-selector"*) cat /var/elsewhere 2>/dev/null || true ;;
      *"rollout restart deployment/coredns") echo "move dns" >>/var/order ;;
      *"rollout status deployment/coredns"*) [ ! -e /var/nowhere ] ;;
      *"get nodes --selector node-role"*) cat /var/control-planes 2>/dev/null || echo "ground-control-plane-1 10.0.1.10" ;;
      *"get nodes"*) echo "ground-control-plane-1 True"; echo "ground-default-1 $(cat /var/worker 2>/dev/null || echo True)" ;;
      *"get pods"*kube-apiserver*) echo "ground-control-plane-1 True"; cat /var/api-servers 2>/dev/null || true ;;
      *"get deployment coredns"*) cat /var/dns 2>/dev/null || echo True ;;
      *"get node "*kubeletVersion*) echo "v$(cat /var/reported) True" ;;
      *"get pod"*) pod=\${5%-ground-control-plane-1}; echo "$(sed 's/.*: "//; s/".*//' "/var/running-$pod") True" ;;
    esac`,
};

/** A machine that runs a cluster of 1.35.4 alone. */
export function runningMachine(): MachineRoot {
  const root = new MachineRoot();
  root
    .write("/opt/perigee/prepare.sh", "#!/bin/sh\n", 0o755)
    .write("/var/uploaded", inputs(root, "1.35.4").KUBEADM_CONFIG);
  root.write(
    "/opt/perigee/backup.sh",
    `#!/bin/bash
# backup.sh run | now
echo "backup $*" >>${root.at("/var/order")}
[ ! -e ${root.at("/var/no-bucket")} ] || { echo "the bucket is gone" >&2; exit 1; }
`,
    0o755,
  );
  root.write("/var/reported", "1.35.4\n").write("/var/order", "").write("/etc/hosts", "");
  writeMembers(root, [member(1)]);
  const made = init(root, inputs(root, "1.35.4"));
  assert.equal(made.status, 0, made.stderr);
  return root.write("/var/order", "");
}

export function init(root: MachineRoot, given: Readonly<Record<string, string>>): ScriptRunResult {
  return root.run(stepInput("init", given), {
    arguments: ["init", "3600"],
    // A gate waits by the clock.
    programs: { ...programs, sleep: "" },
  });
}

/** What was done; that the machine is prepared already is asked in every run. */
export const orderOn = (root: MachineRoot): string[] =>
  root
    .read("/var/order")
    .split("\n")
    .slice(0, -1)
    .filter((line, index, all) => line !== "prepare" || all[index - 1] === "drain");
