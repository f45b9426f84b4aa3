#!/bin/sh
# Runs kube-router's firewall, and takes its rules away when its DaemonSet is deleted. When only this pod ends, as in an
# update, they stay and hold: nothing is open meanwhile. Arguments: kube-router's own.
set -eu

readonly own='KUBE-(ROUTER|POD-FW|NWPLCY)-'
readonly account=/var/run/secrets/kubernetes.io/serviceaccount

# is_deleted: what the API server says of the DaemonSet. No answer is no: the rules stay.
is_deleted() {
  url="https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/apis/apps/v1/namespaces/$NAMESPACE/daemonsets/$DAEMON_SET"
  answer=$(printf 'header = "Authorization: Bearer %s"\n' "$(cat "$account/token")" |
    curl --silent --max-time 10 --cacert "$account/ca.crt" --config - --write-out '\n%{http_code}' "$url") || return 1
  printf '%s\n' "$answer" | grep -q -e '"deletionTimestamp"' -e '^404$'
}

# remove_rules: first what leads to the engine's chains, then these, in one go; then the sets that they named.
remove_rules() {
  rules=$(iptables --wait 10 --list-rules)
  chains=$(printf '%s\n' "$rules" | grep -E "^-N $own") || chains=
  if [ -n "$chains" ]; then
    {
      echo '*filter'
      printf '%s\n' "$rules" | grep -E "^-A (INPUT|FORWARD|OUTPUT) .*-j $own" | sed 's/^-A/-D/'
      printf '%s\n' "$chains" | sed 's/^-N/-F/'
      printf '%s\n' "$chains" | sed 's/^-N/-X/'
      echo COMMIT
    } | iptables-restore --noflush --wait 10
  fi
  ipset list -name | grep -E '^KUBE-(SRC|DST)-' | while read -r name; do ipset destroy "$name"; done
}

end_engine() { [ -z "$engine" ] || kill -TERM "$engine" 2>/dev/null || true; }

ended=
engine=
trap 'ended=yes; end_engine' TERM INT
kube-router "$@" &
engine=$!
if [ -n "$ended" ]; then end_engine; fi # told so before it was known
code=0
wait "$engine" || code=$?
if [ -z "$ended" ]; then exit "$code"; fi # by itself: it is started again, and its rules hold
wait "$engine" 2>/dev/null || true
if is_deleted; then
  echo "the DaemonSet $DAEMON_SET is deleted: removing the rules of NetworkPolicies"
  remove_rules
fi
