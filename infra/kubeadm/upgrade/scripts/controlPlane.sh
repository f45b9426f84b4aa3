#!/usr/bin/env bash
# Part of init.sh: brings a control plane that runs to another version of Kubernetes, in place (docs/adr/0009). What is
# checked is checked before anything is changed. Of several, each does this when its turn comes. Safe to run again, and goes
# on where it was interrupted. Inputs: NODE_NAME KUBERNETES_VERSION PRIVATE_IP REMOVED_APIS BACKUPS DRAIN_TIMEOUT PEERS LATER

# Holds the version from the first change until all of the control plane has it.
upgrading=/var/lib/perigee/upgrading
# Says that the upgrade of this control plane waits for the others.
waits=""

upgrade_control_plane() {
  local running configured
  running=$(running_version)
  # An empty one is of a disk that was full: nothing was changed then.
  if [ -s "$upgrading" ]; then
    [ "$(cat "$upgrading")" = "${KUBERNETES_VERSION:?}" ] || fail "kubernetesVersion = $KUBERNETES_VERSION: the upgrade of" \
      "this control plane to $(cat "$upgrading") has begun and is not done. Allowed: $(cat "$upgrading"); 'pulumi up' goes on with it"
    echo "the upgrade to $KUBERNETES_VERSION was interrupted: going on with it"
    # A kubelet that had just been restarted starts them again now. Where it does not work, what follows restarts it.
    wait_for 120 "the control plane's pods to be those of its kubelet" runs_pods_of_kubelet || echo "going on without them"
    release_node kubectl # kubeadm asks whether a pod can start
    begin_upgrade
    if [ -n "${PEERS:-}" ] && ! others_whole "$NODE_NAME"; then return 0; fi
  else
    if [ "$running" = "${KUBERNETES_VERSION:?}" ]; then
      refuse_half_way
      return
    fi
    refuse_other_way "$running"
    configured=$(configured_version)
    if older "$configured" "$KUBERNETES_VERSION"; then
      check_before "$running"
    elif others_whole; then
      refuse_to_lose_pods
    else
      return 0 # that of the gate is not
    fi
    echo "$KUBERNETES_VERSION" >"$upgrading"
    echo "upgrading this control plane from Kubernetes $running to $KUBERNETES_VERSION; its API server is away for a moment"
    begin_upgrade
  fi
  if applied_to_cluster; then
    kubeadm_upgrade node
  else
    kubeadm_upgrade apply "v$KUBERNETES_VERSION" --yes
    remember_applied
  fi
  # No kubelet goes to another minor version under pods, and none is newer than its API server.
  hold_node
  move_cluster_dns
  drain
  keep_machine_files
  systemctl restart kubelet
  wait_for 300 "node $NODE_NAME to be Ready with Kubernetes $KUBERNETES_VERSION" upgraded || { node_diagnosis; stopped; }
  wait_for 300 "the control plane's pods to be those of the new kubelet" runs_pods_of_kubelet || { node_diagnosis; stopped; }
  release_node kubectl
  if ! gate 300 "after the upgrade of the control plane to $KUBERNETES_VERSION"; then
    # Another control plane that died meanwhile is replaced next, and none is upgraded before the cluster is whole.
    if [ -z "${LATER:-}" ]; then stopped; fi
    echo "this control plane is upgraded; what is named above has to be mended, or replaced, before the next one is"
  fi
  forget_copies
  forget_upgrade
  echo "this control plane runs Kubernetes $KUBERNETES_VERSION"
}

# Once, before the first control plane of the cluster is changed.
check_before() {
  gate 60 "before the upgrade to $KUBERNETES_VERSION" || fail "nothing was changed. Mend it, and run 'pulumi up' again; where a" \
    "control plane is gone, put kubernetesVersion back first, so that its successor joins with the version of now"
  refuse_removed_apis "$1"
  refuse_to_lose_pods
  back_up
}

# With the documents of now: the static pods start once, with their new settings. From here on the cluster's configuration
# has the new version, and a control plane that joins has it too.
begin_upgrade() {
  prepare_ahead
  write_documents
  kubeadm_phase upload-config all
}

