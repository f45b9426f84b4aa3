#!/usr/bin/env bash
# Part of init.sh: what a backup has comes back to a control plane without data of its own. Nothing is changed before the
# backup is known to be whole, and to be this cluster's and this version's.
# Inputs: RESTORE_FROM (latest, or the name of a backup; empty: none; `nothing`: none, and no new cluster is begun)
# CLUSTER_NAME BUCKET_HOST BUCKET_REGION BUCKET_OWNER BACKUP_IDENTITY KUBERNETES_VERSION KUBEADM_CONFIG PROVIDER_ID SECRETS_KEY

backup_folder=/var/lib/perigee/restore
etcd_data=/var/lib/etcd

# Names the folder with what this machine had (backup.sh set-aside).
set_aside=/var/lib/perigee/set-aside

wants_restore() { [[ ! ${RESTORE_FROM:-} =~ ^(|empty|nothing)$ ]]; }

# Whoever set the data aside wants another state of this cluster, and not a new one in its place. Neither does a machine begin
# one by itself that an `up` made for a restore which did not come to its end.
refuse_to_begin_empty() {
  if wants_restore; then return; fi
  [ ! -e "$set_aside" ] ||
    fail "the data of this control plane was set aside in $(cat "$set_aside"), and a new cluster is not begun in its place: set" \
      "restoreFrom to latest or to the name of a backup, and run this again"
  [ "${RESTORE_FROM:-}" != nothing ] ||
    fail "this machine is in the place of a control plane that died, and has none of its data yet: set restoreFrom to latest or" \
      "to the name of a backup, or to empty to begin without it, and run this again"
}

refuse_backup() { fail "restoreFrom = $RESTORE_FROM: $*; nothing was changed"; }

# The backup, checked, in $backup_folder/content.
fetch_backup() {
  local object said
  umask 077
  rm -rf "$backup_folder"
  trap 'rm -rf "$backup_folder"' EXIT # it holds keys in clear
  mkdir -p "$backup_folder/content"
  install_age
  object=$(chosen_backup) || exit 1
  echo "fetching the backup $object"
  s3_soon GET "$object" "$backup_folder/backup.tar.age" || refuse_backup "${s3_error:?}"
  # Its identity comes by a file descriptor: it lies nowhere on this machine.
  said=$(age --decrypt --identity <(printf '%s\n' "${BACKUP_IDENTITY:?}") --output "$backup_folder/backup.tar.gz" \
    "$backup_folder/backup.tar.age" 2>&1) ||
    refuse_backup "$object cannot be decrypted ($(head -1 <<<"$said")): it is damaged, or was made for another identity than backup.identity"
  tar --extract --gzip --directory "$backup_folder/content" --file "$backup_folder/backup.tar.gz" 2>/dev/null ||
    refuse_backup "$object is damaged"
  refuse_wrong_backup "$object"
  umask 022
}

# A permission that this same run has given counts in some seconds, and on the machine that is there nothing else waits.
s3_soon() {
  local deadline=$((SECONDS + 120))
  until s3 "$@"; do
    if ((SECONDS >= deadline)) || [[ "$s3_error" != *" answers 403 "* && "$s3_error" != *credentials* ]]; then return 1; fi
    sleep 5
  done
}

