#!/usr/bin/env bash
# Takes a machine back to where it was when cloud-init had finished: packages, images and documents stay, everything
# that a cluster made goes. Run by clusterReady.ts before each measurement.
set -euo pipefail

main() {
  timeout 180 kubeadm reset --force --cri-socket unix:///run/containerd/containerd.sock >/dev/null 2>&1 ||
    echo "kubeadm reset did not end well; going on"
  rm -rf /etc/cni/net.d/* /var/lib/cni /run/flannel /var/lib/etcd/member
  # What the steps of `pulumi up` remember; certificates of the former CA above all.
  rm -rf /var/lib/perigee/initialised /var/lib/perigee/joined /var/lib/perigee/admitted /etc/perigee/join
  remove_packet_rules
  remove_links
  [ ! -e /etc/kubernetes/admin.conf ]
  sync
}

# Not the lab's own table, which is the security groups.
remove_packet_rules() {
  local family name
  nft list tables | while read -r _ family name; do
    case "$name" in
      kube-proxy | flannel-*) nft delete table "$family" "$name" ;;
    esac
  done
}

remove_links() {
  local link
  for link in flannel.1 cni0; do
    if ip link show "$link" >/dev/null 2>&1; then ip link delete "$link"; fi
  done
}

main "$@" </dev/null
