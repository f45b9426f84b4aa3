#!/usr/bin/env bash
# Part of the steps that run on a control plane and empty a node.
# Inputs: NODE_NAME DRAIN_TIMEOUT

silent=""
drain_options=(--ignore-daemonsets --delete-emptydir-data)

# kubectl drains no node with a pod that nothing would make anew elsewhere. It is asked before anything is touched; what
# may pass by itself is left to the drain, and so is the node of a machine that is dead: it cannot keep a pod.
refuse_to_lose_pods() {
  local said lost='declare no controller|daemonsets\.apps "[^"]*" not found'
  if said=$(kubectl drain "$NODE_NAME" "${drain_options[@]}" --dry-run=client 2>&1); then return; fi
  said=$(sed -nE "s/ \(use --force[^)]*\)//; s/^(cannot delete )+(.*($lost).*)/  \2/p" <<<"$said")
  if [ -z "$said" ] || ! reports; then return; fi
  fail "node $NODE_NAME stays as it is: nothing would make these pods of it anew on another node:"$'\n'"$said"$'\n'"Nothing" \
    "is drained by force. Delete them, or have a Deployment run them elsewhere and then delete them; then run this again"
}

# A kubelet that lives renews its lease every ten seconds. Of a machine that is dead everything is lost already, also in
# the minute in which its Node still says Ready.
reports() {
  local before
  if [ -n "$silent" ]; then return 1; fi # it was waited for already
  before=$(lease_renewed)
  for _ in {1..60}; do
    if [ "$(lease_renewed)" != "$before" ]; then return; fi
    sleep 1
  done
  echo "node $NODE_NAME no longer reports: what was on its machine is lost"
  silent=yes
  return 1
}

lease_renewed() { kubectl --namespace kube-node-lease get lease "$NODE_NAME" --output 'jsonpath={.spec.renewTime}' || true; }

# Respects PodDisruptionBudgets until the limit. Pods of a machine that is dead cannot leave by themselves:
# once the control plane has lost sight of it, deleting the Node is what frees them.
drain() {
  local deadline=$((SECONDS + ${DRAIN_TIMEOUT:?})) left=$DRAIN_TIMEOUT
  until kubectl drain "$NODE_NAME" "${drain_options[@]}" --timeout "$((left < 20 ? left : 20))s"; do
    if [ "$(ready_status)" = Unknown ]; then
      echo "node $NODE_NAME no longer reports: going on without a drain"
      return
    fi
    left=$((deadline - SECONDS)) # 0 is no limit to kubectl
    if ((left <= 0)); then
      echo "these pods are still on $NODE_NAME after ${DRAIN_TIMEOUT}s:" >&2
      kubectl get pods --all-namespaces --field-selector "spec.nodeName=$NODE_NAME" >&2 || true
      kubectl get poddisruptionbudgets --all-namespaces >&2 || true
      fail "node $NODE_NAME could not be drained, its machine keeps running. Make room for the pods above" \
        "(or raise drainTimeoutSeconds) and run this again; $(outcome_of_drain)"
    fi
    sleep 1
  done
}

# What an upgrade has cordoned (hold.sh) takes pods again until it goes on. A node that is to go stays cordoned, and so does
# one that a person had cordoned.
outcome_of_drain() {
  if [ -z "${held:-}" ]; then
    echo "'kubectl uncordon $NODE_NAME' takes it back"
  elif give_back_node >&2; then
    echo "until then the node takes pods again"
  else
    echo "the node stays cordoned, for the API server did not take it back: the next run does"
  fi
}

ready_status() {
  kubectl get node "$NODE_NAME" --output 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
}

