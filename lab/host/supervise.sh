#!/usr/bin/env bash
# Keeps one machine of the lab going, as EC2 does: `reboot` inside brings it up again, `poweroff` leaves it stopped,
# and one that is killed from outside is lost, as a terminated instance is. Runs in a mount namespace of its own, so
# that the machine's mounts (and with the last one the loop device) go when its processes go, however they ended; the
# host's mount table never sees them.
#
# supervise.sh MACHINE_ID MACHINE_FOLDER BASE_TREE RUNC_STATE_FOLDER NETWORK_NAMESPACE
set -euo pipefail
id=$1 folder=$2 base=$3 runc_state=$4 netns=$5

mount_root() {
  mkdir -p "$folder/mnt" "$folder/root"
  mountpoint -q "$folder/mnt" || mount -o loop,discard,noatime "$folder/disk.img" "$folder/mnt"
  if [ -d "$folder/content" ]; then
    cp --archive --no-target-directory "$folder/content" "$folder/mnt"
    rm -rf "$folder/content"
  fi
  mkdir -p "$folder/mnt/work"
  mount -t overlay overlay -o "lowerdir=$base,upperdir=$folder/mnt/upper,workdir=$folder/mnt/work" "$folder/root"
}

# The machine sees the disk that it grows its file system on; which loop device that is, is known once it is mounted.
write_config() {
  local device
  device=$(findmnt --noheadings --output SOURCE "$folder/mnt")
  sed "s|\"ROOT_DISK_MINOR\"|${device#/dev/loop}|; s|ROOT_DISK|$device|" \
    "$folder/bundle/config.template.json" >"$folder/bundle/config.json"
}

# systemd leaves its root read-only when it stops: it is mounted afresh for the next start.
unmount_root() { if mountpoint -q "$folder/root"; then umount -R "$folder/root"; fi; }

# A real reboot forgets bridges, tunnels and packet filters. The namespace outlives ours, so they are taken out by hand.
empty_network() {
  local link
  ip netns exec "$netns" nft flush ruleset
  for link in $(ip -n "$netns" -o link show | awk -F': ' '{ sub(/@.*/, "", $2); print $2 }'); do
    case $link in lo | eth0) ;; *) ip -n "$netns" link delete "$link" 2>/dev/null || true ;; esac
  done
  ip netns exec "$netns" nft -f "$folder/ingress.nft"
}

rm -f "$folder/powered-off"
while :; do
  mount_root
  write_config
  status=0
  runc --root "$runc_state" run --bundle "$folder/bundle" --pid-file "$folder/init.pid" "$id" </dev/null || status=$?
  runc --root "$runc_state" delete --force "$id" >/dev/null 2>&1 || true
  unmount_root
  # The kernel ends the init of a rebooting PID namespace by SIGHUP and of a halting one by SIGINT: reboot(2).
  if [ "$status" = 130 ]; then touch "$folder/powered-off"; fi
  [ "$status" = 129 ] || { echo "supervise: $id ended (status $status)"; exit 0; }
  echo "supervise: $id reboots"
  empty_network
done
