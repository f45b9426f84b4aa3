#!/usr/bin/env bash
# Approves the requests of kubelets for their serving certificates: only where name and address are those of a machine that
# Perigee admitted, and of its Node. Kubernetes itself approves none, since a kubelet may write any address into its Node.
# Watches and never ends; safe to be killed and run again.
set -euo pipefail
export LC_ALL=C

readonly signer=kubernetes.io/kubelet-serving
# ConfigMap with NAME.address of every machine (scripts/told.sh): the same for the approvers of all control planes. Versions of
# Perigee with one control plane kept a file each in this folder.
readonly machines=perigee-machines admitted=/var/lib/perigee/admitted
export KUBECONFIG=/etc/kubernetes/admin.conf
declare -A told=()

# A watch begins with all that is there. It is ended every minute, and with the next one comes another look at what was left.
main() {
  local name decided ended
  while :; do
    while read -r name decided <&3; do
      if [ -z "$decided" ]; then decide "$name"; fi
    done 3< <(watch_requests)
    wait "$!" && ended=0 || ended=$?
    [ "$ended" = 124 ] || sleep 5 # no API server
  done
}

watch_requests() {
  timeout 60 kubectl get certificatesigningrequests --watch --field-selector "spec.signerName=$signer" \
    --output 'jsonpath={.metadata.name} {.status.conditions[*].type}{"\n"}'
}

# A request is approved, or denied where it can never be right, or left for another look.
decide() {
  local name=$1 said usages groups request user node address verdict reason
  # Free text comes last, so that no line of it can pass for another field.
  said=$(api get certificatesigningrequest "$name" --ignore-not-found --output \
    'jsonpath={.spec.usages}{"\n"}{.spec.groups}{"\n"}{.spec.request}{"\n"}{.spec.username}') || return 0
  if [ -z "$said" ]; then return 0; fi
  { read -r usages; read -r groups; read -r request || true; user=$(cat); } <<<"$said"
  node=${user#system:node:}
  judge
  case "$verdict" in
    right)
      api certificate approve "$name" >/dev/null || return 0
      echo "approved $name: the kubelet of $node serves at $address"
      ;;
    wrong)
      api certificate deny "$name" >/dev/null || return 0
      echo "denied $name of $user: $reason"
      ;;
    left)
      if [ "${told[$name]:-}" != "$reason" ]; then echo "left $name of $user for now: $reason"; fi
      told[$name]=$reason
      ;;
  esac
}

# Sets verdict, reason and address, by what `decide` read.
judge() {
  local subject asked addresses
  # A quote within a group's name has a backslash before it.
  if [[ ! $user =~ ^system:node:[a-z0-9-]+$ || ! $groups =~ [[,]\"system:nodes\" ]]; then
    wrong "only a node may ask, and it is no node's user"
    return
  fi
  case "$(tr -d '[]"' <<<"$usages" | tr ',' '\n' | sort | paste -sd,)" in
    "digital signature,server auth" | "digital signature,key encipherment,server auth") ;;
    *) wrong "it asks for the usages $usages"; return ;;
  esac
  subject=$(base64 --decode <<<"$request" | openssl req -noout -verify -subject -nameopt RFC2253,-dn_rev 2>/dev/null) || true
  if [ "$subject" != "subject=O=system:nodes,CN=system:node:$node" ]; then
    wrong "it asks for another name than its own: '$subject'"
    return
  fi
  if ! address=$(told_address "$node"); then
    left "the API server does not say which machine it is"
    return
  fi
  if [ -z "$address" ]; then
    left "no machine of this name was admitted; 'pulumi up' admits one"
    return
  fi
  # All of its attributes and extensions: these names and nothing else.
  asked=$(base64 --decode <<<"$request" |
    openssl req -noout -text -reqopt no_header,no_version,no_subject,no_pubkey,no_signame,no_sigdump 2>/dev/null |
    tr -s '[:space:]' ' ') || true
  if [ "$asked" != " Attributes: Requested Extensions: X509v3 Subject Alternative Name: DNS:$node, IP Address:$address " ]; then
    wrong "it asks for '$asked', and may have DNS:$node, IP Address:$address"
    return
  fi
  if ! addresses=$(api get node "$node" --ignore-not-found --output 'jsonpath={range .status.addresses[*]}{.type}={.address}{"\n"}{end}') ||
    [ -z "$addresses" ]; then
    left "its Node is not there yet"
  elif grep -qxF "InternalIP=$address" <<<"$addresses" && grep -qxF "Hostname=$node" <<<"$addresses"; then
    verdict=right
  else
    wrong "its Node says $(tr '\n' ' ' <<<"$addresses")"
  fi
}

told_address() {
  local said
  said=$(api --namespace kube-system get configmap "$machines" --ignore-not-found --output "jsonpath={.data.$1\.address}") || return 1
  if [ -n "$said" ]; then echo "$said"; else cat "$admitted/$1.address" 2>/dev/null || true; fi
}

wrong() { verdict=wrong reason=$1; }
left() { verdict=left reason=$1; }

api() { kubectl --request-timeout 10s "$@"; }

main
