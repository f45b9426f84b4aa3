#!/usr/bin/env bash
# Runs on the control plane, for one worker. `admit` signs the worker's certificate request and prints the
# certificate (public: useless without the key, which stays on the worker), and keeps labels and taints as
# the settings say, and the address for which the kubelet may have a serving certificate (told.sh); another CONTROL_PLANE
# admits it again. Where its node has an older Kubernetes, it is drained for its upgrade (upgrade/scripts/makeWay.sh). `leave` drains the
# node and deletes it, or refuses before it touches anything. Safe to run again.
# Inputs: NODE_NAME CONTROL_PLANE PROVIDER_ID PRIVATE_IP REQUEST LABELS TAINTS DRAIN_TIMEOUT KUBERNETES_VERSION

signer=kubernetes.io/kube-apiserver-client-kubelet

admit() {
  wait_for 120 "the API server to answer" kubectl get --raw /readyz || exit 1
  local certificate
  mkdir -p "${admitted:?}"
  certificate="$admitted/${NODE_NAME:?}.$(printf '%s' "${REQUEST:?}" | sha256sum | cut -c1-16).crt"
  {
    refuse_foreign_request
    remove_former_machine
    # The same certificate every time, so that a second run changes nothing on the worker.
    [ -s "$certificate" ] || sign "$certificate"
    if node_exists; then
      settle_labels_and_taints
      make_way
    fi
    # A kubelet may write any address into its Node, so the approver takes this one for the machine's. Of labels and taints the
    # next run knows by it what to take away.
    tell address "${PRIVATE_IP:?}" label "${LABELS:-}" taint "${TAINTS:-}"
  } >&2
  cat "$certificate"
}

# An API server that does not answer knows no node either.
node_exists() {
  local found
  found=$(kubectl get node "$NODE_NAME" --ignore-not-found --output name) ||
    fail "the API server does not say whether node $NODE_NAME is there; nothing was changed, run this again when it answers"
  [ -n "$found" ]
}

# A certificate names the node that may use it: a worker gets its own, no other's.
refuse_foreign_request() {
  local subject wanted="subject=O=system:nodes,CN=system:node:$NODE_NAME"
  subject=$(openssl req -noout -verify -subject -nameopt RFC2253,-dn_rev -in <(printf '%s\n' "$REQUEST") 2>/dev/null)
  [ "$subject" = "$wanted" ] || fail "the certificate request is for '$subject', not for '$wanted'"
}

# A machine that died left its Node behind: the new one of the same name is another machine.
remove_former_machine() {
  local former
  former=$(kubectl get node "$NODE_NAME" --ignore-not-found --output 'jsonpath={.spec.providerID}')
  if [ -n "$former" ] && [ "$former" != "${PROVIDER_ID:?}" ]; then
    echo "node $NODE_NAME was $former, which is gone"
    leave
  fi
}

sign() {
  local name="perigee-$NODE_NAME"
  kubectl delete certificatesigningrequest "$name" --ignore-not-found
  kubectl create --filename - <<EOF
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: $name}
spec:
  signerName: $signer
  usages: [digital signature, client auth]
  request: $(printf '%s\n' "$REQUEST" | base64 -w0)
EOF
  kubectl certificate approve "$name"
  wait_for 60 "the certificate for $NODE_NAME to be signed" signed "$name" "$1.new" || exit 1
  mv "$1.new" "$1"
  kubectl delete certificatesigningrequest "$name"
}

signed() {
  kubectl get certificatesigningrequest "$1" --output 'jsonpath={.status.certificate}' | base64 -d >"$2"
  [ -s "$2" ]
}

# Labels and taints that the settings no longer name go; what others put on the node stays.
settle_labels_and_taints() {
  settle label "${LABELS:-}" 's/=.*//'
  settle taint "${TAINTS:-}" 's/=[^:]*:/:/'
}

# settle KIND WANTED ID: WANTED holds lines as kubectl takes them, ID is the sed that turns one into what removes it.
settle() {
  local kind=$1 wanted=$2 before former
  before=$(told "$NODE_NAME" "$kind") || fail "the API server does not say which ${kind}s $NODE_NAME had; run this again when it answers"
  while read -r former; do
    if [ -n "$former" ] && ! grep -qxF -- "$former" <(printf '%s\n' "$wanted" | sed "$3") && carries "$kind" "$former"; then
      kubectl "$kind" node "$NODE_NAME" "$former-"
    fi
  done < <(sed "$3" <<<"$before")
  [ -z "$wanted" ] || xargs kubectl "$kind" node "$NODE_NAME" --overwrite <<<"$wanted"
}

# kubectl takes a label away that is not there; of a taint it says that it cannot.
carries() {
  local taints
  if [ "$1" = label ]; then return; fi
  taints=$(kubectl get node "$NODE_NAME" --output 'jsonpath={range .spec.taints[*]}{.key}:{.effect}{"\n"}{end}') || exit 1
  grep -qxF -- "$2" <<<"$taints"
}

# A volume of this machine's disk goes with the machine.
refuse_to_lose_volumes() {
  local said agreed=perigee.dev/lose-volumes
  if ! node_exists; then return; fi
  if [ "$(kubectl get node "$NODE_NAME" --output "jsonpath={.metadata.annotations.${agreed//./\\.}}")" = true ]; then return; fi
  said=$(kubectl get persistentvolumes --output 'jsonpath={range .items[*]}{.metadata.name}{"\t"}{.spec.claimRef.namespace}/{.spec.claimRef.name}{"\t"}{.spec.hostPath.path}{.spec.local.path}{"\t"}{.spec.nodeAffinity.required.nodeSelectorTerms[*].matchExpressions[*].values[*]}{"\n"}{end}') ||
    exit 1
  said=$(awk -F'\t' -v node="$NODE_NAME" '$2 != "/" && $3 != "" && index(" " $4 " ", " " node " ") { print "  " $3 " (volume " $1 ", claimed by " $2 ")" }' <<<"$said")
  if [ -z "$said" ] || ! reports; then return; fi
  fail "node $NODE_NAME stays as it is: its machine's disk holds"$'\n'"$said"$'\n'"and would take it along. Put" \
    "the pool's name, type and count back; or copy it to another node (docs/runbook.md, Samples on a worker's disk) or give it" \
    "up, say so by 'kubectl annotate node $NODE_NAME $agreed=true', and run this again"
}

leave() {
  if ! node_exists; then
    echo "node $NODE_NAME is gone already"
  else
    kubectl cordon "$NODE_NAME"
    drain
    kubectl delete node "$NODE_NAME" --timeout 60s
  fi
  forget_told
}

case "${1:?}" in
  admit) admit ;;
  leave)
    wait_for 120 "the API server to answer" kubectl get --raw /readyz || exit 1
    refuse_to_lose_volumes
    refuse_to_lose_pods
    leave
    ;;
  admit-control-plane | leave-control-plane) ;; # controlPlanes/member.sh goes on
  *) fail "member.sh: admit or leave, not $1" ;;
esac
