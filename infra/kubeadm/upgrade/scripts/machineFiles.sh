#!/usr/bin/env bash
# Part of init.sh and join.sh: the files that user data brings to a new machine follow on one that runs, and prepare.sh
# makes of them what depends on them: kernel settings, packages, containerd, the kubelet's own configuration.
# Inputs: KUBERNETES_VERSION MACHINE_FILES. Safe to run again, and goes on where it was interrupted.

# Paths of the last run, so that a mirror that the settings no longer name goes.
machine_files=/var/lib/perigee/machine-files
# Version and images that an upgrade goes to: not where a boot would find them before the control plane is there.
ahead=/etc/perigee/ahead

# Of a machine that begins anew, with whatever version.
forget_upgrade() { rm -rf "${upgrading:?}" "$ahead"; }

keep_machine_files() {
  local path changing
  mkdir -p "${machine_files%/*}"
  changing=$(changing_files) # whole: a grep that has found something ends what still writes to it
  # Images and mirrors count at the next pull. The marker goes first: an interrupted run is then made complete at the next.
  if grep -qE '/(prepare\.sh|machine\.env|[^/]*\.conf)$' <<<"$changing"; then rm -f /var/lib/perigee/prepared-*; fi
  install_files <<<"${MACHINE_FILES:?}"
  if [[ "${changed:-}" == */*spot* ]]; then systemctl daemon-reload && systemctl try-restart perigee-spot.service; fi
  while read -r path; do
    case "$path" in
      /etc/containerd/certs.d/*) grep -qF " $path " <<<"$MACHINE_FILES" || rm -f "$path" ;;
    esac
  done < <(cat "$machine_files" 2>/dev/null)
  cut -d' ' -f2 <<<"$MACHINE_FILES" >"$machine_files"
  prepare
}

changing_files() {
  local path content
  while read -r _ path content; do
    cmp --silent <(base64 --decode <<<"$content") "$path" || echo "$path"
  done <<<"$MACHINE_FILES"
}

# kubeadm of the new version and its images, while everything runs as it did.
prepare_ahead() {
  install_files < <(sed -E "s# /etc/perigee/(machine\.env|images) # $ahead/\1 #" <<<"${MACHINE_FILES:?}")
  prepare ahead "$ahead"
}

prepare() { timeout 1200 /opt/perigee/prepare.sh "$@" || fail "this machine could not be prepared for Kubernetes $KUBERNETES_VERSION; the lines above say why"; }

