#!/usr/bin/env bash
# Run by mmdebstrap on the new tree ($1), at the end, while the archive can still be reached from it.
# FILES: folder to lay over the tree. PUBLISH, TOOLS: folders to fill with .deb files; OFFERED, TOOL: their packages.
set -euo pipefail
tree=$1

# Without their dependencies these would be of no use: apt works those out, against what the tree already has.
download() { # folder package...
  local folder=$1
  shift
  chroot "$tree" apt-get clean
  chroot "$tree" apt-get install --yes --quiet --quiet --download-only --no-install-recommends "$@"
  mkdir -p "$folder"
  cp "$tree"/var/cache/apt/archives/*.deb "$folder/"
  chroot "$tree" apt-get clean
}
read -ra offered <<<"${OFFERED:?}"
download "$PUBLISH" "${offered[@]}"
download "$TOOLS" "$TOOL"

cp -r --no-preserve=ownership "$FILES/." "$tree/"
chroot "$tree" systemctl enable shared-mounts.service
# apt's daily update was due long ago, as in an image of a cloud: it begins at the first boot, with what user data installs.
mkdir -p "$tree/var/lib/systemd/timers"
touch --date 2020-01-01 "$tree/var/lib/systemd/timers/stamp-apt-daily.timer"

# What makes a machine itself is made at its first boot.
rm -f "$tree"/etc/ssh/ssh_host_*
: >"$tree/etc/machine-id"
rm -f "$tree/var/lib/dbus/machine-id" "$tree/etc/hostname"
: >"$tree/etc/resolv.conf"

# The archive that a machine installs from is the lab's own, said when the machine is made.
: >"$tree/etc/apt/sources.list"
