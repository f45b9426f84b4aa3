#!/usr/bin/env bash
# Part of init.sh where there are several control planes: this machine joins a cluster that lives, as a member of its etcd.
# Inputs: NODE_NAME API_NAME PRIVATE_IP KUBEADM_CONFIG JOIN_CONFIG ADMISSION CONTROL_PLANES PEERS PROVIDER_ID

join_folder=/etc/perigee/join
join_config=/etc/perigee/join.yaml

# What each of several does once it serves, and one that is the last of them.
several_control_planes() {
  tell_control_planes
  if [ -z "${CONTROL_PLANES:-}" ]; then return; fi
  own_address
  if [ -z "${LATER:-}" ]; then spread_dns; fi
}

# One machine begins a cluster, and only where no other has begun it.
refuse_second_cluster() {
  local peer
  for peer in ${PEERS:-}; do
    if answers_as_api "$peer"; then
      fail "a control plane at $peer answers already, and ${NODE_NAME:?} has no data: a second cluster is not begun beside it. Run" \
        "'pulumi up' again, and another control plane admits this machine. Where it says this once more, no 'pulumi up' of this" \
        "cluster has ended yet (its first control plane died before), and which one acts is written nowhere: begin again, by" \
        "'pulumi destroy' and 'pulumi up'"
    fi
  done
}

# Of a join that was interrupted, which may have ended as a member: with the others gone it may be all that is left.
refuse_to_wipe_member() {
  if [ ! -e "$join_config" ] || [ ! -e /var/lib/etcd/member ] || wants_restore; then return; fi
  fail "${NODE_NAME:?} has etcd's data of a cluster that it was joining, and no other control plane answers: a new cluster is not" \
    "begun over it. Bring back one of the others, or restore a backup (restoreFrom; docs/runbook.md, The control plane died). To give" \
    "that data up: 'mv /var/lib/etcd/member /var/lib/perigee/member-of-before' on it, as root; then run 'pulumi up' again"
}

# Any answer over TLS counts: which authority it has cannot be known here.
answers_as_api() { timeout 5 openssl s_client -connect "$1:6443" </dev/null 2>/dev/null | grep -q "BEGIN CERTIFICATE"; }

join_control_plane() {
  wait_for 300 "${API_NAME:?} to resolve" getent ahostsv4 "$API_NAME" || exit 1
  forget_own_address
  # An earlier attempt may have been made with another version. That of the settings is the cluster's by now: the acting control
  # plane has it, and no kubelet may be newer than the API server that kubeadm starts beside it.
  forget_upgrade
  keep_machine_files
  if attempted; then
    leave_etcd
    reset_node
  fi
  forget_pod_network
  receive_keys
  write_documents
  write_join_documents
  forget_own_attempt
  refuse_unequal_version
  kubeadm_config=$join_config kubeadm_logged join
  remember_documents
  touch "${marker:?}"
  # The request's keys stay, so that it is the same when it is asked for again.
  rm -f "$join_folder"/{discovery.conf,keys.age,kubelet.crt,said} "$join_config" /etc/kubernetes/bootstrap-kubelet.conf
}

attempted() {
  [ -e /etc/kubernetes/kubelet.conf ] || [ -e /var/lib/etcd/member ] || compgen -G "/etc/kubernetes/manifests/*.yaml" >/dev/null
}

# An attempt that ended after etcd had made it a member: of two members none has a majority without this one's data, and none
# could take it out any more. So it leaves first. The others are asked, and no API server, for one may run here that is no use.
leave_etcd() {
  receive_keys
  write_documents
  # Of another cluster's authority, it may be.
  rm -f /etc/kubernetes/pki/etcd/healthcheck-client.crt /etc/kubernetes/pki/etcd/healthcheck-client.key
  kubeadm_phase certs etcd-healthcheck-client
  forget_own_member
}

# The authorities' keys, encrypted for this machine on another: they come by age's pipe to their places alone.
receive_keys() {
  umask 077
  mkdir -p /etc/kubernetes "$join_folder"
  sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p' <<<"${ADMISSION:?}" >"$join_folder/kubelet.crt"
  sed -n '/BEGIN AGE/,/END AGE/p' <<<"$ADMISSION" >"$join_folder/keys.age"
  age --decrypt --identity "$join_folder/age.key" "$join_folder/keys.age" 2>"$join_folder/said" |
    tar --extract --directory /etc/kubernetes || fail "the cluster's keys were not encrypted for this machine" \
      "($(head -1 "$join_folder/said")): run 'pulumi up' again"
  umask 022
}

write_join_documents() {
  umask 077
  printf '%s' "${JOIN_CONFIG:?}" >"$join_config"
  write_discovery "$join_folder" "$(cat /etc/kubernetes/pki/ca.crt)" "$(cat "$join_folder/kubelet.crt")"
  umask 022
}

