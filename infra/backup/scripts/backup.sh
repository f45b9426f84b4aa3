#!/usr/bin/env bash
# Backs up the cluster of this control plane: an etcd snapshot, the certificate authorities and the key of its Secrets,
# encrypted for the operator, put into the bucket. `set-aside` puts this machine's own data aside, so that the next `up`
# with restoreFrom brings back an older state. Run by perigee-backup.timer; safe to run again.
# Usage: backup.sh run | now | set-aside | check INTERVAL_SECONDS; `now` also where another control plane has etcd's leader
set -euo pipefail

# shellcheck source=/dev/null
. /etc/perigee/backup.env
# shellcheck source=/dev/null
. /opt/perigee/s3.sh

metrics=/var/lib/perigee/metrics/backup.prom
work=/var/lib/perigee/backup
initialised=/var/lib/perigee/initialised
# Names the folder with what this machine had; init begins nothing else than a restore while it is there.
set_aside=/var/lib/perigee/set-aside
# etcd's container sees this folder of the machine.
etcd_folder=/var/lib/etcd
export KUBECONFIG=/etc/kubernetes/admin.conf
export CONTAINER_RUNTIME_ENDPOINT=unix:///run/containerd/containerd.sock

fail() {
  error=$*
  echo "$*" >&2
  exit 1
}

# Not beside a step, a backup or a renewal: snapshot and key for Secrets must be of the same moment, and what waits for the
# API server must not lose it.
alone() {
  exec 9>"/run/perigee-$(hostname).lock"
  flock --wait 1200 9 || fail "a step of 'pulumi up', a backup or a renewal of certificates has been running on this machine for 20 minutes"
}

run() {
  alone
  if [ ! -e "$initialised" ]; then
    echo "there is no cluster on this machine: nothing to back up"
    return
  fi
  started=$(date +%s)
  error="ended before it was done"
  trap 'ended $?' EXIT
  if [ "$1" != now ] && ! leader; then
    echo "etcd's leader is on another control plane, which backs up"
    error=""
    return
  fi
  umask 077
  rm -rf "$work"
  mkdir -p "$work/content"
  snapshot
  rest
  encrypt
  upload
  tell_cluster
  error=""
}

# One of several control planes does the work. A member that cannot be asked is none that could be backed up.
leader() {
  local status
  status=$(etcdctl endpoint status --write-out json 2>&1) || fail "etcd does not answer: $(tail --lines 1 <<<"$status")"
  [ "$(number member_id <<<"$status")" = "$(number leader <<<"$status")" ]
}

number() { grep -o "\"$1\":[0-9]*" | head -1 | cut -d: -f2; }

snapshot() {
  local said
  rm -f "$etcd_folder"/perigee-snapshot.db*
  said=$(etcdctl snapshot save "$etcd_folder/perigee-snapshot.db" 2>&1) ||
    fail "etcd's snapshot could not be taken: $(tail --lines 1 <<<"$said")"
  # It computes the sum of all keys: a snapshot that cannot be read fails here and not when it is needed.
  status=$(in_etcd etcdutl snapshot status "$etcd_folder/perigee-snapshot.db" --write-out json 2>&1) ||
    fail "etcd's snapshot cannot be read: $(tail --lines 1 <<<"$status")"
  mv "$etcd_folder/perigee-snapshot.db" "$work/content/etcd.db"
}

etcdctl() {
  local pki=/etc/kubernetes/pki/etcd
  in_etcd etcdctl --endpoints https://127.0.0.1:2379 --cacert "$pki/ca.crt" --cert "$pki/server.crt" --key "$pki/server.key" \
    --command-timeout "${INTERVAL_SECONDS:?}s" "$@"
}

# The programs of the etcd that runs are of its version.
in_etcd() {
  local container
  container=$(crictl ps --quiet --name '^etcd$' | head -1)
  if [ -z "$container" ]; then
    echo "no etcd runs on this machine"
    return 1
  fi
  crictl exec "$container" "$@"
}

