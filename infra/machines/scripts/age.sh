#!/usr/bin/env bash
# Part of the steps that encrypt or decrypt what leaves a machine, backups and the authorities' keys: the program for it.

install_age() {
  if command -v age >/dev/null && command -v age-keygen >/dev/null; then return; fi
  export DEBIAN_FRONTEND=noninteractive
  retry 10 update_lists || exit 1
  retry 5 apt_install age >/dev/null || exit 1
}
