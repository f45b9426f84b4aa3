#!/usr/bin/env bash
# Keeps what works on this machine by itself between two runs of `up`: scripts, systemd units and packages; or takes
# them away again. Inputs: NODE_NAME PACKAGES FILES UNITS CHECK METRICS
# One a line: packages; files as mode, path and content in base64; units that are enabled and started. CHECK is a command
# that may refuse before anything is changed; METRICS is a file that goes with the files. Safe to run again.

keep() {
  boot_finished
  # Before anything is changed: what was refused must not stay.
  if [ -n "${CHECK:-}" ]; then bash -c "$CHECK" || exit 1; fi
  install_missing
  install_files <<<"${FILES:-}"
  if [ -n "$changed" ]; then systemctl daemon-reload; fi
  local unit
  while read -r unit; do
    if [ -z "$unit" ]; then continue; fi
    systemctl enable --quiet "$unit"
    # A changed unit or script counts from now on, also for a service that runs.
    if [ -n "$changed" ]; then systemctl restart "$unit"; else systemctl start "$unit"; fi
  done <<<"${UNITS:-}"
}

take_away() {
  local unit path
  while read -r unit; do
    if [ -z "$unit" ]; then continue; fi
    systemctl disable --now --quiet "$unit" 2>/dev/null || true
    # What the timer started may be at work, or wait for its next attempt.
    systemctl stop --quiet "${unit/%.timer/.service}" 2>/dev/null || true
  done <<<"${UNITS:-}"
  while read -r _ path _; do
    [ -z "$path" ] || rm -f "$path"
  done <<<"${FILES:-}"
  if [ -n "${METRICS:-}" ]; then rm -f "$METRICS"; fi # nobody shall take the last state for the present one
  systemctl daemon-reload
}

install_missing() {
  local missing=() package
  while read -r package; do
    [ -z "$package" ] || dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done <<<"${PACKAGES:-}"
  if [ "${#missing[@]}" = 0 ]; then return; fi
  export DEBIAN_FRONTEND=noninteractive
  retry 10 update_lists || exit 1
  retry 5 apt_install "${missing[@]}" >/dev/null || exit 1
}

case "${1:?}" in
  keep) keep ;;
  take-away) take_away ;;
  *) fail "upkeep.sh: keep or take-away, not $1" ;;
esac