# others_whole [BUT]: with one control plane less the cluster still serves. The acting one lets those that join go first.
others_whole() {
  local limit=300
  if [ -n "${LATER:-}" ]; then limit=60; fi
  if gate "$limit" "before the upgrade of $NODE_NAME to $KUBERNETES_VERSION" "${1:-}"; then return 0; fi
  if [ -z "${LATER:-}" ]; then
    fail "the upgrade stopped: $NODE_NAME and what follows it keep their version. Mend what is named above ('pulumi refresh', then" \
      "'pulumi up', replaces a machine that is gone), and run 'pulumi up' again: it goes on from here"
  fi
  echo "the upgrade of this control plane waits for the others: it goes on when they are there"
  # shellcheck disable=SC2034 # init.sh
  waits=yes
  return 1
}

# One control plane runs `kubeadm upgrade apply`, the others `kubeadm upgrade node`. The cluster says whether it was done, for
# whoever did it may have died before its end.
applied_to_cluster() {
  local said
  if [ -z "${PEERS:-}" ]; then return 1; fi
  said=$(kubectl --namespace kube-system get configmap perigee-upgrade --ignore-not-found --output 'jsonpath={.data.applied}') ||
    fail "the API server does not say how far the upgrade is; run this again when it answers"
  [ "$said" = "$KUBERNETES_VERSION" ]
}

remember_applied() {
  if [ -z "${PEERS:-}" ]; then return; fi
  put_config_map perigee-upgrade perigee "  applied: \"$KUBERNETES_VERSION\""
}

# Its servers start on other nodes before the drain ends those that are here. Where none takes them, cluster DNS is away until
# this node is back.
move_cluster_dns() {
  local here elsewhere
  here=$(kubectl --namespace kube-system get pods --selector k8s-app=kube-dns --field-selector "spec.nodeName=$NODE_NAME" --output name)
  elsewhere=$(kubectl get nodes --field-selector spec.unschedulable=false --output name)
  if [ -z "$here" ] || [ -z "$elsewhere" ]; then return; fi
  kubectl --namespace kube-system rollout restart deployment/coredns
  kubectl --namespace kube-system rollout status deployment/coredns --timeout 120s ||
    echo "cluster DNS could not move to another node: it is away until $NODE_NAME is back"
}

# kubeadm moves the former manifest away before it moves the new one in: what ended in between left neither. It is the
# kubeadm and the documents of the new version that are there then.
make_missing_manifests() {
  local pod
  if [ ! -s "$upgrading" ]; then return; fi
  for pod in "${static_pods[@]:?}"; do
    if [ -e "/etc/kubernetes/manifests/$pod.yaml" ]; then continue; fi
    echo "the manifest of $pod is missing since the upgrade was interrupted: making it"
    if [ "$pod" = etcd ]; then kubeadm_phase etcd local; else kubeadm_phase control-plane "${pod#kube-}"; fi
  done
}

stopped() {
  fail "the upgrade stopped: this control plane has Kubernetes $KUBERNETES_VERSION, what follows it keeps its version. Mend what" \
    "is named above, and run 'pulumi up' again: it goes on from here"
}

running_version() { kubectl get --raw /version | served_version; }

# The program refuses this too, by what the last `up` wrote; what runs may be newer.
refuse_other_way() {
  local next="${1%%.*}.$(($(cut -d. -f2 <<<"$1") + 1))"
  if older "$KUBERNETES_VERSION" "$1"; then
    fail "kubernetesVersion = $KUBERNETES_VERSION: this cluster runs $1, and no cluster goes back. Allowed: $1 or newer; the" \
      "way back is a restore of a backup of that version (docs/runbook.md, Upgrade Kubernetes)"
  fi
  if older "$next" "${KUBERNETES_VERSION%.*}"; then
    fail "kubernetesVersion = $KUBERNETES_VERSION: this cluster runs $1, and kubeadm goes one minor version at a time. Allowed:" \
      "a version of ${1%.*} or $next; then the next one"
  fi
}

# The API server counts since it started who asked for what a later version no longer has.
refuse_removed_apis() {
  local metrics removed
  metrics=$(metrics_of_all) || fail "an API server's metrics cannot be read; nothing was changed"
  removed=$(removed_apis <<<"$metrics" | sort --unique)
  if [ -z "$removed" ]; then return; fi
  if [ "${REMOVED_APIS:?}" = allow ]; then
    echo "in use, and gone after this upgrade (updates.removedApis = allow):"$'\n'"$removed"
    return
  fi
  fail "kubernetesVersion = $KUBERNETES_VERSION: since this API server started somebody has asked it for what that version no" \
    "longer has:"$'\n'"$removed"$'\n'"Nothing was changed. Move its users to a newer API version, or set updates.removedApis" \
    "to \"allow\" where you know that nobody needs it (the count begins anew when the API server starts)"
}

