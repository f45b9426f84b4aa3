#!/usr/bin/env bash
# Part of init.sh: brings a control plane that runs to the documents of the settings: certificates, static pods,
# kubelet, kube-proxy, cluster DNS. What kubeadm cannot change on a running cluster is refused by name.
# Inputs: KUBEADM_CONFIG AUDIT_POLICY PROVIDER_ID SECRETS_KEY PEERS CONTROL_PLANES. Safe to run again, and goes on where it was interrupted.

config=/etc/perigee/kubeadm.yaml
patches=/etc/perigee/patches
private_folder=/etc/kubernetes/perigee
# What this machine has applied completely, and a marker that it has begun to apply something else.
applied=/var/lib/perigee/applied-documents
begun=/var/lib/perigee/begun-documents
static_pods=(etcd kube-apiserver kube-controller-manager kube-scheduler)

settle() {
  if [ ! -e "$begun" ] && [ "$(cat "$applied" 2>/dev/null)" = "$(documents_hash)" ]; then return; fi
  # etcd of this machine starts again: of several members one at a time.
  if [ -n "${PEERS:-}" ] && [ ! -e "$begun" ] && ! wait_for 300 "every member of etcd to answer" etcd_whole; then
    missing_members "" >&2
    fail "the changed settings are not applied to ${NODE_NAME:?}, and nothing was changed on it. Bring back what does not answer, or" \
      "have it replaced ('pulumi refresh', then 'pulumi up'), and run this again"
  fi
  echo "the settings of this control plane changed: applying them; where its API server starts again, it is away for a moment"
  touch "$begun"
  write_documents
  renew_certificates
  # One after the other, as kubeadm does it in an upgrade: the API server needs etcd to start.
  kubeadm_phase etcd local
  wait_for 300 "etcd to run with the new settings" current etcd || { node_diagnosis; exit 1; }
  kubeadm_phase control-plane all
  wait_for 300 "the control plane's pods to run with the new settings" current "${static_pods[@]}" || { node_diagnosis; exit 1; }
  kubeadm_phase upload-config all
  kubeadm_phase kubelet-start
  kubeadm_phase mark-control-plane
  settle_addons
  remember_documents
}

