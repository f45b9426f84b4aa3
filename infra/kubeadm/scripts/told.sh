#!/usr/bin/env bash
# Part of the steps that tell the cluster something, by ConfigMaps; above all of a machine: its address, for the approver
# (certificates/approve.sh), and the labels and taints that the settings gave it last. They are in a ConfigMap, so that any
# control plane knows them, and not in the Node, which a kubelet may write. Input: NODE_NAME

# Where versions of Perigee with one control plane kept them, a file each.
admitted=/var/lib/perigee/admitted
machines=perigee-machines

# tell KIND TEXT [KIND TEXT]...: each machine has a field manager of its own, so that the steps of several may tell at once.
tell() {
  local data="" kinds=()
  while (($# > 0)); do
    data+="  ${NODE_NAME:?}.$1: |"$'\n'"    ${2//$'\n'/$'\n'    }"$'\n'
    kinds+=("$admitted/$NODE_NAME.$1")
    shift 2
  done
  put_config_map "$machines" "perigee-$NODE_NAME" "$data" ||
    fail "the cluster was not told of $NODE_NAME; the lines above say why. Run this again"
  rm -f "${kinds[@]}"
}

# put_config_map NAME MANAGER LINES: what this manager says in it; what others say stays.
put_config_map() {
  kubectl apply --server-side --force-conflicts --field-manager "$2" --filename - >/dev/null <<EOF
apiVersion: v1
kind: ConfigMap
metadata: {name: $1, namespace: kube-system}
data:
$3
EOF
}

# told NODE KIND: fails where the API server does not say.
told() {
  local said
  said=$(kubectl --request-timeout 10s --namespace kube-system get configmap "$machines" --ignore-not-found \
    --output "jsonpath={.data.${1//./\\.}\.$2}") || return 1
  if [ -n "$said" ]; then echo "$said"; else cat "$admitted/$1.$2" 2>/dev/null || true; fi
}

# Of a machine that left. What may stay here admits nobody: its Node is gone.
forget_told() {
  local kind keys=""
  for kind in address label taint; do keys+="${keys:+, }\"$NODE_NAME.$kind\": null"; done
  kubectl --namespace kube-system patch configmap "$machines" --type merge --patch "{\"data\": {$keys}}" >/dev/null 2>&1 || true
  rm -f "$admitted/$NODE_NAME".*
}

