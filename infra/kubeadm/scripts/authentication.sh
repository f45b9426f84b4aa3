#!/usr/bin/env bash
# Part of init.sh: who vouches for people (docs/access.md). Inputs: AUTHENTICATION_CONFIG OIDC_ISSUER OIDC_AUTHORITY; empty
# without an identity provider.

authentication=${private_folder:?}/authentication.yaml

# check_issuer: asks a provider that is new here, from where the API server will. That starts without an answer too, and refuses
# everybody. Like the API server, it trusts the given authority and no other.
check_issuer() {
  local said trusted answered=yes url=${OIDC_ISSUER:-} options=(--silent --show-error --fail --location --max-time 20)
  if [ -z "${AUTHENTICATION_CONFIG:-}" ] || cmp --silent "$authentication" - <<<"${AUTHENTICATION_CONFIG%$'\n'}"; then return; fi
  trusted=$(mktemp --directory)
  if [ -n "${OIDC_AUTHORITY:-}" ]; then
    printf '%s\n' "$OIDC_AUTHORITY" >"$trusted/authority.pem"
    options+=(--cacert "$trusted/authority.pem" --capath "$trusted")
  fi
  said=$(curl "${options[@]}" "${url%/}/.well-known/openid-configuration" 2>&1) || answered=
  rm -rf "$trusted"
  if [ -z "$answered" ]; then refuse_issuer "does not answer as an identity provider: $said"; fi
  # Python is cloud-init's, so that every machine has it.
  if ! said=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["issuer"])' <<<"$said" 2>/dev/null); then
    refuse_issuer "answers with what is no OpenID configuration"
  fi
  if [ "$said" != "$url" ]; then refuse_issuer "calls itself $said: write it exactly so"; fi
}

refuse_issuer() { fail "access.oidc.issuer = $OIDC_ISSUER: asked from ${NODE_NAME:?} it $1. Nothing was changed on it"; }

# In one go: an API server that runs watches it, and one that starts cannot do without.
write_authentication() {
  if [ -z "${AUTHENTICATION_CONFIG:-}" ]; then return; fi
  printf '%s' "$AUTHENTICATION_CONFIG" >"$authentication.new"
  sync "$authentication.new"
  mv "$authentication.new" "$authentication"
}

# When no API server of this machine reads it any more.
forget_authentication() {
  if [ -z "${AUTHENTICATION_CONFIG:-}" ]; then rm -f "$authentication"; fi
}