# API servers of before let a pod's token pass for a year, and noted it (pkg/serviceaccount/claims.go: stale-token).
tell_of_stale_tokens() {
  local users
  if grep -qs 'service-account-extend-token-expiration=false' /etc/kubernetes/manifests/kube-apiserver.yaml; then return; fi
  users=$(grep -ohsE '"authentication.k8s.io/stale-token":"subject: [^,"]+' /var/log/kubernetes/*.log | sed 's/.*: //' | sort -u | paste -sd' ') || true
  if [ -z "$users" ]; then return; fi
  echo "these use a token for longer than the hour that it is good for: $users. Those of pods that run now last for their year; of" \
    "pods that start from now on they end after an hour, unless the program reads its token's file again (docs/security.md, 1.2.30)"
}

etcd_whole() { [ -z "$(missing_members "")" ]; }

# Neither of them may be newer than an API server: while an upgrade goes from one control plane to the next, they wait for the
# last one.
settle_addons() {
  local name said
  for name in ${CONTROL_PLANES:-}; do
    said=$(kubectl get node "$name" --ignore-not-found --output 'jsonpath={.status.nodeInfo.kubeletVersion}') || exit 1
    if [ -n "$said" ] && older "${said#v}" "${KUBERNETES_VERSION:?}"; then
      echo "kube-proxy and cluster DNS stay as they are until $name has Kubernetes $KUBERNETES_VERSION"
      return
    fi
  done
  kubeadm_phase addon all
  # It reads its settings at its start only. What it has told the kernel stays meanwhile.
  kubectl --namespace kube-system rollout restart daemonset/kube-proxy
}

documents_hash() {
  printf '%s\n' "${KUBEADM_CONFIG:?}" "${AUDIT_POLICY:?}" "${PROVIDER_ID:?}" ${AUTHENTICATION_CONFIG:+"$AUTHENTICATION_CONFIG"} |
    sha256sum | cut -d' ' -f1
}

remember_documents() {
  forget_authentication
  documents_hash >"$applied"
  rm -f "$begun"
}

write_documents() {
  tell_of_stale_tokens
  umask 077
  mkdir -p "$private_folder" /var/log/kubernetes "$patches"
  printf '%s' "$AUDIT_POLICY" >"$private_folder/audit-policy.yaml"
  write_authentication
  [ -e "${encryption:?}" ] || write_keys "$(new_key "$(key_name "${SECRETS_KEY:?}")")"
  printf 'providerID: %s\n' "$PROVIDER_ID" >"$patches/kubeletconfiguration1+merge.yaml"
  coredns_patch >"$patches/corednsdeployment+strategic.yaml"
  static_pod_patches
  printf '%s' "$KUBEADM_CONFIG" >"$config"
  umask 022
}

# A static pod starts again when its manifest changes. The audit policy and the keys for Secrets are files beside it, and
# are read at start only; certificates are taken from their files at each handshake, so that other names in them start nothing.
static_pod_patches() {
  local pod
  for pod in "${static_pods[@]}"; do
    printf 'metadata: {annotations: {perigee.dev/settings: "%s"}}\n' "$(settings_of "$pod")" >"$patches/${pod}0+strategic.yaml"
  done
}

settings_of_static_pods() { printf '%s\n' "$(document ClusterConfiguration | without certSANs)" "$AUDIT_POLICY" | sha256sum | cut -c1-16; }

# without KEY: YAML in, without what lies below the key.
without() {
  awk -v "key=$1:" '{ indent = match($0, /[^ ]/) } inside && indent > inside { next } { inside = $1 == key ? indent : 0 } !inside'
}

# settings_of POD: with the first key as they were before keys could be rotated, so that no API server starts again for it.
settings_of() {
  if [ "$1" != kube-apiserver ] || [ "$(key_names)" = first ]; then
    settings_of_static_pods
  else
    { settings_of_static_pods; cat "$encryption"; } | sha256sum | cut -c1-16
  fi
}

# document KIND: the one of the documents that has this kind.
document() { awk -v "kind=kind: $1\n" 'BEGIN { RS = "---\n" } index($0, kind)' <<<"$KUBEADM_CONFIG"; }

# current POD...: they run with the settings of now.
current() {
  local pod
  for pod in "$@"; do
    [ "$(kubectl --namespace kube-system get pod "$pod-${NODE_NAME:?}" --output \
      'jsonpath={.metadata.annotations.perigee\.dev/settings} {.status.conditions[?(@.type=="Ready")].status}')" = \
      "$(settings_of "$pod") True" ] || return 1
  done
}

# Each server takes the new certificate from its file; a name or address that the settings add is in it. One that an
# interrupted run moved away is made.
renew_certificates() {
  local certificate path
  for certificate in apiserver etcd-server etcd-peer; do
    path=/etc/kubernetes/pki/${certificate/etcd-/etcd/}
    rm -f "$path.crt" "$path.key"
    kubeadm_phase certs "$certificate"
  done
}

# kubeadm_phase PHASE PART [DOCUMENTS]
kubeadm_phase() {
  local documents=${3:-$config}
  echo "kubeadm init phase $1 ${2:-}" | sed 's/ $//'
  # shellcheck disable=SC2086 # one word or none
  if kubeadm init phase "$1" ${2:-} --config "$documents" >"${kubeadm_log:?}" 2>&1; then return; fi
  tail --lines 30 "${kubeadm_log:?}" >&2
  fail "kubeadm init phase $1 ${2:-} failed; the lines above say why (log: $kubeadm_log on this machine). Run this again when it is mended"
}

# Every pod, Service, certificate and kubeconfig of a cluster carries these.
fixed_settings() { sed -nE 's/^ *((clusterName|controlPlaneEndpoint|podSubnet|serviceSubnet|dnsDomain): .*)/\1/p' | tr -d ' "' | sort; }

refuse_fixed_settings() {
  local made wanted only_made only_wanted
  made=$(kubectl --namespace kube-system get configmap kubeadm-config --output 'jsonpath={.data.ClusterConfiguration}') || exit 1
  made=$(fixed_settings <<<"$made")
  wanted=$(document ClusterConfiguration | fixed_settings)
  only_made=$(comm -23 <(echo "$made") <(echo "$wanted") | xargs)
  only_wanted=$(comm -13 <(echo "$made") <(echo "$wanted") | xargs)
  [ "$made" = "$wanted" ] || fail "this cluster was made with $only_made and the settings ask for $only_wanted: names and" \
    "addresses of a running cluster cannot be changed. Put clusterName, podCidr and serviceCidr back; docs/runbook.md says" \
    "how to move to a new cluster"
}
