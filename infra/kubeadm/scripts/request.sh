#!/usr/bin/env bash
# Waits until this machine is prepared, then prints a certificate request for its kubelet (public).
# The key behind it is made here and never leaves the machine. Inputs: NODE_NAME. Safe to run again.

folder=/etc/perigee/join

request() {
  boot_finished >&2
  umask 077
  mkdir -p "$folder"
  if [ ! -s "$folder/kubelet.csr" ]; then
    openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
      -subj "/O=system:nodes/CN=system:node:${NODE_NAME:?}" \
      -keyout "$folder/kubelet.key" -out "$folder/kubelet.csr.new" 2>/dev/null
    mv "$folder/kubelet.csr.new" "$folder/kubelet.csr"
  fi
  cat "$folder/kubelet.csr"
}

request
