#!/usr/bin/env bash
# Part of init.sh and join.sh: what kubeadm, the kubelet and the packages leave for everybody on the machine to read becomes
# root's alone (CIS benchmark 1.12: 1.1.11, 4.1.1, 4.1.9; docs/security.md). Safe to run again.

keep_modes() {
  local file
  # kubeadm writes a configuration into the file that is there, so that an upgrade by hand leaves it so too.
  for file in /var/lib/kubelet/config.yaml /var/lib/kubelet/instance-config.yaml; do
    if [ -e "$file" ]; then chmod 600 "$file"; fi
  done
  # The kubelet makes it for the static pod.
  if [ -d /var/lib/etcd ]; then chmod 700 /var/lib/etcd; fi
  # dpkg remembers it, and unpacks the next version with it. What somebody else has told it stays.
  while read -r file; do
    case "$(dpkg-statoverride --list "$file")" in
      "") dpkg-statoverride --update --add root root 600 "$file" ;;
      "root root 600 "*) chmod 600 "$file" ;;
    esac
  done < <(dpkg-query --listfiles kubelet kubeadm | grep -E '/systemd/system/kubelet\.service(\.d/.*\.conf)?$')
}