# Each API server counts what it was asked for itself.
metrics_of_all() {
  local addresses address
  kubectl get --raw /metrics || return 1
  addresses=$(kubectl --namespace kube-system get pods --selector component=kube-apiserver --output 'jsonpath={.items[*].status.hostIP}') ||
    return 1
  for address in $addresses; do
    if [ "$address" = "${PRIVATE_IP:?}" ]; then continue; fi
    kubectl --server "https://$address:6443" get --raw /metrics || return 1
  done
}

# Lines of the API server's metrics in, `resource.version.group, gone from 1.36` out.
removed_apis() {
  local line minor
  while read -r line; do
    minor=$(label removed_release)
    if [ -z "$minor" ] || older "${KUBERNETES_VERSION%.*}" "$minor"; then continue; fi
    echo "  $(label resource)$(prefixed / "$(label subresource)").$(label version)$(prefixed . "$(label group)"), gone from $minor$(users_of "$minor")"
  done < <(grep '^apiserver_requested_deprecated_apis{' | grep -v ' 0$')
}

# One label of $line.
label() { grep -oE "[{,]$1=\"[^\"]*\"" <<<"$line" | cut -d'"' -f2 || true; }

prefixed() { [ -z "$2" ] || printf '%s%s' "$1" "$2"; }

# The audit log has those who wrote, not those who only read.
users_of() {
  local users
  users=$(grep -hF "\"k8s.io/removed-release\":\"$1\"" /var/log/kubernetes/audit.log 2>/dev/null |
    grep -oE '"user":\{"username":"[^"]*"' | cut -d'"' -f6 | sort -u | head -5 | paste -sd, | sed 's/,/, /g') || true
  [ -z "$users" ] || printf ' (written by %s)' "$users"
}

# The lock of this machine is lent to the backup, which takes it itself. Of several control planes, the one whose etcd leads
# makes those of the timer.
back_up() {
  local status=0 verb=run
  # An older backup.sh is of a cluster of one.
  if [ -n "${PEERS:-}" ] && grep -qsF "backup.sh run | now" /opt/perigee/backup.sh; then verb=now; fi
  if [ -z "${BACKUPS:-}" ]; then
    echo "backups are off: none is made before the upgrade"
    return
  fi
  [ -x /opt/perigee/backup.sh ] || fail "backup.enabled = true, and this machine makes none yet: run 'pulumi up' with the" \
    "version of now first. Nothing was changed"
  flock --unlock 9
  /opt/perigee/backup.sh "$verb" 9>&- || status=$?
  flock --wait 600 9 || fail "another step is running for $NODE_NAME on this machine; nothing was changed"
  [ "$status" = 0 ] || fail "there is no upgrade without a backup, and it failed; nothing was changed. The lines above say why"
}

# Its page and a half goes to the log on the machine.
kubeadm_upgrade() {
  room_for_copy
  echo "kubeadm upgrade $1: running (log: ${kubeadm_log:?} on this machine)"
  # shellcheck disable=SC2046 # zero or one word
  if kubeadm upgrade "$@" --patches /etc/perigee/patches $(preflight_flags) >"$kubeadm_log" 2>&1; then return; fi
  tail --lines 30 "$kubeadm_log" >&2
  node_diagnosis
  keep_newest_copy >&2
  fail "kubeadm upgrade $1 failed; the lines above say why. Mend it, and run 'pulumi up' again: it goes on from here"
}

# A static pod's UID is a hash of all that a kubelet knows of pods: to one of another minor version each is another pod, which it
# starts in place of the one that runs, some seconds after its own start. Until then an API server answers that is about to end.
runs_pods_of_kubelet() {
  local said pod uid
  said=$(kubectl --request-timeout 10s get --raw "/api/v1/nodes/$NODE_NAME/proxy/pods") || return 1
  for pod in "${static_pods[@]:?}"; do
    uid=$(grep -oE "\"name\":\"$pod-$NODE_NAME\",\"namespace\":\"kube-system\",\"uid\":\"[^\"]+" <<<"$said" | cut -d'"' -f12)
    [ -n "$uid" ] || return 1
    [ -n "$(crictl --runtime-endpoint "${runtime:?}" ps --quiet --state running --label "io.kubernetes.pod.uid=$uid")" ] || return 1
  done
  api_ready
}

upgraded() {
  [ "$(kubectl get node "$NODE_NAME" --output \
    'jsonpath={.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type=="Ready")].status}')" = "v$KUBERNETES_VERSION True" ]
}

