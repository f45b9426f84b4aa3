#!/usr/bin/env bash
# Part of the steps that keep files on a machine.

changed=""

# install_files: lines of mode, path and content in base64 on stdin. Each file is whole or not there: a unit may start
# while this runs.
install_files() {
  local mode path content
  while read -r mode path content; do
    if [ -z "$path" ] || cmp --silent <(base64 --decode <<<"$content") "$path"; then continue; fi
    mkdir -p "${path%/*}"
    base64 --decode <<<"$content" >"$path.new"
    chmod "$mode" "$path.new"
    mv "$path.new" "$path"
    echo "wrote $path"
    changed+="$path "
  done
}

