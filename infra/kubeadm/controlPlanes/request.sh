#!/usr/bin/env bash
# Waits until this machine is prepared, then prints what a control plane needs to be admitted: a certificate request for its
# kubelet, and the recipient for whom the authorities' keys are encrypted (both public). The keys behind them are made here
# and never leave the machine. Inputs: NODE_NAME. Safe to run again.

request_control_plane() {
  local folder=/etc/perigee/join
  install_age >&2
  umask 077
  mkdir -p "$folder"
  if [ ! -s "$folder/age.key" ]; then
    rm -f "$folder/age.key.new"
    age-keygen -o "$folder/age.key.new" 2>/dev/null
    mv "$folder/age.key.new" "$folder/age.key"
  fi
  age-keygen -y "$folder/age.key"
}

request_control_plane
