#!/usr/bin/env bash
# Part of init.sh: the key that Secrets are encrypted with in etcd, and its rotation in the order of kubernetes.io,
# "Encrypting Confidential Data at Rest", "Rotate a decryption key". Input: SECRETS_KEY, the number of the key.
# Which keys the file holds, in which order, says how far a rotation is: safe to run again, and goes on from there.

encryption=/etc/kubernetes/perigee/encryption.yaml

rotate_secrets_key() {
  local wanted
  # The key that every cluster began with. A number is never lowered, so there is nothing to go back to.
  if [ "${SECRETS_KEY:?}" = 1 ]; then return; fi
  wanted=$(key_name "$SECRETS_KEY")
  refuse_foreign_keys
  if [ "$(key_names)" != "$wanted" ]; then
    echo "rotating the key that Secrets are encrypted with; the API is away for a moment, twice"
    # Before a server encrypts with the key, all servers must be able to read it. Of one server both become true at once.
    add_key "$wanted"
    prefer_key "$wanted"
    use_keys
    rewrite_secrets
    drop_other_keys "$wanted"
  fi
  use_keys
}

key_name() { if [ "$1" = 1 ]; then echo first; else echo "key$1"; fi; }

# The keys in the file's order: `{name: first, secret: ...}`, one a line.
keys() { grep -oE '\{name: [^{}]+\}' "$encryption" 2>/dev/null || true; }

key_names() { keys | sed -E 's/^\{name: ([^,]+),.*/\1/'; }

new_key() { printf '{name: %s, secret: %s}\n' "$1" "$(head -c 32 /dev/urandom | base64 -w0)"; }

add_key() { if ! key_names | grep -qx "$1"; then write_keys "$(keys)"$'\n'"$(new_key "$1")"; fi; }

prefer_key() { write_keys "$(keys | grep -F "{name: $1,")"$'\n'"$(keys | grep -vF "{name: $1,")"; }

drop_other_keys() { write_keys "$(keys | grep -F "{name: $1,")"; }

# write_keys KEYS: whole or not at all, and on the disk before anything is encrypted with them.
write_keys() {
  (umask 077 && encryption_config "$1" >"$encryption.new")
  sync "$encryption.new"
  mv "$encryption.new" "$encryption"
  sync "${encryption%/*}"
}

# The keys are made here and never leave this machine but in a backup.
encryption_config() {
  cat <<EOF
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox: {keys: [${1//$'\n'/, }]}
      - identity: {}
EOF
}

# The API server reads the file at its start only, so what an interrupted run left is waited for too.
use_keys() {
  if ! grep -qsF "$(settings_of kube-apiserver)" /etc/kubernetes/manifests/kube-apiserver.yaml; then
    static_pod_patches
    kubeadm_phase control-plane apiserver
  fi
  wait_for 300 "the API server to run with the keys for Secrets" current kube-apiserver || { node_diagnosis; exit 1; }
}

# Any write encrypts a Secret with the first key. Taking away an annotation that none has writes it and changes nothing
# of it, which `kubectl replace` would: its annotation of the last applied configuration.
rewrite_secrets() {
  local namespaces namespace said
  namespaces=$(kubectl get namespaces --output 'jsonpath={.items[*].metadata.name}')
  [ -n "$namespaces" ] || fail "the cluster names no namespace: nothing of it was encrypted with the new key"
  for namespace in $namespaces; do
    said=$(kubectl --namespace "$namespace" annotate secrets --all perigee.dev/none- 2>&1 >/dev/null) ||
      gone_or_written $? "$said" || fail "the Secrets of $namespace could not be encrypted with the new key: $said"
  done
}

# gone_or_written STATUS ERRORS: one that was deleted meanwhile needs no key, and one that was changed has the new one.
# Whatever else may be wrong with kubectl, the former key stays.
gone_or_written() {
  [ "$1" = 1 ] && [ -n "$2" ] && ! grep -qvE '^Error from server \((NotFound|Conflict)\): ' <<<"$2"
}

refuse_former_key() {
  local newest
  newest=$(key_names | sed -nE 's/^first$/1/p; s/^key([0-9]+)$/\1/p' | sort -n | tail -n 1)
  ((${SECRETS_KEY:?} >= ${newest:-1})) || fail "the key for Secrets of this cluster has the number $newest, or is being" \
    "rotated to it, and the settings ask for $SECRETS_KEY: a number is never lowered. Set keys.secrets to $newest"
}

refuse_foreign_keys() {
  [ "$(encryption_config "$(keys)")" = "$(cat "$encryption")" ] || fail "$encryption on this machine is not as Perigee wrote" \
    "it, so its keys cannot be rotated: put keys.secrets back to 1, and rotate them by hand"
}
