#!/usr/bin/env bash
# Gives the cluster its pod network and waits until cluster DNS answers for it.
# Inputs: NODE_NAME FLANNEL_MANIFEST READY_TIMEOUT. Safe to run again.

network() {
  wait_for 120 "the API server to answer" kubectl get --raw /readyz || { node_diagnosis; exit 1; }
  local flannel=flannel_ready
  # On the first run workers join meanwhile and are waited for by their own steps; an update is over when all have it.
  if kubectl --namespace kube-flannel get daemonset kube-flannel-ds >/dev/null 2>&1; then flannel=flannel_everywhere; fi
  printf '%s' "${FLANNEL_MANIFEST:?}" | kubectl apply --server-side --force-conflicts --field-manager perigee --filename -
  wait_for "${READY_TIMEOUT:?}" "node ${NODE_NAME:?} to be Ready" node_ready || explain
  "$flannel" || explain
  kubectl --namespace kube-system rollout status deployment/coredns --timeout="${READY_TIMEOUT}s" || explain
  wait_for_serving_certificate
}

node_ready() {
  [ "$(kubectl get node "$NODE_NAME" -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

flannel_everywhere() {
  kubectl --namespace kube-flannel rollout status daemonset/kube-flannel-ds --timeout="${READY_TIMEOUT}s"
}

flannel_ready() { wait_for "$READY_TIMEOUT" "Flannel on $NODE_NAME" flannel_here; }

flannel_here() {
  kubectl --namespace kube-flannel get pods --selector app=flannel --field-selector "spec.nodeName=$NODE_NAME" \
    --output 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}' | grep -qw True
}

explain() {
  kubectl get nodes,pods --all-namespaces -o wide >&2 || true
  node_diagnosis
  fail "the cluster did not become ready; the lines above say what it last said"
}

network
