#!/usr/bin/env bash
# Makes a fresh machine ready for kubeadm: container runtime, Kubernetes packages, images.
# Run by cloud-init at first boot, and by the steps; safe to run again, and quick when it has finished before.
# `ahead FOLDER`: only kubeadm and the images of the version there, for an upgrade.
set -euo pipefail

# shellcheck source=/dev/null
. /opt/perigee/apt.sh

main() {
  # shellcheck source=/dev/null
  . /etc/perigee/machine.env
  local marker="/var/lib/perigee/prepared-${KUBERNETES_VERSION:?}"
  if [ -e "$marker" ]; then
    echo "already prepared for Kubernetes $KUBERNETES_VERSION"
    return
  fi
  refuse_swap /proc/swaps
  mkdir -p /var/lib/perigee /etc/perigee/patches
  load_kernel_settings
  install_packages
  configure_containerd
  configure_kubelet
  pull_images /etc/perigee/images
  touch "$marker"
  echo "prepared for Kubernetes $KUBERNETES_VERSION"
}

# refuse_swap TABLE: the kubelet does not start with swap on. The image is the operator's, so it is not switched off here.
refuse_swap() {
  local on
  on=$(awk 'NR > 1 {printf "%s%s", sep, $1; sep = ", "}' "$1")
  if [ -z "$on" ]; then return; fi
  echo "swap is on ($on), and the kubelet does not start with it: take an image without swap" \
    "(none in /etc/fstab, no swap unit), and replace this machine" >&2
  return 1
}

load_kernel_settings() {
  # Where the modules are built into the kernel, or belong to a host, there is nothing to load.
  modprobe -a overlay br_netfilter || echo "modules not loaded here: relying on the kernel's own"
  sysctl --quiet --load /etc/sysctl.d/90-perigee.conf || echo "some kernel settings are the host's"
}

# While the kubelet runs on: it must not be newer than the API server.
ahead() {
  # shellcheck source=/dev/null
  . "$1/machine.env"
  trust_packages
  retry 5 apt_install --allow-change-held-packages "kubeadm=${KUBERNETES_VERSION}-*"
  retry 5 when_unlocked apt-mark hold kubeadm >/dev/null
  pull_images "$1/images"
}

# Each minor version of Kubernetes has a repository of its own.
trust_packages() {
  local keyring=/etc/apt/keyrings/kubernetes.gpg
  mkdir -p /etc/apt/keyrings
  retry 10 fetch_key "$keyring"
  echo "deb [signed-by=$keyring] ${KUBERNETES_PACKAGES:?}/ /" >/etc/apt/sources.list.d/kubernetes.list
  export DEBIAN_FRONTEND=noninteractive
  retry 10 update_lists
}

install_packages() {
  trust_packages
  # What is there stays as it is: a first run that did not finish has started containerd, and holds it.
  retry 5 apt_install --no-upgrade containerd conntrack cri-tools ethtool nftables socat
  if containerd_is_too_old; then retry 5 apt_install --allow-change-held-packages containerd; fi
  # "1.36.3-*": the packages' own revision; the version that was asked for, or an error.
  retry 5 apt_install --allow-change-held-packages --allow-downgrades \
    "kubelet=${KUBERNETES_VERSION}-*" "kubeadm=${KUBERNETES_VERSION}-*" "kubectl=${KUBERNETES_VERSION}-*"
  # An unattended upgrade must never move a node to another version.
  retry 5 when_unlocked apt-mark hold kubelet kubeadm kubectl containerd >/dev/null
}

# The oldest one that was tested with this Kubernetes; "1.6.20~ds1" is one of 1.6.20.
containerd_is_too_old() {
  local installed
  installed=$(LC_ALL=C apt-cache policy containerd | sed -n 's/^ *Installed: //p')
  [ "$(printf '%s\n' "${CONTAINERD:-0}~" "$installed" | sort --version-sort | head -1)" = "$installed" ]
}

fetch_key() {
  curl -fsSL --max-time 30 "${KUBERNETES_PACKAGES}/Release.key" | gpg --batch --yes --dearmor -o "$1"
}

cgroup_v2() { [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; }

# Bit 24 of the bounding set. Without it no process may lower an OOM score, and containerd must not try.
may_set_oom_score() { (((0x$(awk '/^CapBnd/ {print $2}' /proc/self/status) >> 24) & 1)); }

configure_containerd() {
  local systemd_cgroup=false restrict_oom=true
  if cgroup_v2; then systemd_cgroup=true; fi
  if may_set_oom_score; then restrict_oom=false; fi
  mkdir -p /etc/containerd/conf.d /etc/containerd/certs.d
  # Version 2 is read by containerd 1.6 to 2.x.
  printf 'version = 2\nimports = ["/etc/containerd/conf.d/*.toml"]\n' >/etc/containerd/config.toml
  cat >/etc/containerd/conf.d/10-perigee.toml <<EOF
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE:?}"
  restrict_oom_score_adj = $restrict_oom
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = $systemd_cgroup
EOF
  systemctl enable --quiet containerd
  systemctl restart containerd
}

# What the kernel calls for goes into this node's kubelet configuration through kubeadm's patches.
configure_kubelet() {
  local patch=/etc/perigee/patches/kubeletconfiguration0+merge.yaml
  rm -f "$patch"
  if ! cgroup_v2; then printf 'cgroupDriver: cgroupfs\nfailCgroupV1: false\n' >"$patch"; fi
  systemctl enable --quiet kubelet
}

pull_images() {
  local image
  while read -r image; do
    retry 5 ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d "$image" >/dev/null
    echo "pulled $image"
  done <"$1"
}

case "${1:-}" in
  ahead) ahead "${2:?}" ;;
  *) main ;;
esac
