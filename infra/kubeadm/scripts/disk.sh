#!/usr/bin/env bash
# Part of the steps that make a node: the root file system grows to the disk, which AWS grows under a machine that runs.
# Input: DISK_GIB. Safe to run again; what has the size already stays as it is.

block_devices=/sys/dev/block
# The size that the kubelet has seen since the machine started.
seen_size=/run/perigee-disk-size

grow_disk() {
  local numbers kind where device disk
  read -r numbers kind where < <(findmnt --noheadings --output MAJ:MIN,FSTYPE,TARGET --target /var/lib/kubelet)
  device=$(realpath --canonicalize-existing "$block_devices/$numbers" 2>/dev/null) || device=none
  disk=$device
  if [ -e "$device/partition" ]; then disk=$(dirname "$device"); fi
  case "$kind ${disk##*/}" in
    ext[234]\ dm-* | xfs\ dm-*) grown_by_others "a logical volume" ;;
    ext[234]\ * | xfs\ *)
      wait_for 300 "the disk to have ${DISK_GIB:?} GiB" has_size "$disk" || exit 1
      if [ "$disk" != "$device" ]; then grow_partition "/dev/${disk##*/}" "$(cat "$device/partition")"; fi
      grow_file_system "$kind" "/dev/${device##*/}" "$where"
      ;;
    *) grown_by_others "of the kind $kind" ;;
  esac
  # A kubelet tells its Node the size that the disk had when it started. Its pods run on.
  if [ "$(node_size)" != "$(cat "$seen_size" 2>/dev/null)" ]; then
    systemctl try-restart kubelet
    node_size >"$seen_size"
  fi
}

node_size() { df --block-size=1M --output=size /var/lib/kubelet | tail --lines 1; }

# The kernel counts in sectors of 512 bytes.
has_size() { (($(cat "$1/size") * 512 >= DISK_GIB * 1024 ** 3)); }

# growpart ends with 1 where there is nothing to grow.
grow_partition() {
  command -v growpart >/dev/null || fail "growpart is missing on this machine: install cloud-guest-utils, and run this again"
  growpart "$1" "$2" >/dev/null || (($? == 1)) || fail "the partition $2 of $1 could not be grown to the disk's $DISK_GIB GiB"
}

grow_file_system() {
  local said
  if [ "$1" = xfs ]; then said=$(xfs_growfs "$3" 2>&1); else said=$(resize2fs "$2" 2>&1); fi ||
    fail "the file system of $2 could not be grown to the disk's $DISK_GIB GiB: $said"
}

# The image's own business, as long as the node sees the size: less the file system's own part.
grown_by_others() {
  local mib
  mib=$(node_size)
  ((mib >= DISK_GIB * 1024 * 9 / 10)) ||
    fail "the root file system has $mib MiB of the disk's $DISK_GIB GiB, and one that is $1 is not grown here: grow it on" \
      "this machine, and run this again"
}