chosen_backup() {
  case "$RESTORE_FROM" in
    latest) newest_backup ;;
    */*) echo "$RESTORE_FROM" ;;
    *) echo "${CLUSTER_NAME:?}/$RESTORE_FROM" ;;
  esac
}

# S3 lists a thousand names at a time, in their order, which is that of time.
newest_backup() {
  local after="" newest="" found page="$backup_folder/page"
  while true; do
    s3_soon GET "?list-type=2&prefix=$CLUSTER_NAME%2F${after:+&start-after=${after//\//%2F}}" "$page" || refuse_backup "$s3_error"
    after=$(xml Key <"$page" | tail -1) || true
    if [ -z "$after" ]; then break; fi
    found=$(xml Key <"$page" | grep -E '/[0-9TZ-]+_v[0-9.]+\.tar\.age$' | tail -1) || true
    newest=${found:-$newest}
  done
  [ -n "$newest" ] || refuse_backup "there is no backup of $CLUSTER_NAME in ${BUCKET_HOST:?}"
  echo "$newest"
}

refuse_wrong_backup() {
  local object=$1 made wanted key
  (cd "$backup_folder/content" && sha256sum --check --quiet sums) >/dev/null 2>&1 || refuse_backup "$object is damaged"
  [ "$(manifest format)" = 1 ] || refuse_backup "$object was made by a newer Perigee"
  [ "$(manifest cluster)" = "$CLUSTER_NAME" ] || refuse_backup "$object is of the cluster $(manifest cluster), and this one is $CLUSTER_NAME"
  [ "$(manifest kubernetes)" = "${KUBERNETES_VERSION:?}" ] ||
    refuse_backup "$object is of Kubernetes $(manifest kubernetes), and the settings ask for $KUBERNETES_VERSION: set kubernetesVersion to it"
  key=$(grep -oE 'name: key[0-9]+' "$backup_folder/content/perigee/encryption.yaml" | tr -cd '0-9\n' | sort -n | tail -1) || true
  ((SECRETS_KEY >= ${key:-1})) || refuse_backup "$object has the key for Secrets with the number $key: set keys.secrets to it"
  made=$(fixed_settings <"$backup_folder/content/kubeadm.yaml")
  wanted=$(document ClusterConfiguration | fixed_settings)
  [ "$made" = "$wanted" ] || refuse_backup "$object has $(comm -23 <(echo "$made") <(echo "$wanted") | xargs), and the settings" \
    "ask for $(comm -13 <(echo "$made") <(echo "$wanted") | xargs): put them back"
}

manifest() { sed -n "s/^$1=//p" "$backup_folder/content/manifest"; }

# The authorities and keys to where kubeadm takes them from, and etcd's data to where its first start finds it.
place_backup() {
  local content="$backup_folder/content" address="https://${PRIVATE_IP:?}:2380" said
  echo "restoring etcd at revision $(manifest revision), $(manifest keys) keys, of $(manifest created)"
  mkdir -p /etc/kubernetes/pki "${private_folder:?}"
  cp -a "$content/pki/." /etc/kubernetes/pki/
  cp -a "$content/perigee/." "$private_folder/"
  # The folder itself may be a disk of its own.
  mkdir -p "$etcd_data"
  rm -rf "$etcd_data/member" "$etcd_data/restored" "$etcd_data"/perigee-snapshot.db*
  chmod 700 "$etcd_data"
  mv "$content/etcd.db" "$etcd_data/perigee-snapshot.db"
  # Watches of machines that live on begin anew at a revision that none of them has seen.
  said=$(ctr --namespace k8s.io run --rm --mount "type=bind,src=$etcd_data,dst=$etcd_data,options=rbind:rw" \
    "$(grep -m1 '/etcd:' /etc/perigee/images)" "perigee-restore-$$" \
    etcdutl snapshot restore "$etcd_data/perigee-snapshot.db" --data-dir "$etcd_data/restored" \
    --bump-revision 1000000000 --mark-compacted --name "${NODE_NAME:?}" \
    --initial-cluster "$NODE_NAME=$address" --initial-advertise-peer-urls "$address" 2>&1) || {
    tail --lines 10 <<<"$said" >&2
    fail "etcd's data could not be restored from the backup; the lines above say why. Nothing of the backup is lost: run this again"
  }
  mv "$etcd_data/restored/member" "$etcd_data/"
  rm -rf "$etcd_data/restored" "$etcd_data/perigee-snapshot.db"
  # shellcheck disable=SC2034 # step.sh
  etcd_restored=yes
}

# The cluster knows a former machine by this node's name: it registers anew, as the machine that it is.
forget_former_machine() {
  local former
  former=$(kubectl get node "$NODE_NAME" --ignore-not-found --output 'jsonpath={.spec.providerID}')
  if [ -n "$former" ] && [ "$former" != "${PROVIDER_ID:?}" ]; then
    echo "node $NODE_NAME was $former, which is gone"
    kubectl delete node "$NODE_NAME" --timeout 60s
    systemctl restart kubelet
    wait_for 300 "node $NODE_NAME to register" kubectl get node "$NODE_NAME" || { node_diagnosis; exit 1; }
    kubeadm_phase mark-control-plane
  fi
}

# Flannel tells the other nodes by its Node where this one's pods are, and writes the configuration of the pod network, which
# init.sh has removed, both at its start only.
start_flannel_anew() {
  kubectl --namespace kube-flannel delete pods --selector app=flannel --field-selector "spec.nodeName=$NODE_NAME" --timeout 120s
}
