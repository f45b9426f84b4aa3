#!/usr/bin/env bash
# Keeps the certificates of this control plane from ending. `renew`, which perigee-certificates.timer runs, renews what has
# less than a third of its life left, starts again what takes a new one at its start only, and writes the end of each as a
# metric. `renew-admin` renews the administrator's kubeconfig alone, for a step, which holds the lock already.
# Safe to run again, and goes on where it was interrupted.
set -euo pipefail
export LC_ALL=C

readonly config=/etc/perigee/kubeadm.yaml
readonly patches=/etc/perigee/patches
readonly kubernetes=/etc/kubernetes
readonly kubelet=/var/lib/kubelet/pki
readonly metrics=/var/lib/perigee/metrics
readonly initialised=/var/lib/perigee/initialised
export KUBECONFIG=/etc/kubernetes/admin.conf
node=$(hostname)
now=$(date +%s)

# What `kubeadm certs renew` knows, by its names.
renewable=(apiserver apiserver-etcd-client apiserver-kubelet-client etcd-healthcheck-client etcd-peer etcd-server
  front-proxy-client admin.conf controller-manager.conf scheduler.conf super-admin.conf)
# A kubelet renews its own; authorities are made for ten years, and another one is a person's decision.
reported=("${renewable[@]}" ca etcd-ca front-proxy-ca kubelet.conf kubelet-serving)

# Where several control planes do this they need no turn: nothing of what starts again below serves the API or holds data,
# and of a controller-manager or scheduler another one takes over meanwhile.
renew_all() {
  local name not_renewed=""
  for name in "${renewable[@]}"; do
    # An operator may have taken it away: it is for emergencies only.
    if [ "$name" = super-admin.conf ] && [ ! -e "$kubernetes/$name" ]; then continue; fi
    renew_below 3 "$name" || not_renewed+=" $name"
  done
  # These two read their kubeconfig at their start only. The API server takes the certificates that it serves with and
  # those that it shows to kubelets and extension servers from their files while it runs (k8s.io/apiserver,
  # dynamiccertificates; kubernetes, pkg/kubelet/client: ReloadTLSFiles), and so do etcd and its clients at each handshake
  # (etcd, client/pkg/transport/listener.go: GetCertificate, GetClientCertificate).
  runs_with_its_kubeconfig kube-controller-manager
  runs_with_its_kubeconfig kube-scheduler
  [ -z "$not_renewed" ] || fail "these were not renewed:$not_renewed; the lines above say why. It is tried again every hour;" \
    "when it is mended: systemctl start perigee-certificates"
}

# renew_below PARTS NAME: where less than one of so many parts of its life is left, or it cannot be used at all. kubeadm needs
# no API server for it: names and addresses are the certificate's own, certificateValidityPeriod is the document's.
renew_below() {
  local name=$2
  if ! intact "$name"; then
    echo "$name is missing, or does not go with its key: making it anew"
    make_anew "$name" || return 1
  elif is_due "$1" "$name"; then
    echo "renewing $name, which ends $(certificate "$name" | openssl x509 -noout -enddate | cut -d= -f2)"
    kubeadm certs renew "$name" --config "$config" || return 1
  fi
}

is_due() {
  local begins ends
  begins=$(moment "$2" startdate) && ends=$(moment "$2" enddate) && (((ends - now) * $1 < ends - begins))
}

# kubeadm writes a key before its certificate: what ended in between left two that do not belong together.
intact() {
  local of_certificate of_key
  of_certificate=$(certificate "$1" 2>/dev/null | openssl x509 -noout -pubkey 2>/dev/null) &&
    of_key=$(key "$1" 2>/dev/null | openssl pkey -pubout 2>/dev/null) && [ "$of_certificate" = "$of_key" ]
}

make_anew() {
  case "$1" in
    *.conf)
      rm -f "$kubernetes/$1"
      kubeadm init phase kubeconfig "${1%.conf}" --config "$config"
      ;;
    *)
      rm -f "$(pki "$1").crt" "$(pki "$1").key"
      kubeadm init phase certs "$1" --config "$config"
      ;;
  esac
}

certificate() {
  case "$1" in
    kubelet.conf) cat "$kubelet/kubelet-client-current.pem" ;;
    kubelet-serving) cat "$kubelet/kubelet-server-current.pem" ;;
    *.conf) sed -n 's/^ *client-certificate-data: //p' "$kubernetes/$1" | base64 --decode ;;
    *) cat "$(pki "$1").crt" ;;
  esac
}

key() {
  case "$1" in
    *.conf) sed -n 's/^ *client-key-data: //p' "$kubernetes/$1" | base64 --decode ;;
    *) cat "$(pki "$1").key" ;;
  esac
}

pki() { echo "$kubernetes/pki/${1/#etcd-/etcd/}"; }

