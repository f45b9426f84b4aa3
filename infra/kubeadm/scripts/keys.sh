#!/usr/bin/env bash
# Lets the login user in with the cluster's current SSH key and the next one, and with no former one. Lines of
# authorized_keys that somebody else wrote stay. Inputs: NODE_NAME LOGIN_USER AUTHORISED FORMER
# One key a line, as in authorized_keys. Safe to run again.

keys() {
  local file
  file=$(authorized_keys "${LOGIN_USER:?}")
  if has_own_keys "$file"; then
    { printf '%s\n' "${AUTHORISED:?}"; others "$file"; } | replace "$file"
  elif [ -n "${FORMER:-}" ]; then
    fail "$file on this machine has none of the cluster's keys, so sshd of this image reads them elsewhere: take the" \
      "former key out there by hand"
  else
    echo "$file has none of the cluster's keys: sshd of this image reads them elsewhere, and they cannot be rotated here"
  fi
  # cloud-init gives root the same keys, with a command that names the login user and ends the session.
  file=$(authorized_keys root)
  if [ -n "${FORMER:-}" ] && has_own_keys "$file"; then others "$file" | replace "$file"; fi
}

authorized_keys() { printf '%s/.ssh/authorized_keys\n' "$(getent passwd "$1" | cut -d: -f6)"; }

# Without the comments, which an operator may have changed.
own_keys() { printf '%s\n' "$AUTHORISED" "${FORMER:-}" | awk 'NF { print $1, $2 }'; }

has_own_keys() { grep -qsF -f <(own_keys) "$1"; }

others() { grep -vF -f <(own_keys) "$1" || true; }

# replace FILE: by stdin, whole or not at all, with the owner and mode that it has. sshd may read it at any moment.
replace() {
  cat >"$1.new"
  chown --reference="$1" "$1.new"
  chmod --reference="$1" "$1.new"
  if cmp --silent "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1"; fi
}

keys
