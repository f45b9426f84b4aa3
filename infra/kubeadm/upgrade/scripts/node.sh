#!/usr/bin/env bash
# Part of join.sh: brings a worker that the control plane has drained (makeWay.sh) to the control plane's version, in place.
# Safe to run again, and goes on where it was interrupted. Inputs: NODE_NAME KUBERNETES_VERSION READY_TIMEOUT

# From the first change until the node is back.
upgrading=/var/lib/perigee/upgrading

installed_version() { kubelet --version | grep -o '[0-9][0-9.]*'; }

upgrade_node() {
  local installed
  installed=$(installed_version)
  if [ "$installed" = "${KUBERNETES_VERSION:?}" ] && [ ! -e "$upgrading" ]; then return; fi
  wait_for 120 "the API server to run Kubernetes $KUBERNETES_VERSION: no worker is newer than it" control_plane_first || exit 1
  echo "upgrading this worker from Kubernetes $installed to $KUBERNETES_VERSION"
  touch "$upgrading"
  prepare_ahead
  if ! upgrade_configuration >"${kubeadm_log:?}" 2>&1; then
    tail --lines 30 "$kubeadm_log" >&2
    fail "kubeadm upgrade node failed; the lines above say why. $NODE_NAME stays drained: mend it, and run 'pulumi up' again"
  fi
  keep_machine_files
  systemctl restart kubelet
}

# shellcheck disable=SC2046 # zero or one word
upgrade_configuration() { kubeadm upgrade node --patches /etc/perigee/patches $(preflight_flags); }

control_plane_first() {
  local serves
  serves=$(own_kubectl get --raw /version | served_version) && ! older "$serves" "$KUBERNETES_VERSION"
}

own_kubectl() { kubectl --kubeconfig "${own_kubeconfig:?}" --request-timeout 10s "$@"; }

# The gate of this node, with what a kubelet may ask: it is Ready with its version, and from here API, etcd and cluster DNS
# answer. Then pods may come back.
finish_upgrade() {
  if [ ! -e "$upgrading" ]; then return; fi
  wait_for "${READY_TIMEOUT:?}" "node $NODE_NAME to report Kubernetes $KUBERNETES_VERSION" reports_version || not_back
  wait_for "$READY_TIMEOUT" "the API server and etcd to be ready, as seen from $NODE_NAME" own_kubectl get --raw /readyz || not_back
  wait_for "$READY_TIMEOUT" "cluster DNS to answer, as seen from $NODE_NAME" cluster_dns || not_back
  release_node own_kubectl
  forget_upgrade
}

not_back() {
  node_diagnosis
  fail "the upgrade stopped at $NODE_NAME, which has Kubernetes $KUBERNETES_VERSION and stays drained; what follows it keeps its" \
    "version. Mend what is named above, and run 'pulumi up' again: it goes on from here"
}

reports_version() {
  [ "$(own_kubectl get node "$NODE_NAME" --output 'jsonpath={.status.nodeInfo.kubeletVersion}')" = "v$KUBERNETES_VERSION" ]
}

# kube-proxy of this node and the pod network carry it.
cluster_dns() {
  local address
  address=$(sed -n '/^clusterDNS:/{n;s/^ *- *//p}' /var/lib/kubelet/config.yaml)
  timeout 5 bash -c "</dev/tcp/$address/53"
}

