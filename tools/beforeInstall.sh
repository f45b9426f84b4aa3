#!/bin/sh
# Says what keeps `npm ci` from working here, before it runs: all of it, with what was found and how to get it.
# For any shell, and for any Node.js: an old one could not read a script that says it is too old.
set -u

# The oldest with which `npm ci` was seen to work here: Node.js 12.22.12 with npm 7.24.2 (npm 6 cannot read lock files
# of version 3). All else runs on the Node.js that `npm ci` brings along.
oldest_node=12
oldest_npm=7

# The Node.js of an earlier `npm ci` is the first thing that the next one removes.
PATH=${PATH#"$PWD/node_modules/.bin:"}
problems=""
notes=""
problem() { problems="$problems  - $1
"; }
note() { notes="$notes  - $1
"; }

# program, its name, oldest major version
check() {
  if ! where=$(command -v "$1"); then
    problem "$2 is missing: $3 or newer is wanted."
    return
  fi
  said=$("$1" --version 2>&1)
  version=${said#v}
  major=${version%%.*}
  case $major in
    '' | *[!0-9]*) problem "$2 ($where) does not run here: \`$1 --version\` says \"${said%%
*}\". $3 or newer is wanted." ;;
    *) [ "$major" -ge "$3" ] || problem "$2 $3 or newer is wanted; $where is $version." ;;
  esac
}

check node Node.js "$oldest_node"
check npm npm "$oldest_npm"
install=$problems

[ -x /bin/bash ] || problem "There is no /bin/bash, which runs the Makefile's commands (package bash)."
command -v git >/dev/null || note "git is missing (package git): \`make test\` needs it, nothing else does."

owner() { # shellcheck disable=SC2012 # a user's name, never a file's
  ls -ld "$1" | sed -E 's/^[^ ]+ +[^ ]+ +([^ ]+).*/\1/'
}
for folder in . node_modules; do
  if [ -e "$folder" ] && [ ! -w "$folder" ]; then
    problem "$folder belongs to $(owner "$folder"), and you cannot write to it: run \`make setup\` as $(owner "$folder"), or take it over (sudo chown -R)."
    break
  fi
done
if [ "$(id -u 2>/dev/null)" = 0 ] && [ "$(owner .)" != "$(owner /)" ]; then
  note "This tree is $(owner .)'s, and root's \`npm ci\` leaves files in it that $(owner .) cannot remove: next time \`make setup\` as $(owner .) first."
fi

[ -z "$notes" ] || printf 'Note:\n%s' "$notes" >&2
[ -n "$problems" ] || exit 0
printf 'The dependencies cannot be installed here:\n%s' "$problems" >&2
[ -z "$install" ] || cat >&2 <<'END'
Node.js and npm:
  Debian 11, Ubuntu 22.04, or newer   apt-get install nodejs npm
  Fedora                              dnf install nodejs npm
  elsewhere                           https://nodejs.org/en/download
END
exit 1
