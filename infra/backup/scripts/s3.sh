#!/usr/bin/env bash
# Part of what backs up and restores: requests to the backups' bucket with the credentials of this machine's role.
# Needs: BUCKET_HOST (bucket.s3.region.amazonaws.com) BUCKET_REGION BUCKET_OWNER (account ID)

metadata=http://169.254.169.254/latest

# s3 METHOD PATH_AND_QUERY FILE: the answer's body goes to FILE; of PUT the body comes from it. On failure its reason is
# in `s3_error`. The credentials reach curl by a file descriptor: not by its command line, which every process can read.
s3() {
  local method=$1 path=$2 file=$3 sum answer status body=()
  s3_error=""
  if ! s3_credentials; then return 1; fi
  answer=$(mktemp)
  if [ "$method" = PUT ]; then
    sum=$(sha256sum "$file" | cut -d' ' -f1)
    body=(--upload-file "$file" --output "$answer" --header "Content-Type: application/octet-stream")
  else
    sum=$(printf '' | sha256sum | cut -d' ' -f1)
    body=(--output "$file")
  fi
  # A stalled transfer ends; one that moves may take its time.
  status=$(curl --silent --show-error --request "$method" --connect-timeout 10 --speed-limit 1000 --speed-time 60 \
    --max-time 3000 --aws-sigv4 "aws:amz:${BUCKET_REGION:?}:s3" --header "x-amz-content-sha256: $sum" \
    --header "x-amz-expected-bucket-owner: ${BUCKET_OWNER:?}" --header "Expect:" "${body[@]}" --write-out '%{http_code}' \
    --config <(printf 'user = "%s:%s"\nheader = "x-amz-security-token: %s"\n' "$access_key" "$secret_key" "$token") \
    "https://${BUCKET_HOST:?}/$path" 2>"$answer.said") || {
    s3_error="${BUCKET_HOST} does not answer: $(tail --lines 1 "$answer.said")"
    rm -f "$answer" "$answer.said"
    return 1
  }
  case "$status" in
    2??) ;;
    *)
      if [ "$method" != PUT ]; then cp "$file" "$answer"; fi
      s3_error="${BUCKET_HOST} answers $status $(xml Code <"$answer" | head -1): $(xml Message <"$answer" | head -1)"
      ;;
  esac
  rm -f "$answer" "$answer.said"
  [ -z "$s3_error" ]
}

# xml NAME: the texts of the elements of this name.
xml() { grep -ao "<$1>[^<]*" | cut -d'>' -f2; }

# Session tokens only (IMDSv2): a request without one is refused.
s3_credentials() {
  local session role answer
  s3_error="the metadata service gives this machine no credentials; is its instance profile there?"
  session=$(imds --request PUT --header "X-aws-ec2-metadata-token-ttl-seconds: 60" "$metadata/api/token") || return 1
  role=$(imds --header @<(echo "X-aws-ec2-metadata-token: $session") "$metadata/meta-data/iam/security-credentials/") || return 1
  answer=$(imds --header @<(echo "X-aws-ec2-metadata-token: $session") "$metadata/meta-data/iam/security-credentials/${role%%$'\n'*}") || return 1
  access_key=$(json AccessKeyId <<<"$answer") secret_key=$(json SecretAccessKey <<<"$answer") token=$(json Token <<<"$answer")
  [ -n "$access_key" ] && [ -n "$secret_key" ] && [ -n "$token" ] && s3_error=""
}

imds() { curl --fail --silent --max-time 5 --retry 3 --retry-connrefused "$@"; }

# json NAME: the text of a member of a flat object.
json() { sed -nE "s/.*\"$1\" *: *\"([^\"]*)\".*/\1/p"; }
