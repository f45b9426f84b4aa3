#!/usr/bin/env bash
# Gives the cluster its pod network and waits until cluster DNS answers for it.
# Inputs: NODE_NAME FLANNEL_MANIFEST READY_TIMEOUT. Safe to run again.

network() {
  wait_for 120 "the API server to answer" kubectl get --raw /readyz || { node_diagnosis; exit 1; }
  printf '%s' "${FLANNEL_MANIFEST:?}" | kubectl apply --server-side --force-conflicts --field-manager perigee --filename -
  wait_for "${READY_TIMEOUT:?}" "node ${NODE_NAME:?} to be Ready" node_ready || explain
  wait_for "$READY_TIMEOUT" "Flannel on $NODE_NAME" flannel_ready || explain
  kubectl --namespace kube-system rollout status deployment/coredns --timeout="${READY_TIMEOUT}s" || explain
}

node_ready() {
  [ "$(kubectl get node "$NODE_NAME" -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" = True ]
}

# Of this node only: workers that join meanwhile are waited for by their own steps.
flannel_ready() {
  kubectl --namespace kube-flannel get pods --selector app=flannel --field-selector "spec.nodeName=$NODE_NAME" \
    --output 'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}' | grep -qw True
}

explain() {
  kubectl get nodes,pods --all-namespaces -o wide >&2 || true
  node_diagnosis
  fail "the cluster did not become ready; the lines above say what it last said"
}

network
