#!/usr/bin/env bash
# Bare kubeadm as its manual has it, one phase at a time, on a machine that is ready for it. Run by ways.ts.
# The documents in /etc/perigee and /etc/kubernetes/perigee are those that `pulumi up` left there.
set -euo pipefail

export KUBECONFIG=/etc/kubernetes/admin.conf
manifest=/root/byHand-flannel.json

# As infra/kubeadm/scripts/step.sh: kubeadm refuses cgroup v1, the kubelet is told to accept it.
flags=()
if [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ]; then flags+=(--ignore-preflight-errors=SystemVerification); fi

main() {
  case "${1:?}" in
    init) kubeadm init --config /etc/perigee/kubeadm.yaml "${flags[@]}" ;;
    network)
      kubectl apply --filename "$manifest"
      kubectl wait --for=condition=Ready node --all --timeout=300s
      kubectl --namespace kube-flannel rollout status daemonset/kube-flannel-ds --timeout=300s
      kubectl --namespace kube-system rollout status deployment/coredns --timeout=300s
      ;;
    # The key that opens what the cluster holds for further control planes, alone on a line.
    keys) kubeadm init phase upload-certs --upload-certs --config /etc/perigee/kubeadm.yaml | tail -1 ;;
    token) kubeadm token create --ttl 15m --print-join-command ;;
    # join ENDPOINT --token ... : the words that `token` printed behind `kubeadm join`
    join)
      shift
      kubeadm join "$@" --patches /etc/perigee/patches "${flags[@]}"
      ;;
    # ready NODE
    ready)
      kubectl wait --for=create "node/${2:?}" --timeout=120s
      kubectl wait --for=condition=Ready node --all --timeout=300s
      ;;
    *)
      echo "byHand.sh: init, network, keys, token, join or ready, not $1" >&2
      exit 2
      ;;
  esac
}

main "$@" </dev/null
