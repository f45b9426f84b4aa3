#!/usr/bin/env bash
# Joins this worker to the cluster, or brings it to another version (upgrade/scripts/node.sh) and to changed settings, and
# waits until its node is Ready.
# Inputs: NODE_NAME PROVIDER_ID API_NAME CA_CERTIFICATE CERTIFICATE KUBEADM_CONFIG KUBELET_CONFIG KUBELET_ARGS DISK_GIB READY_TIMEOUT KUBERNETES_VERSION MACHINE_FILES
# Safe to run again.

folder=/etc/perigee/join
own_kubeconfig=/etc/kubernetes/kubelet.conf
# What this machine has applied completely.
applied=/var/lib/perigee/applied-documents

join() {
  boot_finished
  grow_disk
  if joined_to_this_cluster && ! of_before_a_restore; then
    upgrade_node
    keep_machine_files
    update_worker
  else
    if [ -e /etc/kubernetes/kubelet.conf ] || [ -e /etc/kubernetes/bootstrap-kubelet.conf ]; then reset_node; fi
    forget_pod_network
    forget_upgrade
    keep_machine_files
    wait_for 300 "${API_NAME:?} to resolve" getent ahostsv4 "$API_NAME" || exit 1
    write_documents
    wait_for 120 "the API server to answer this machine with the certificate that admits it" said_not_ready || {
      said_not_ready || true # shows what it answers
      exit 1
    }
    kubeadm_logged join
    documents_hash >"$applied"
    touch /var/lib/perigee/joined
  fi
  keep_modes
  if ! wait_for "${READY_TIMEOUT:?}" "node ${NODE_NAME:?} to be Ready" node_ready; then
    node_diagnosis
    fail "node $NODE_NAME did not become Ready; the lines above are what its kubelet and containerd last said"
  fi
  wait_for_serving_certificate
  finish_upgrade
  # The kubelet now has its own credentials, and renews them.
  rm -f "$folder/discovery.conf" /etc/kubernetes/bootstrap-kubelet.conf
  echo "node $NODE_NAME is Ready"
}

joined_to_this_cluster() {
  [ -e /var/lib/perigee/joined ] && [ -e "$own_kubeconfig" ] &&
    [ "$(cat /etc/kubernetes/pki/ca.crt)" = "${CA_CERTIFICATE:?}" ]
}

# The control plane was restored at an older version than this worker's, and no kubelet is newer than its API server.
of_before_a_restore() { older "${KUBERNETES_VERSION:?}" "$(installed_version)"; }

# kubeadm refuses a Node that says Ready: of a join that was interrupted at its end, or from before a restore. With the
# credentials of its next kubelet a machine may say of its own Node how it is.
said_not_ready() {
  local as=(kubectl --kubeconfig "$folder/discovery.conf" --request-timeout 10s) said
  said=$("${as[@]}" get node "${NODE_NAME:?}" --ignore-not-found --output \
    'jsonpath={.status.conditions[?(@.type=="Ready")].status}') || return 1
  if [ "$said" != True ]; then return 0; fi
  "${as[@]}" patch node "$NODE_NAME" --subresource status --patch \
    '{"status": {"conditions": [{"type": "Ready", "status": "False", "reason": "Rejoining", "message": "the machine joins the cluster anew"}]}}'
}

documents_hash() { printf '%s\n' "${KUBEADM_CONFIG:?}" "${KUBELET_CONFIG:?}" | sha256sum | cut -d' ' -f1; }

update_worker() {
  if [ "$(cat "$applied" 2>/dev/null)" = "$(documents_hash)" ]; then
    echo "joined already"
    # A kubelet registers its node when it starts: one whose node was deleted meanwhile has to start again.
    own_node >/dev/null || systemctl restart kubelet
    return
  fi
  echo "the settings of this worker changed: applying them"
  rm -f "$applied" # until the end
  printf '%s' "$KUBEADM_CONFIG" >/etc/perigee/kubeadm.yaml
  # The control plane put it there.
  wait_for "${READY_TIMEOUT:?}" "the kubelet's configuration from the cluster" kubelet_configuration || {
    tail --lines 30 "${kubeadm_log:?}" >&2
    exit 1
  }
  keep_kubelet_args
  systemctl restart kubelet
  documents_hash >"$applied"
}

kubelet_configuration() { kubeadm upgrade node phase kubelet-config --patches /etc/perigee/patches >"${kubeadm_log:?}" 2>&1; }

# kubeadm writes these at the join only. They are what a kubelet registers its Node with, should it be deleted.
keep_kubelet_args() {
  local file=/var/lib/kubelet/kubeadm-flags.env others
  others=$(sed -n 's/^KUBELET_KUBEADM_ARGS="\(.*\)"$/\1/p' "$file" | tr ' ' '\n' |
    grep -vE '^--(node-ip|node-labels|register-with-taints)=' | xargs || true)
  printf 'KUBELET_KUBEADM_ARGS="%s"\n' "${KUBELET_ARGS:?}${others:+ $others}" >"$file.new"
  mv "$file.new" "$file"
}

# A kubelet may read its own Node, and nothing more is needed to see it Ready.
own_node() {
  kubectl --kubeconfig "$own_kubeconfig" get node "$NODE_NAME" \
    -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}'
}

node_ready() { [ "$(own_node)" = True ]; }

write_documents() {
  umask 077
  rm -f /var/lib/perigee/joined
  mkdir -p /etc/perigee/patches
  printf 'providerID: %s\n' "${PROVIDER_ID:?}" >/etc/perigee/patches/kubeletconfiguration1+merge.yaml
  printf '%s' "${KUBEADM_CONFIG:?}" >/etc/perigee/kubeadm.yaml
  write_discovery "$folder" "$CA_CERTIFICATE" "${CERTIFICATE:?}"
  umask 022
}

join
