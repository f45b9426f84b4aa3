#!/usr/bin/env bash
# Part of the steps of an upgrade that run on the control plane: the cluster is whole, or what is not is named.

# gate SECONDS WHEN [BUT]: fails with all that is still missing after the limit; BUT is a node that is left out, for it is the
# one at work.
gate() {
  local deadline=$((SECONDS + $1)) missing
  until missing=$(missing_parts "${3:-}") && [ -z "$missing" ]; do
    if ((SECONDS >= deadline)); then
      echo "the cluster is not whole $2:" >&2
      printf '%s\n' "${missing:-nothing can be asked}" | sed 's/^/  /' >&2
      return 1
    fi
    sleep 1
  done
}

# One line each; nothing where the cluster is whole.
missing_parts() {
  local said
  if ! said=$(kubectl --request-timeout 10s get --raw '/readyz?verbose' 2>&1); then
    echo "the API server is not ready: $(grep -F '[-]' <<<"$said" || tail --lines 1 <<<"$said")" | tr '\n' ' '
    echo
    return
  fi
  missing_members "$1"
  not_ready nodes "$1" "node" || echo "the nodes cannot be listed"
  not_ready pods "$1" "the API server of" --namespace kube-system --selector component=kube-apiserver ||
    echo "the API servers cannot be listed"
  missing_api_servers "$1" || echo "the control planes cannot be listed"
  said=$(kubectl --request-timeout 10s --namespace kube-system get deployment coredns --output \
    'jsonpath={.status.conditions[?(@.type=="Available")].status}') || said=unknown
  [ "$said" = True ] || echo "cluster DNS (deployment coredns in kube-system) is not available"
}

# Every member of etcd answers and has caught up.
missing_members() {
  local ill
  if ! ill=$(unhealthy_but "$1" 2>/dev/null); then
    echo "etcd is not healthy: it does not answer on this control plane"
  elif [ -n "$ill" ]; then
    echo "etcd is not healthy: these members do not answer: $(paste -sd, <<<"$ill")"
  fi
}

# not_ready KIND BUT WHAT OPTIONS...: a line for each that is not Ready, by the name of its node.
not_ready() {
  local kind=$1 but=$2 what=$3 said name='{.metadata.name}'
  shift 3
  if [ "$kind" = pods ]; then name='{.spec.nodeName}'; fi
  said=$(kubectl --request-timeout 10s get "$kind" "$@" --output \
    "jsonpath={range .items[*]}$name {.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}{end}") || return 1
  awk -v but="$but" -v what="$what" 'NF && $1 != but && $2 != "True" { print what " " $1 " is not Ready" }' <<<"$said"
}


# Of several control planes, those without a pod of the API server, whose Node a kubelet still keeps Ready, and those whose
# API server says Ready by its pod and answers nobody. One alone has answered above.
missing_api_servers() {
  local but=$1 nodes pods name address
  nodes=$(kubectl --request-timeout 10s get nodes --selector node-role.kubernetes.io/control-plane --output \
    'jsonpath={range .items[*]}{.metadata.name} {.status.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}') || return 1
  if (($(grep -c . <<<"$nodes") < 2)); then return; fi
  pods=$(kubectl --request-timeout 10s --namespace kube-system get pods --selector component=kube-apiserver --output \
    'jsonpath={range .items[*]}{.spec.nodeName} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}') || return 1
  while read -r name address; do
    if [ -z "$name" ] || [ "$name" = "$but" ]; then continue; fi
    if ! grep -q "^$name " <<<"$pods"; then
      echo "the API server of $name is missing: it has no static pod of it. On $name, as root, 'kubeadm init phase control-plane" \
        "apiserver --config /etc/perigee/kubeadm.yaml' makes its manifest anew; 'journalctl -u kubelet' says why it does not start"
    elif grep -qxF "$name True" <<<"$pods" && ! answers_itself "$address"; then
      echo "the API server of $name does not answer at $address:6443: on $name, as root, 'crictl ps --all --name" \
        "kube-apiserver' and 'journalctl -u kubelet' say why; a machine that hangs is rebooted"
    fi
  done <<<"$nodes"
}

answers_itself() { kubectl --request-timeout 10s --server "https://$1:6443" get --raw /readyz >/dev/null 2>&1; }
