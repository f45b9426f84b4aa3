#!/usr/bin/env bash
# Part of the steps of an upgrade: a node that takes no pods meanwhile, and then takes them again. Inputs: NODE_NAME

# On a node that this cordoned; one that a person had cordoned has it not, and stays cordoned.
held_mark=perigee.dev/cordoned-for-upgrade

# Says that this run may take the node back: it has the mark.
held=""

# The mark is first: what is cordoned by this has it, whenever this is interrupted.
hold_node() {
  if [ "$(kubectl get node "$NODE_NAME" --output 'jsonpath={.spec.unschedulable}')" = true ]; then
    held=$(held_by_mark kubectl)
    return
  fi
  kubectl annotate node "$NODE_NAME" "$held_mark=$KUBERNETES_VERSION" --overwrite
  kubectl cordon "$NODE_NAME"
  # shellcheck disable=SC2034 # drain.sh
  held=yes
}

held_by_mark() { "$1" get node "$NODE_NAME" --output "jsonpath={.metadata.annotations.${held_mark//./\\.}}"; }

# Of a drain that failed: no mark is left by which a later run would take back what a person has cordoned since. The mark goes
# last, and only from a node that takes pods.
give_back_node() { kubectl uncordon "$NODE_NAME" && kubectl annotate node "$NODE_NAME" "$held_mark-"; }

# release_node KUBECTL: by the command that asks the API.
release_node() {
  if [ -n "$(held_by_mark "$1")" ]; then
    "$1" uncordon "$NODE_NAME"
    "$1" annotate node "$NODE_NAME" "$held_mark-"
  elif [ "$("$1" get node "$NODE_NAME" --output 'jsonpath={.spec.unschedulable}')" = true ]; then
    echo "node $NODE_NAME was cordoned by somebody else, and stays so"
  fi
}