# moment NAME startdate|enddate: in seconds since 1970; fails where there is no such certificate.
moment() {
  local said
  said=$(certificate "$1" 2>/dev/null | openssl x509 -noout "-$2" 2>/dev/null) && date --date "${said#*=}" +%s
}

# A pod that started before its kubeconfig was written last is started again, by another annotation in its manifest: the
# kubelet would wait longer and longer before it started one that was killed. Nothing has to be remembered for it.
runs_with_its_kubeconfig() {
  local pod=$1 written
  written=$(date --utc --reference "$kubernetes/${1#kube-}.conf" +%FT%TZ)
  wait_for 300 "the API server to answer" api get --raw /readyz
  if ! started_before "$pod" "$written"; then return; fi
  echo "$pod has run since before its kubeconfig was renewed: starting it again"
  annotate "$pod" "$written"
  wait_for 300 "$pod to be Ready with its new kubeconfig (crictl logs, journalctl -u kubelet)" started_since "$pod" "$written"
}

# The kubelet takes each file of the folder for a pod, so the new one is made beside it. The patch keeps the annotation when
# kubeadm writes the manifest anew (settle.sh).
annotate() {
  printf 'metadata: {annotations: {perigee.dev/certificates: "%s"}}\n' "$2" >"$patches/${1}1+strategic.yaml"
  (
    umask 077
    kubectl annotate --local --overwrite --filename "$kubernetes/manifests/$1.yaml" "perigee.dev/certificates=$2" --output yaml \
      >"$kubernetes/$1.yaml.new"
  )
  mv "$kubernetes/$1.yaml.new" "$kubernetes/manifests/$1.yaml"
}

# One that does not run now will start with the new one.
started_before() {
  local since
  since=$(pod_says "$1" '{.status.containerStatuses[0].state.running.startedAt}') ||
    fail "the API server does not say since when $1 has run; it is asked again in an hour"
  [ -n "$since" ] && [[ ! $since > $2 ]]
}

started_since() {
  local since ready
  read -r ready since < <(pod_says "$1" '{.status.conditions[?(@.type=="Ready")].status} {.status.containerStatuses[0].state.running.startedAt}{"\n"}')
  [ "$ready" = True ] && [[ $since > $2 ]]
}

pod_says() { api --namespace kube-system get pod "$1-$node" --ignore-not-found --output "jsonpath=$2"; }

api() { kubectl --request-timeout 10s "$@"; }

# Written whole, so that nobody reads half of it; also where this failed, then with the ends of what is there.
report() {
  local failed=$(($? != 0)) name ends
  mkdir -p "$metrics"
  {
    echo "# HELP perigee_certificate_expiry_timestamp_seconds When a certificate of this control plane ends."
    echo "# TYPE perigee_certificate_expiry_timestamp_seconds gauge"
    for name in "${reported[@]}"; do
      if ends=$(moment "$name" enddate); then
        echo "perigee_certificate_expiry_timestamp_seconds{certificate=\"$name\"} $ends"
      fi
    done
    echo "# HELP perigee_certificate_renewal_last_run_timestamp_seconds When the certificates were last looked at."
    echo "# TYPE perigee_certificate_renewal_last_run_timestamp_seconds gauge"
    echo "perigee_certificate_renewal_last_run_timestamp_seconds $now"
    echo "# HELP perigee_certificate_renewal_failed Whether the last run could not renew one that was due, or start a pod with it."
    echo "# TYPE perigee_certificate_renewal_failed gauge"
    echo "perigee_certificate_renewal_failed $failed"
  } >"$metrics/certificates.prom.new"
  mv "$metrics/certificates.prom.new" "$metrics/certificates.prom"
}

fail() {
  echo "$*" >&2
  exit 1
}

# wait_for SECONDS WHAT COMMAND...
wait_for() {
  local limit=$1 what=$2 deadline=$((SECONDS + $1))
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "timed out after ${limit}s waiting for $what; it is tried again in an hour"
    sleep 1
  done
}

case "${1:?}" in
  renew)
    trap report EXIT
    # A step of `up` may be at work on the same files (step.sh).
    exec 9>"/run/perigee-$node.lock"
    flock --wait 3000 9 || fail "a step of 'pulumi up' has been running on this machine for 50 minutes; it is tried again in an hour"
    if [ ! -e "$initialised" ]; then
      # Its data was set aside: what is not there is not made anew, and a restore is not kept waiting.
      echo "there is no cluster on this machine: nothing to renew"
      exit
    fi
    renew_all
    ;;
  # Such a kubeconfig leaves this machine, and lasts for half of a certificate's life at least.
  renew-admin) renew_below 2 admin.conf || fail "the administrator's kubeconfig could not be renewed; the lines above say why" ;;
  *) fail "certificates.sh: renew or renew-admin, not $1" ;;
esac
