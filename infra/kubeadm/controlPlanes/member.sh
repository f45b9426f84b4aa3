#!/usr/bin/env bash
# Runs on one control plane, for another. `admit-control-plane` takes what is left of a former machine of the name out of
# etcd and the cluster, signs the kubelet's certificate request, and prints the certificate with the authorities' keys,
# encrypted for the new machine alone. `leave-control-plane` takes a member out, or refuses before it touches anything.
# Safe to run again. Inputs: NODE_NAME PROVIDER_ID PRIVATE_IP REQUEST RECIPIENT OTHERS DRAIN_TIMEOUT DEREGISTRATION_SECONDS
# OTHERS: address, provider ID and name of each other control plane of the settings, one a line.

begins=$SECONDS

admit_control_plane() {
  cluster_answers
  local answer
  mkdir -p "${admitted:?}"
  answer="$admitted/${NODE_NAME:?}.$(admission_number).admission"
  {
    install_age
    refuse_foreign_request
    former_control_plane
    tell address "${PRIVATE_IP:?}"
    [ -s "$answer" ] || answer_request "$answer"
  } >&2
  cat "$answer"
}

# Without a majority of etcd no API server answers: that is said at once, with the way out of it.
cluster_answers() {
  members >/dev/null
  wait_for 120 "the API server to answer" kubectl get --raw /readyz >&2 || exit 1
}

# The same answer every time, as long as the machine and the keys are the same: a second run changes nothing there.
admission_number() {
  { printf '%s\n' "${REQUEST:?}" "${RECIPIENT:?}"; cat /etc/kubernetes/pki/{ca.crt,sa.pub,front-proxy-ca.crt,etcd/ca.crt} /etc/kubernetes/perigee/encryption.yaml; } |
    sha256sum | cut -c1-16
}

answer_request() {
  sign "$1.crt"
  umask 077
  { cat "$1.crt"; keys_of_the_cluster | age --encrypt --armor --recipient "$RECIPIENT"; } >"$1.new"
  umask 022
  rm -f "$1.crt"
  mv "$1.new" "$1"
}

# Nothing of it lies in clear on the way: age reads it from this pipe.
keys_of_the_cluster() {
  tar --create --directory /etc/kubernetes \
    pki/ca.crt pki/ca.key pki/sa.pub pki/sa.key pki/front-proxy-ca.crt pki/front-proxy-ca.key pki/etcd/ca.crt pki/etcd/ca.key \
    perigee/encryption.yaml
}

# A machine that died left its member and its Node behind, and an attempt that was interrupted may have announced a member
# that never started: the new machine begins without them.
former_control_plane() {
  local former
  former=$(kubectl get node "$NODE_NAME" --ignore-not-found --output 'jsonpath={.spec.providerID}') || exit 1
  if [ "$former" = "${PROVIDER_ID:?}" ]; then return; fi
  # A member that lives at this address is this machine's own, whatever became of its Node.
  if [ -z "$former" ] && healthy "https://${PRIVATE_IP:?}:2379"; then return; fi
  refuse_to_lose_quorum "$NODE_NAME"
  remove_member "$NODE_NAME" "${PRIVATE_IP:?}"
  if [ -n "$former" ]; then
    echo "node $NODE_NAME was $former, which is gone"
    leave
  fi
  forget_learners
  forget_gone_members
  local ill
  ill=$(unhealthy_but "$NODE_NAME") || exit 1
  [ -z "$ill" ] || fail "$NODE_NAME is not admitted: etcd is not whole, since these do not answer: $(paste -sd, <<<"$ill")." \
    "$(way_to_whole "$ill")"
}

# forget_learners [KEEP]: etcd has one learner at a time. What a join that was interrupted left would keep out everybody else, also
# those that come before its own machine has its turn again. It has no vote, and that machine's step adds it anew (join.sh). One
# that a step still at work has added becomes a member within this minute. With KEEP those of machines of now stay.
forget_learners() {
  local keep=${1:-} all id name peer learner
  all=$(members) || exit 1
  while read -r id name peer _ learner; do
    if [ "$learner" != true ] || [ "$name" = "$NODE_NAME" ]; then continue; fi
    if has_machine "$peer" && { [ -n "$keep" ] || wait_for 60 "$(called "$name" "$peer") to learn what etcd has" votes "$id"; }; then continue; fi
    echo "its join was interrupted, and begins anew when its machine has its turn"
    remove_by_id "$id" "$(called "$name" "$peer")"
  done <<<"$all"
}

votes() {
  local all
  all=$(members) || return 1
  awk -v id="$1" '$1 == id && $5 != "true" { found = 1 } END { exit !found }' <<<"$all"
}

# etcd itself takes in nobody while a member does not answer: of two of five that died the first successor would wait for the
# second, which comes after it.
forget_gone_members() {
  local all id name peer client
  all=$(members) || exit 1
  while read -r id name peer client _; do
    if healthy "$client" || has_machine "$peer"; then continue; fi
    refuse_to_lose_quorum "$(if [ "$name" = - ]; then echo "$peer"; else echo "$name"; fi)"
    echo "the machine at ${peer#https://} is gone"
    remove_by_id "$id" "$(called "$name" "$peer")"
  done <<<"$all"
}

# has_machine PEER: a control plane of now stands at this address, and is the machine that joined there, or may still be about to.
has_machine() {
  local address provider name former
  if [ -z "${OTHERS:-}" ]; then return 0; fi # nothing is known
  while read -r address provider name; do
    if [ "$1" != "https://$address:2380" ]; then continue; fi
    former=$(kubectl get node "$name" --ignore-not-found --output 'jsonpath={.spec.providerID}') || exit 1
    [ -z "$former" ] || [ "$former" = "$provider" ]
    return
  done <<<"${OTHERS:-}"
  return 1
}

leave_control_plane() {
  # Both died, and this one is new at the address of the one that had admitted it: whoever admits the successor now (above)
  # takes out what is left of it.
  if [ ! -e /var/lib/perigee/initialised ]; then
    echo "this machine has not joined yet, and takes nobody out: that is done where the successor of ${NODE_NAME:?} is admitted"
    return
  fi
  cluster_answers
  if stays; then
    echo "$NODE_NAME is the only control plane that the settings ask for: it stays"
    return
  fi
  forget_learners keep
  refuse_to_lose_quorum "$NODE_NAME"
  refuse_to_lose_volumes
  refuse_to_lose_pods
  if node_exists; then
    kubectl cordon "$NODE_NAME"
    drain
  fi
  # The balancer has let go of it: what it still serves ends with its etcd, and not before.
  while ((SECONDS - begins < ${DEREGISTRATION_SECONDS:?})) && ! [ "$(ready_status)" = Unknown ]; do sleep 1; done
  remove_member "$NODE_NAME" "${PRIVATE_IP:?}"
  leave_for_good
}

leave_for_good() {
  if node_exists; then kubectl delete node "$NODE_NAME" --timeout 60s; fi
  forget_told
}

# Written by the acting control plane (join.sh): those that the settings ask for now.
stays() {
  local wanted
  wanted=$(kubectl --namespace kube-system get configmap perigee-control-planes --ignore-not-found --output 'jsonpath={.data.names}') || exit 1
  [ "$wanted" = "$NODE_NAME" ]
}

case "${1:?}" in
  admit-control-plane) admit_control_plane ;;
  leave-control-plane) leave_control_plane ;;
esac
