#!/usr/bin/env bash
# Drains this node when AWS announces that it takes the Spot machine back. Asks every five seconds and never ends; safe
# to be killed and run again: every round does what is left to do.
set -euo pipefail

readonly metadata=http://169.254.169.254/latest
node=$(hostname)
# The kubelet's own credentials: they cordon this node and evict its pods, and touch no other node.
export KUBECONFIG=/etc/kubernetes/kubelet.conf

main() {
  local notice told=""
  while :; do
    if notice=$(spot_notice); then
      if [ "$notice" != "$told" ] && announce "$notice"; then told=$notice; fi
      drain
    fi
    sleep 5
  done
}

# Prints AWS's notice; fails while there is none.
spot_notice() {
  local token
  token=$(curl -fsS --noproxy '*' --max-time 2 -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" \
    "$metadata/api/token") || return 1
  curl -fs --noproxy '*' --max-time 2 -H @- "$metadata/meta-data/spot/instance-action" \
    <<<"X-aws-ec2-metadata-token: $token"
}

# In the journal, which goes with the machine, and as an Event, which stays; fails while the API server takes no Event.
announce() {
  local time now
  time=$(sed -n 's/.*"time" *: *"\([0-9TZ:.-]*\)".*/\1/p' <<<"$1")
  now=$(date --utc +%FT%TZ)
  echo "AWS takes this machine back at ${time:-an unknown time}: draining node $node"
  api create --raw /api/v1/namespaces/default/events --filename - >/dev/null <<EOF
{"apiVersion": "v1", "kind": "Event", "metadata": {"namespace": "default", "generateName": "$node."},
 "involvedObject": {"apiVersion": "v1", "kind": "Node", "name": "$node", "uid": "$node"},
 "type": "Warning", "reason": "SpotInterruption", "source": {"component": "perigee-spot", "host": "$node"},
 "message": "AWS takes this Spot machine back at ${time:-an unknown time}; its pods are evicted",
 "firstTimestamp": "$now", "lastTimestamp": "$now", "count": 1}
EOF
}

# Pods of DaemonSets would come back, and those of files (owned by the Node) are the kubelet's own.
drain() {
  local pods namespace pod owners leaving
  api cordon "$node" >/dev/null || true
  pods=$(pods_here) || return 0
  while read -r namespace pod owners leaving; do
    case ",$owners," in *,DaemonSet,* | *,Node,*) continue ;; esac
    if [ "$leaving" = "<none>" ]; then evict "$namespace" "$pod"; fi
  done <<<"$pods"
}

pods_here() {
  api get pods --all-namespaces --no-headers \
    --field-selector "spec.nodeName=$node,status.phase!=Succeeded,status.phase!=Failed" \
    --output "custom-columns=:.metadata.namespace,:.metadata.name,:.metadata.ownerReferences[*].kind,:.metadata.deletionTimestamp"
}

# What a PodDisruptionBudget holds is asked for again in the next round, until the machine goes.
evict() {
  local said
  if said=$(api create --raw "/api/v1/namespaces/$1/pods/$2/eviction" --filename - 2>&1 \
    <<<"{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"namespace\": \"$1\", \"name\": \"$2\"}}"); then
    echo "evicted $1/$2"
  else
    echo "$1/$2 stays for now: $said"
  fi
}

api() { kubectl --request-timeout 10s "$@"; }

main
