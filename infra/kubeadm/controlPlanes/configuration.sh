#!/usr/bin/env bash
# Part of init.sh: the cluster's part of kubeadm's documents, which the cluster keeps (the ConfigMap kubeadm-config). A control
# plane that joins, and `kubeadm upgrade`, take it from there. Inputs: NODE_NAME KUBERNETES_VERSION KUBEADM_CONFIG

# The version that the control planes of this cluster have, or, while an upgrade goes from one to the next, will have.
configured_version() {
  local made
  made=$(kubectl --namespace kube-system get configmap kubeadm-config --output 'jsonpath={.data.ClusterConfiguration}') || exit 1
  made=$(sed -n 's/^ *kubernetesVersion: *"\{0,1\}v\([0-9.]*\).*/\1/p' <<<"$made")
  [ -n "$made" ] || fail "the cluster's own configuration (kubeadm-config in kube-system) names no Kubernetes version"
  echo "$made"
}

# The settings of now, for those that join, before this control plane itself applies them.
publish_configuration() {
  local document=/run/perigee-configuration.yaml
  printf '%s\n' "${KUBEADM_CONFIG:?}" >"$document"
  kubeadm_phase upload-config kubeadm "$document"
  rm -f "$document"
}

# kubeadm of this machine, which is that of the settings, starts an API server of the cluster's version beside its kubelet,
# and no kubelet may be newer.
refuse_unequal_version() {
  local version
  version=$(configured_version)
  [ "$version" = "${KUBERNETES_VERSION:?}" ] || fail "${NODE_NAME:?} has Kubernetes $KUBERNETES_VERSION and does not join a cluster" \
    "of $version: the control planes that are there are upgraded first. Run 'pulumi up' again"
}


# This control plane has the version of the settings, and another one, which may have died since, has begun to bring the cluster
# to a newer one: what that wrote to etcd is not undone by putting the setting back.
refuse_half_way() {
  local configured
  configured=$(configured_version 2>/dev/null) || return 0
  if ! older "${KUBERNETES_VERSION:?}" "$configured"; then return; fi
  fail "kubernetesVersion = $KUBERNETES_VERSION: another control plane has begun the upgrade of this cluster to $configured, and no" \
    "cluster goes back. Allowed: $configured; 'pulumi up' goes on with it"
}