# What a new control plane needs beside etcd: each certificate that ends is made anew there.
rest() {
  mkdir -p "$work/content/pki/etcd" "$work/content/perigee"
  {
    cp -a /etc/kubernetes/pki/{ca,front-proxy-ca}.{crt,key} /etc/kubernetes/pki/sa.{pub,key} "$work/content/pki/" &&
      cp -a /etc/kubernetes/pki/etcd/ca.{crt,key} "$work/content/pki/etcd/" &&
      cp -a /etc/kubernetes/perigee/encryption.yaml "$work/content/perigee/" &&
      cp -a /etc/perigee/kubeadm.yaml "$work/content/"
  } || fail "a file that a restore needs is missing"
  {
    echo "format=1"
    echo "cluster=${CLUSTER_NAME:?}"
    echo "kubernetes=$(kubernetes_version)"
    echo "node=$(hostname)"
    echo "created=$(date --utc --date "@$started" +%Y-%m-%dT%H:%M:%SZ)"
    echo "revision=$(number revision <<<"$status")"
    echo "keys=$(number totalKey <<<"$status")"
  } >"$work/content/manifest"
  (cd "$work/content" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$work/sums"
  mv "$work/sums" "$work/content/"
}

kubernetes_version() { sed -n 's/^kubernetesVersion: "*v\([0-9.]*\).*/\1/p' /etc/perigee/kubeadm.yaml; }

encrypt() {
  tar --create --directory "$work/content" . | gzip -1 | age --encrypt --recipient "${RECIPIENT:?}" --output "$work/backup.tar.age" ||
    fail "the backup could not be encrypted"
  size=$(stat --format %s "$work/backup.tar.age")
}

# shellcheck disable=SC2154 # s3_error: s3.sh
upload() {
  object="$CLUSTER_NAME/$(date --utc --date "@$started" +%Y-%m-%dT%H%M%SZ)_v$(kubernetes_version).tar.age"
  s3 PUT "$object" "$work/backup.tar.age" || fail "the backup could not be put into the bucket: $s3_error"
  echo "backed up: $object, $size bytes, etcd revision $(number revision <<<"$status")"
}

# Who destroys the cluster is asked for a backup: the cluster itself says when the last one was made.
tell_cluster() {
  kubectl --request-timeout 10s apply --server-side --force-conflicts --field-manager perigee --filename - >/dev/null <<EOF || echo "the cluster was not told"
apiVersion: v1
kind: ConfigMap
metadata: {name: perigee-backup, namespace: kube-system}
data: {object: "$object", seconds: "$started"}
EOF
}

# Whatever ended it: what is written says it, and what lies unencrypted goes.
ended() {
  rm -rf "$work" "$etcd_folder"/perigee-snapshot.db*
  local success=0 bytes=0 seconds=0
  if [ "$1" = 0 ] && [ -n "${object:-}" ]; then
    success=$started bytes=$size seconds=$(($(date +%s) - started))
  else
    success=$(former last_success_timestamp_seconds) bytes=$(former last_size_bytes) seconds=$(former last_duration_seconds)
  fi
  write_metrics
}

former() {
  local value
  value=$(sed -n "s/^perigee_backup_$1 //p" "$metrics" 2>/dev/null) || true
  echo "${value:-0}"
}

# metric NAME TYPE HELP VALUE
metric() { printf '# HELP perigee_backup_%s %s\n# TYPE perigee_backup_%s gauge\nperigee_backup_%s %s\n' "$1" "$2" "$1" "$1" "$3"; }

write_metrics() {
  local failed=0
  if [ -n "$error" ]; then failed=1; fi
  mkdir -p "${metrics%/*}"
  {
    metric last_success_timestamp_seconds "Time of the last backup that reached the bucket; 0 before the first." "$success"
    metric last_attempt_timestamp_seconds "Time of the last attempt." "$started"
    metric last_size_bytes "Size of the last backup, encrypted." "$bytes"
    metric last_duration_seconds "Duration of the last backup." "$seconds"
    metric interval_seconds "Time between two backups, as the settings want it." "$INTERVAL_SECONDS"
    metric failed "1 when the last attempt failed." "$failed"
    if [ "$failed" = 1 ]; then
      metric "error_info{error=\"$(tr -cd '[:alnum:] .,:;()/_-' <<<"$error" | cut -c1-160)\"}" "Reason why the last attempt failed." 1 |
        sed 's/^\(# [A-Z]* [a-z_]*\){[^}]*}/\1/'
    fi
  } >"$metrics.new"
  chmod 0755 "${metrics%/*}"
  chmod 0644 "$metrics.new"
  mv "$metrics.new" "$metrics"
}

check() {
  local seconds
  seconds=$(former last_duration_seconds)
  ((seconds < $1)) || fail "backup.intervalMinutes = $(($1 / 60)): the last backup of this cluster took $seconds s;" \
    "allowed: more than $((seconds / 60)) minutes"
}

# Undoes nothing for good: what this machine has is kept beside, until the operator deletes it.
set_aside() {
  local aside
  alone
  [ -e "$initialised" ] || [ -e "$set_aside" ] || fail "there is no cluster on this machine"
  umask 077
  # Run again, it goes on with the same folder; an empty one is of a disk that was full.
  [ -s "$set_aside" ] || echo "/var/lib/perigee/set-aside-$(date --utc +%Y-%m-%dT%H%M%SZ)" >"$set_aside"
  aside=$(cat "$set_aside")
  mkdir -p "$aside"
  echo "stopping the control plane"
  systemctl stop kubelet
  crictl ps --quiet --name '^(etcd|kube-apiserver|kube-controller-manager|kube-scheduler)$' | xargs --no-run-if-empty crictl stop --timeout 30 >/dev/null
  # What is damaged may be missing.
  if [ -e "$etcd_folder/member" ]; then cp -a "$etcd_folder/member" "$aside/"; fi
  if [ -e /etc/kubernetes/pki ]; then cp -a /etc/kubernetes "$aside/"; fi
  timeout 180 kubeadm reset --force --cri-socket "$CONTAINER_RUNTIME_ENDPOINT" >/dev/null 2>&1 || fail "kubeadm reset failed: run this again"
  rm -f "$initialised"
  cat <<EOF
this control plane has no data of its own any more; what it had is in $aside
next, on your own machine:  pulumi config set perigee-infra:restoreFrom latest   (or the name of an older backup)
                            pulumi up
where restoreFrom has that value already:  pulumi up --replace "\$(pulumi stack -u | grep -o 'urn:.*::cluster-init$')"
EOF
}

case "${1:-}" in
  run | now) run "$1" ;;
  set-aside) set_aside ;;
  check) check "${2:?}" ;;
  *) fail "usage: backup.sh run | now | set-aside | check INTERVAL_SECONDS" ;;
esac
