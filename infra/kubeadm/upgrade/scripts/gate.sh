#!/usr/bin/env bash
# Part of the steps of an upgrade that run on the control plane: the cluster is whole, or what is not is named.

# gate SECONDS WHEN: fails with all that is still missing after the limit.
gate() {
  local deadline=$((SECONDS + $1)) missing
  until missing=$(missing_parts) && [ -z "$missing" ]; do
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
  said=$(curl -fsS --noproxy '*' --max-time 10 http://127.0.0.1:2381/health 2>&1) && grep -q '"health": *"true"' <<<"$said" ||
    echo "etcd is not healthy: $said"
  kubectl --request-timeout 10s get nodes --output \
    'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' |
    awk 'NF && $2 != "True" { print "node " $1 " is not Ready" }' || echo "the nodes cannot be listed"
  said=$(kubectl --request-timeout 10s --namespace kube-system get deployment coredns --output \
    'jsonpath={.status.conditions[?(@.type=="Available")].status}') || said=unknown
  [ "$said" = True ] || echo "cluster DNS (deployment coredns in kube-system) is not available"
}

