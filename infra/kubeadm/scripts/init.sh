#!/usr/bin/env bash
# Makes this machine a control plane: the first, or one that joins (controlPlanes/join.sh); or brings one that runs to another
# version (upgrade/scripts/controlPlane.sh) and to changed settings (settle.sh). Prints the cluster's CA certificate (public).
# Inputs: NODE_NAME KUBERNETES_VERSION API_NAME PRIVATE_IP KUBEADM_CONFIG AUDIT_POLICY AUTHENTICATION_CONFIG OIDC_ISSUER OIDC_AUTHORITY PROVIDER_ID LABELS DISK_GIB SECRETS_KEY CLUSTER_NAME RESTORE_FROM BUCKET_HOST BUCKET_REGION BUCKET_OWNER BACKUP_IDENTITY MACHINE_FILES REMOVED_APIS BACKUPS DRAIN_TIMEOUT
# Where there are several control planes: CONTROL_PLANES PEERS LATER ADMISSION JOIN_CONFIG
# Safe to run again.

marker=/var/lib/perigee/initialised

init() {
  boot_finished >&2
  grow_disk >&2
  refuse_former_key
  check_issuer # before settings, a version or a join bring it to an API server
  if [ -e "$marker" ]; then
    if [ -n "${PEERS:-}" ]; then own_address; fi
    make_missing_manifests >&2
    # A run that was interrupted while it applied settings may have left no API server to ask.
    if [ ! -e "${begun:?}" ]; then
      wait_for 300 "the API server of this control plane to answer" api_ready || api_stays_away
    fi
    if api_ready >/dev/null 2>&1; then
      refuse_fixed_settings
      register_anew >&2
      upgrade_control_plane >&2
      # Those that join take the settings from the cluster.
      if [ -n "${LATER:-}" ] && [ -z "${waits:-}" ]; then publish_configuration >&2; fi
    else
      refuse_version_meanwhile
      unfinished=yes # of several, too, nothing else brings it back
    fi
    if [ -z "${waits:-}" ]; then keep_machine_files >&2; fi
    # Where several control planes are settled one after the other, the one that acts for them comes last.
    if [ -z "${LATER:-}" ] || [ -n "${unfinished:-}" ]; then settle >&2; fi
    if wants_restore; then echo "restoreFrom = $RESTORE_FROM: this control plane has data of its own, nothing was restored" >&2; fi
  elif [ -n "${ADMISSION:-}" ]; then
    join_control_plane >&2
  else
    refuse_second_cluster
    refuse_to_wipe_member
    forget_upgrade
    keep_machine_files >&2
    initialise >&2
  fi
  keep_modes >&2
  several_control_planes >&2
  rotate_secrets_key >&2
  # Its kubelet's serving certificate waits for this (certificates/approve.sh).
  tell address "${PRIVATE_IP:?}" >&2
  # Not by the kubelet: at each start it would bring back the instance type that the machine had at first.
  xargs kubectl label node "$NODE_NAME" --overwrite <<<"${LABELS:?}" >&2
  cat /etc/kubernetes/pki/ca.crt
}

api_ready() { kubectl get --raw /readyz; }

# Of several without a majority of etcd's members none serves, and what brings the cluster back is another matter.
api_stays_away() {
  node_diagnosis
  if [ -n "${PEERS:-}" ] && [ -e /etc/kubernetes/pki/etcd/healthcheck-client.crt ] && was_taken_out; then
    fail "$NODE_NAME was taken out of etcd, and the run that was to delete its machine ended before it did: have the machine" \
      "replaced ('pulumi up --replace' of its instance; docs/runbook.md, Add and remove control planes)"
  fi
  if [ -n "${PEERS:-}" ]; then members >/dev/null; fi
  exit 1
}

# A kubelet registers its Node when it starts: one that somebody deleted while its machine lives comes back by that alone.
register_anew() {
  local said
  if said=$(kubectl get node "$NODE_NAME" --output name 2>&1) || [[ $said != *"(NotFound)"* ]]; then return 0; fi
  echo "node $NODE_NAME was deleted while its machine lives: its kubelet registers it anew"
  systemctl restart kubelet
  wait_for 300 "node $NODE_NAME to register" kubectl get node "$NODE_NAME" || { node_diagnosis; exit 1; }
  kubeadm_phase mark-control-plane
}

# Without an API server only what was begun with this version can be ended.
refuse_version_meanwhile() {
  local prepared
  prepared=$(sed -n "s/^KUBERNETES_VERSION='\(.*\)'$/\1/p" /etc/perigee/machine.env)
  [ "$prepared" = "${KUBERNETES_VERSION:?}" ] || fail "kubernetesVersion = $KUBERNETES_VERSION: this control plane has $prepared, and" \
    "the API does not answer since a change of its settings was interrupted. Put the version back to $prepared and run" \
    "'pulumi up', then upgrade"
}

initialise() {
  wait_for 300 "${API_NAME:?} to resolve to ${PRIVATE_IP:?}" api_name_resolves || exit 1
  refuse_to_begin_empty
  if wants_restore; then fetch_backup; fi
  # The kubelet's package has a file of its own there.
  if compgen -G "/etc/kubernetes/manifests/*.yaml" >/dev/null; then reset_node; fi
  forget_pod_network
  write_documents
  if wants_restore; then place_backup; fi
  kubeadm_logged init --skip-token-print
  if wants_restore; then
    forget_former_machine
    start_flannel_anew
    rm -rf "${backup_folder:?}" "${set_aside:?}"
  fi
  # Workers are admitted one by one (member.sh); the token that kubeadm makes by itself would be valid for a day.
  kubectl --namespace kube-system delete secrets --field-selector type=bootstrap.kubernetes.io/token
  remember_documents
  touch "$marker"
}

api_name_resolves() { getent ahostsv4 "$API_NAME" | grep -q "^$PRIVATE_IP "; }

# Asked every second instead of every ten, a server of cluster DNS is used as soon as it can answer: at the first start,
# and whenever a node is drained. It is still given up after 30 seconds without an answer.
coredns_patch() {
  cat <<EOF
spec:
  template:
    spec:
      containers:
        - name: coredns
          readinessProbe: {periodSeconds: 1, failureThreshold: 30}
EOF
}

init
