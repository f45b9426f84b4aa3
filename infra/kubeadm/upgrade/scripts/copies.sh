#!/usr/bin/env bash
# Part of init.sh: the copies of etcd's data that `kubeadm upgrade` makes, a whole one each time, and leaves behind. One that
# failed keeps the newest; they would fill the disk.

copies=/etc/kubernetes/tmp
# MiB that are left beside a copy.
copy_reserve=1024

copies_of_etcd() { compgen -G "$copies/kubeadm-backup-etcd-*" | sort || true; } # their names end with the time

keep_newest_copy() {
  local all
  mapfile -t all < <(copies_of_etcd)
  if ((${#all[@]} == 0)); then return; fi
  rm -rf "${all[@]:0:${#all[@]}-1}" "$copies"/kubeadm-upgraded-manifests*
  echo "etcd's data as kubeadm copied it before is in ${all[-1]}; the upgrade removes it when it is done"
}

# There is a backup, and kubeadm itself takes back by a copy of its own only.
room_for_copy() {
  keep_newest_copy
  if has_room; then return; fi
  if [ -n "$(copies_of_etcd)" ]; then
    echo "there is no room for another copy beside it: removing it"
    forget_copies
    if has_room; then return; fi
  fi
  fail "kubeadm upgrade is not begun: it copies etcd's data ($(etcd_size) MiB), and this machine's disk has $(free_space) MiB left, of" \
    "which $copy_reserve stay free. Make room ('crictl rmi --prune' removes images that nothing uses; 'journalctl --vacuum-size 200M'" \
    "logs), or raise controlPlane.diskGiB, and run 'pulumi up' again: it goes on from here"
}

has_room() { (($(free_space) >= $(etcd_size) + copy_reserve)); }

free_space() { df --block-size=1M --output=avail /etc/kubernetes | tail --lines 1 | tr -d ' '; }

etcd_size() { du --summarize --block-size=1M /var/lib/etcd 2>/dev/null | cut -f1 | grep . || echo 0; }

forget_copies() { rm -rf "$copies"/kubeadm-backup-* "$copies"/kubeadm-upgraded-manifests*; }