# What an attempt that was interrupted left in the cluster: a Node that kubeadm would refuse while it says Ready, and a member
# of etcd that will never start with an empty folder. This machine can say both by itself, since it has the authorities now.
forget_own_attempt() {
  kubeadm_phase kubeconfig admin
  kubeadm_phase certs etcd-healthcheck-client
  wait_for 120 "a control plane to answer" kubectl get --raw /readyz || exit 1
  kubectl delete node "${NODE_NAME:?}" --ignore-not-found --timeout 60s
  forget_own_member
}

forget_own_member() {
  local answering="" said="" id name url
  wait_for 120 "a member of etcd to answer" ask_peers || fail "etcd has no majority, and what ${NODE_NAME:?} has of its data stays: it" \
    "may be what the others need. Start the control planes that are down (on this one too, 'systemctl start kubelet'), and run" \
    "'pulumi up' again; where they are gone: docs/runbook.md, More than half of the control planes died"
  while IFS=, read -r id _ name url _; do
    if [ "${name// /}" != "$NODE_NAME" ] && [ "${url// /}" != "https://${PRIVATE_IP:?}:2380" ]; then continue; fi
    echo "taking what an unfinished attempt left out of etcd (member $id)"
    peer_etcdctl "$answering" member remove "$id" >/dev/null || still_member
  done <<<"$said"
  was_taken_out || still_member
}

still_member() {
  fail "etcd still counts $NODE_NAME, so that its data here stays: etcd lets nobody go while others do not answer. Bring those back" \
    "or have them replaced ('pulumi refresh', then 'pulumi up'), and run 'pulumi up' again"
}

# The members, from the first of the others that answers, into the variables of the caller.
ask_peers() {
  for answering in ${PEERS:?}; do
    if said=$(peer_etcdctl "$answering" member list --write-out simple 2>/dev/null) && [ -n "$said" ]; then return 0; fi
  done
  return 1
}

# Another control plane has taken this one out (member.sh). Only a majority of etcd can say so.
was_taken_out() {
  local peer said
  for peer in ${PEERS:?}; do
    if ! said=$(peer_etcdctl "$peer" member list --write-out simple 2>/dev/null) || [ -z "$said" ]; then continue; fi
    ! awk -F', ' -v name="$NODE_NAME" -v peer="https://${PRIVATE_IP:?}:2380" '$3 == name || $4 == peer { found = 1 } END { exit !found }' <<<"$said"
    return
  done
  return 1
}

# peer_etcdctl PEER WORDS...: etcdctl of this version's image, for none runs here yet. ctr gives a container all that its own
# stdin has, which is the list of members while one after the other is taken out.
peer_etcdctl() {
  local peer=$1 pki=/etc/kubernetes/pki/etcd
  shift
  ctr --namespace k8s.io run --rm --net-host --mount "type=bind,src=$pki,dst=$pki,options=rbind:ro" \
    "$(grep -m1 '/etcd:' /etc/perigee/images)" "perigee-members-$$-$RANDOM" \
    etcdctl --endpoints "https://$peer:2379" --cacert "$pki/ca.crt" --cert "$pki/healthcheck-client.crt" \
    --key "$pki/healthcheck-client.key" --command-timeout 20s "$@" </dev/null
}

# A control plane asks its own API server by the cluster's name: no other one has to answer, and no way leads through a
# balancer and back. A machine that has not joined yet asks the others.
own_address() {
  if grep -qsxF "${PRIVATE_IP:?} ${API_NAME:?} # perigee: this control plane itself" /etc/hosts; then return; fi
  forget_own_address
  printf '%s %s # perigee: this control plane itself\n' "${PRIVATE_IP:?}" "${API_NAME:?}" >>/etc/hosts
}

# In place: cloud-init and a container's mount know this very file.
forget_own_address() {
  local others
  if ! grep -q '# perigee: this control plane itself$' /etc/hosts 2>/dev/null; then return; fi
  others=$(grep -v '# perigee: this control plane itself$' /etc/hosts || true)
  printf '%s\n' "$others" >/etc/hosts
}

# Which control planes the settings ask for, for whoever has to take one away (member.sh). A cluster that only ever had one
# needs none of it.
tell_control_planes() {
  local names=${CONTROL_PLANES:-$NODE_NAME}
  if [ -z "${CONTROL_PLANES:-}" ] && ! kubectl --namespace kube-system get configmap perigee-control-planes >/dev/null 2>&1; then return; fi
  put_config_map perigee-control-planes perigee "  names: \"${names//$'\n'/ }\""
}

# The pods of cluster DNS stay where they were made first, which was one machine: they are made anew once there are others.
spread_dns() {
  local where
  where=$(kubectl --namespace kube-system get pods --selector k8s-app=kube-dns --field-selector status.phase=Running \
    --output 'jsonpath={range .items[*]}{.spec.nodeName}{"\n"}{end}') || return 0
  if (($(grep -c . <<<"$where") < 2)) || (($(sort -u <<<"$where" | grep -c .) > 1)); then return; fi
  kubectl --namespace kube-system rollout restart deployment/coredns
}
