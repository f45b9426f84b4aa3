#!/usr/bin/env bash
# Part of the steps of an upgrade: versions.

# older A B: of two versions, the first is the older one.
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n' "$1" "$2" | sort --version-sort | head -1)" = "$1" ]; }

# The version in the API server's answer to /version.
served_version() { grep -o '"gitVersion": *"[^"]*"' | grep -o '[0-9][0-9.]*'; }

