#!/usr/bin/env bash
# Part of what installs packages on a machine: apt, which other programs use too, and sources that fail now and then.

# Without this mode a source that does not answer is a warning, and its packages are missed later.
update_lists() { when_unlocked apt-get -qq -o APT::Update::Error-Mode=any update; }

# A dpkg that was killed half-way is made complete first: apt refuses to go on by itself.
apt_install() {
  when_unlocked dpkg --force-confdef --force-confold --configure -a &&
    when_unlocked apt-get -qq -o DPkg::Lock::Timeout=0 install -y --no-install-recommends "$@"
}

# when_unlocked COMMAND...: waits while another program, such as Ubuntu's daily update of packages, holds a lock of apt's
# or dpkg's. apt itself waits for one of its four locks at most, and not for that of the lists.
when_unlocked() {
  local limit=600 said holder former="" deadline
  deadline=$((SECONDS + limit))
  until said=$(LC_ALL=C "$@" 2>&1 >&3); do
    if ! holder=$(grep -m1 -E 'Could not get lock|another process' <<<"$said"); then
      echo "$said" >&2
      return 1
    fi
    if ((SECONDS >= deadline)); then
      echo "gave up after ${limit}s of waiting for another program: $holder" >&2
      exit 1
    fi
    [ "$holder" = "$former" ] || echo "waiting for another program: $holder" >&2
    former=$holder
    sleep 5
  done 3>&1
  [ -z "$said" ] || echo "$said" >&2 # warnings
}

# retry TIMES COMMAND...: registries and package mirrors fail now and then; give them time, not for ever.
retry() {
  local times=$1 attempt
  shift
  for ((attempt = 1; attempt <= times; attempt++)); do
    if "$@"; then return; fi
    echo "attempt $attempt of $times failed: $1"
    sleep 5
  done
  echo "gave up: $*" >&2
  return 1
}
