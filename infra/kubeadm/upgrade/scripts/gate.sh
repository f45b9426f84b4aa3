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

