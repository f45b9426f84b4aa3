#!/usr/bin/env bash
# Part of member.sh: makes way for the upgrade of a worker, before its own step. The worker takes itself back (node.sh).
# Inputs: NODE_NAME KUBERNETES_VERSION

make_way() {
  local runs
  runs=$(kubectl get node "$NODE_NAME" --output 'jsonpath={.status.nodeInfo.kubeletVersion}')
  # A newer one is of before a restore: it joins anew.
  if [ -z "$runs" ] || ! older "${runs#v}" "${KUBERNETES_VERSION:?}"; then return; fi
  gate 300 "before the upgrade of $NODE_NAME from ${runs#v} to $KUBERNETES_VERSION" ||
    fail "the upgrade stopped: the control plane has Kubernetes $KUBERNETES_VERSION, $NODE_NAME and what follows it keep theirs." \
      "Mend it, and run 'pulumi up' again: it goes on from here"
  refuse_to_lose_pods
  hold_node
  drain
  [ "$(ready_status)" = True ] || fail "node $NODE_NAME no longer reports, and cannot be upgraded. Mend it or replace its" \
    "machine, and run 'pulumi up' again: it goes on from here"
}

