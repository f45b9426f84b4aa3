#!/usr/bin/env bash
# Makes this machine the first control plane; prints the cluster's CA certificate (public).
# Inputs: NODE_NAME KUBERNETES_VERSION POD_CIDR SERVICE_CIDR API_NAME PRIVATE_IP KUBEADM_CONFIG AUDIT_POLICY PROVIDER_ID LABELS.
# Safe to run again.

marker=/var/lib/perigee/initialised
private_folder=/etc/kubernetes/perigee

init() {
  boot_finished >&2
  if [ -e "$marker" ]; then
    wait_for 300 "the API server of this control plane to answer" api_ready || { node_diagnosis; exit 1; }
    refuse_other_version
    refuse_other_addresses
  else
    initialise >&2
  fi
  # Not by the kubelet: at each start it would bring back the instance type that the machine had at first.
  xargs kubectl label node "$NODE_NAME" --overwrite <<<"${LABELS:?}" >&2
  cat /etc/kubernetes/pki/ca.crt
}

api_ready() { kubectl get --raw /readyz; }

refuse_other_version() {
  local running
  running=$(kubectl get --raw /version | grep -o '"gitVersion": *"[^"]*"' | grep -o '[0-9][0-9.]*')
  [ "$running" = "${KUBERNETES_VERSION:?}" ] || fail \
    "this cluster runs Kubernetes $running and the settings ask for $KUBERNETES_VERSION: an upgrade in place is" \
    "not supported. Put kubernetesVersion back to $running; docs/runbook.md says how to move to a new cluster"
}

# Every pod, Service and certificate carries an address of these blocks.
refuse_other_addresses() {
  local made wanted
  made=$(kubectl --namespace kube-system get configmap kubeadm-config --output 'jsonpath={.data.ClusterConfiguration}' |
    grep -E '^ *(podSubnet|serviceSubnet): ' | tr -d ' "' | sort | xargs)
  wanted="podSubnet:${POD_CIDR:?} serviceSubnet:${SERVICE_CIDR:?}"
  [ "$made" = "$wanted" ] || fail "this cluster was made with $made and the settings ask for $wanted: addresses of a" \
    "running cluster cannot be changed. Put podCidr and serviceCidr back; docs/runbook.md says how to move to a new cluster"
}

initialise() {
  wait_for 300 "${API_NAME:?} to resolve to ${PRIVATE_IP:?}" api_name_resolves || exit 1
  # The kubelet's package has a file of its own there.
  if compgen -G "/etc/kubernetes/manifests/*.yaml" >/dev/null; then reset_node; fi
  forget_pod_network
  write_documents
  kubeadm_logged init --skip-token-print
  # Workers are admitted one by one (member.sh); the token that kubeadm makes by itself would be valid for a day.
  kubectl --namespace kube-system delete secrets --field-selector type=bootstrap.kubernetes.io/token
  touch "$marker"
}

api_name_resolves() { getent ahostsv4 "$API_NAME" | grep -q "^$PRIVATE_IP "; }

write_documents() {
  umask 077
  mkdir -p "$private_folder" /var/log/kubernetes /etc/perigee/patches
  printf '%s' "${AUDIT_POLICY:?}" >"$private_folder/audit-policy.yaml"
  [ -e "$private_folder/encryption.yaml" ] || encryption_config >"$private_folder/encryption.yaml"
  printf 'providerID: %s\n' "${PROVIDER_ID:?}" >/etc/perigee/patches/kubeletconfiguration1+merge.yaml
  coredns_patch >/etc/perigee/patches/corednsdeployment+strategic.yaml
  printf '%s' "${KUBEADM_CONFIG:?}" >/etc/perigee/kubeadm.yaml
  umask 022
}

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

# The key is made here and never leaves this machine: docs/runbook.md says how to keep a copy.
encryption_config() {
  cat <<EOF
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox: {keys: [{name: first, secret: $(head -c 32 /dev/urandom | base64 -w0)}]}
      - identity: {}
EOF
}

init
