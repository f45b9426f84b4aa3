#!/usr/bin/env bash
# Part of the steps of an upgrade: a node that takes no pods meanwhile, and then takes them again. Inputs: NODE_NAME

# On a node that this cordoned; one that a person had cordoned has it not, and stays cordoned.
held_mark=perigee.dev/cordoned-for-upgrade

# The mark is first: what is cordoned by this has it, whenever this is interrupted.
hold_node() {
  if [ "$(kubectl get node "$NODE_NAME" --output 'jsonpath={.spec.unschedulable}')" = true ]; then return; fi
  kubectl annotate node "$NODE_NAME" "$held_mark=$KUBERNETES_VERSION" --overwrite
  kubectl cordon "$NODE_NAME"
}

# release_node KUBECTL: by the command that asks the API.
release_node() {
  if [ -n "$("$1" get node "$NODE_NAME" --output "jsonpath={.metadata.annotations.${held_mark//./\\.}}")" ]; then
    "$1" uncordon "$NODE_NAME"
    "$1" annotate node "$NODE_NAME" "$held_mark-"
  elif [ "$("$1" get node "$NODE_NAME" --output 'jsonpath={.spec.unschedulable}')" = true ]; then
    echo "node $NODE_NAME was cordoned by somebody else, and stays so"
  fi
}

