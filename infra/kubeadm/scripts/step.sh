#!/usr/bin/env bash
# What every step shares. Put in front of the step's own script; see infra/kubeadm/step.ts. Arguments: VERB SECONDS
set -euo pipefail

readonly step_verb=${1:?} step_limit=${2:?}
exec 8>&2 # what runs when the end comes may be silenced
trap 'echo "$step_verb was ended: it took longer than its limit of ${step_limit}s" >&8; exit 124' TERM

fail() {
  echo "$*" >&2
  exit 1
}

# wait_for SECONDS WHAT COMMAND...: runs the command every second until it succeeds.
wait_for() {
  local limit=$1 what=$2 deadline=$((SECONDS + $1))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then
      echo "timed out after ${limit}s waiting for $what" >&2
      return 1
    fi
    sleep 1
  done
}

# The last words of the two services that a node that does not work is about.
node_diagnosis() {
  {
    echo "--- kubelet, last lines"
    journalctl --unit kubelet --no-pager --lines 25 --output cat || true
    echo "--- containerd, last lines"
    journalctl --unit containerd --no-pager --lines 10 --output cat || true
  } >&2
}

# kubeadm says a page and a half each time: it goes to a log on the machine, and is shown when it matters.
kubeadm_log=/var/log/perigee-kubeadm.log

# kubeadm_logged VERB OPTIONS...: with the documents in $kubeadm_config, if there is one.
kubeadm_logged() {
  echo "kubeadm $1: running (log: $kubeadm_log on this machine)"
  # shellcheck disable=SC2046 # zero or one word
  if kubeadm "$@" --config "${kubeadm_config:-/etc/perigee/kubeadm.yaml}" $(preflight_flags) >"$kubeadm_log" 2>&1; then return; fi
  {
    echo "--- kubeadm $1, last lines"
    tail --lines 30 "$kubeadm_log"
  } >&2
  node_diagnosis
  fail "kubeadm $1 failed; the lines above say why"
}

# Waits until cloud-init has prepared this machine; tries once more where it had failed.
boot_finished() {
  timeout 1500 cloud-init status --wait >/dev/null 2>&1 || true
  if ! timeout 1200 /opt/perigee/prepare.sh; then
    tail --lines 40 /var/log/cloud-init-output.log >&2 || true
    fail "this machine could not be prepared for Kubernetes; the lines above say why"
  fi
}

# On cgroup v1 kubeadm's SystemVerification refuses kernels that the kubelet (failCgroupV1: false) accepts. After a
# restore etcd's data is where kubeadm expects none.
preflight_flags() {
  local ignored=""
  if [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ]; then ignored=SystemVerification; fi
  if [ -n "${etcd_restored:-}" ]; then ignored+="${ignored:+,}DirAvailable--var-lib-etcd"; fi
  if [ -n "$ignored" ]; then echo "--ignore-preflight-errors=$ignored"; fi
}

# Goes back to a machine on which kubeadm has never run. Images and packages stay.
reset_node() {
  echo "undoing what an unfinished attempt, or another cluster, left here"
  timeout 180 kubeadm reset --force --cri-socket unix:///run/containerd/containerd.sock >/dev/null 2>&1 || true
  rm -rf /etc/kubernetes/pki /etc/kubernetes/manifests /etc/kubernetes/*.conf /var/lib/etcd/member
}

# What kubeadm leaves: a bridge with the addresses of a former cluster, and packet rules that a new kube-proxy would
# take for its own. Of a fresh machine it takes nothing; a reset that was interrupted is made complete.
forget_pod_network() {
  rm -rf /etc/cni/net.d/* /var/lib/cni /run/flannel
  local link family name
  for link in flannel.1 cni0; do
    if ip link show "$link" >/dev/null 2>&1; then ip link delete "$link"; fi
  done
  if ! command -v nft >/dev/null; then return; fi # kube-proxy brings its own; this machine has had none
  nft list tables | while read -r _ family name; do
    case "$name" in
      kube-proxy | flannel-*) nft delete table "$family" "$name" ;;
    esac
  done
}

export KUBECONFIG=/etc/kubernetes/admin.conf

# A step whose engine was killed may still be running here: the next one waits for it, then finds its work done.
# Its children hold the lock too, so that a kubeadm that outlived its script is waited for.
exec 9>"/run/perigee-${NODE_NAME:?}.lock"
# Half a minute is left to say so.
flock --wait $((step_limit - 30 < 1200 ? step_limit - 30 : 1200)) 9 ||
  fail "$step_verb gave up waiting: another step is still running for $NODE_NAME on this machine"
