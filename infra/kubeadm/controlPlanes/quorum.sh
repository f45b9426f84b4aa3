#!/usr/bin/env bash
# Part of the steps that change etcd's members: who they are, who of them is healthy, and whether one may go.

etcd_pki=/etc/kubernetes/pki/etcd
runtime=unix:///run/containerd/containerd.sock

# etcdctl_at URL WORDS...: of the etcd that runs here, so of its version. It asks the member at the URL.
etcdctl_at() {
  local url=$1 container
  shift
  container=$(crictl --runtime-endpoint "$runtime" ps --quiet --name '^etcd$' | head -1)
  [ -n "$container" ] || fail "no etcd runs on this control plane; nothing was changed"
  crictl --runtime-endpoint "$runtime" exec "$container" etcdctl --endpoints "$url" --cacert "$etcd_pki/ca.crt" \
    --cert "$etcd_pki/server.crt" --key "$etcd_pki/server.key" --command-timeout 20s "$@"
}

# Lines `id name peer client learner`, from `member list`: id, state, name, peer URLs, client URLs, whether it is a learner.
# A member that never started has no name yet.
members() {
  local said
  # An election takes a moment.
  said=$(etcdctl_at https://127.0.0.1:2379 member list --write-out simple) ||
    { sleep 5; said=$(etcdctl_at https://127.0.0.1:2379 member list --write-out simple); } ||
    fail "etcd does not answer, and nothing was changed. Where more than half of the control planes are gone, the cluster comes" \
      "back from a backup: docs/runbook.md, More than half of the control planes died"
  awk -F', ' '{ print $1, ($3 == "" ? "-" : $3), $4, ($5 == "" ? "-" : $5), $6 }' <<<"$said"
}

# healthy URL: this member answers with the state of the cluster.
healthy() { [ "$1" != - ] && etcdctl_at "$1" endpoint health >/dev/null 2>&1; }

# called NAME PEER: a member in words. One that never started has no name, and is known by its address alone.
called() {
  if [ "$1" != - ]; then
    echo "$1"
  else
    echo "a member that was added at ${2#https://} and has never started"
  fi
}

# Names of the members that do not answer, or have not caught up, one a line; without the one that is given by name or peer URL.
unhealthy_but() {
  local but=$1 all name peer client learner
  all=$(members) || exit 1
  while read -r _ name peer client learner; do
    if [ "$name" = "$but" ] || [ "$peer" = "$but" ]; then continue; fi
    if [ "$learner" = true ]; then
      echo "$(called "$name" "$peer") (still learning)"
    elif ! healthy "$client"; then
      called "$name" "$peer"
    fi
  done <<<"$all"
}

# way_to_whole ILL: what is to be done about the lines of unhealthy_but.
way_to_whole() {
  local unfinished=""
  if grep -qE ' (has never started|\(still learning\))' <<<"$1"; then
    unfinished=". One that has never started, or still learns, is of a join that was interrupted: 'pulumi up' with the"
    unfinished+=" controlPlane.count of that run goes on with it"
  fi
  echo "Bring them back or have them replaced ('pulumi refresh', then 'pulumi up'), and run this again$unfinished"
}

# refuse_to_lose_quorum MEMBER: etcd goes on without this member, given by its name or peer URL. One that is dead is taken out
# while the others have their majority; one that lives only from a cluster that is whole without it.
refuse_to_lose_quorum() {
  local member=$1 words others ill all own
  all=$(members) || exit 1
  own=$(awk -v member="$member" '$2 == member || $3 == member' <<<"$all")
  if [ -z "$own" ]; then return; fi
  words=$(called "$(cut -d' ' -f2 <<<"$own" | head -1)" "$member")
  others=$(awk -v member="$member" '$2 != member && $3 != member && $5 != "true"' <<<"$all" | wc -l)
  ill=$(unhealthy_but "$member") || exit 1
  if [ -z "$ill" ] && ((others > 0)); then return; fi
  if ((others == 0)); then
    fail "$words stays: it is the only one with etcd's data"
  fi
  if healthy "$(cut -d' ' -f4 <<<"$own" | head -1)"; then
    fail "$words stays as it is: etcd is not whole, since these do not answer: $(paste -sd, <<<"$ill"). $(way_to_whole "$ill")"
  fi
  # One that still learns has no vote.
  (((others - $(grep -vc ' (still learning)$' <<<"$ill")) * 2 > others)) ||
    fail "$words stays a member: without it etcd would have $others members, and these do not answer: $(paste -sd, <<<"$ill")"
}

# remove_member NODE: also one that was announced and never started, which has no name but the machine's address.
remove_member() {
  local node=$1 address=${2:-none} all id name peer
  all=$(members) || exit 1
  while read -r id name peer _; do
    if [ "$name" != "$node" ] && [ "$peer" != "https://$address:2380" ]; then continue; fi
    remove_by_id "$id" "$node"
  done <<<"$all"
}

remove_by_id() {
  echo "taking $2 out of etcd (member $1)"
  etcdctl_at https://127.0.0.1:2379 member remove "$1" >/dev/null || fail "$2 could not be taken out of etcd; run this again"
}
