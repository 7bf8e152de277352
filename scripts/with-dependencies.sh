#!/usr/bin/env bash
# Runs a command with the pinned tools first on the PATH, and installs them first where they are missing or old.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
installed="$root/node_modules/.package-lock.json"
lock="$root/.install-lock"

# A linked node_modules belongs to another checkout: installing here would empty it there.
is_installed() {
  [ -L "$root/node_modules" ] || { [ -e "$installed" ] && ! [ "$root/package-lock.json" -nt "$installed" ]; }
}

# The lockfile's Node is built for Linux with glibc; where it does not run, it must not hide the system's.
drop_foreign_node() {
  "$root/node_modules/.bin/node" --version >/dev/null 2>&1 || rm -f "$root/node_modules/.bin/node"
}

# Scripts are run as they are written, which takes a Node that strips types.
require_node() {
  [ -x "$root/node_modules/.bin/node" ] && return
  node -e 'process.exit(process.features.typescript ? 0 : 1)' 2>/dev/null && return
  echo "taskwarden: needs Node 22.18 or newer on this platform (found: $(node --version 2>/dev/null || echo none))," \
    "for which the lockfile has no Node of its own" >&2
  exit 1
}

# Two commands started at once must not install over each other.
install() {
  until mkdir "$lock" 2>/dev/null; do
    echo "taskwarden: another command installs dependencies; waiting (if none does, remove $lock)" >&2
    sleep 5
  done
  trap 'rmdir "$lock"' EXIT
  if ! is_installed; then
    echo "taskwarden: installing dependencies (npm ci); this takes about a minute" >&2
    # Its output is not the command's.
    (cd "$root" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null >&2)
    drop_foreign_node
    touch "$installed"
  fi
  rmdir "$lock"
  trap - EXIT
}

is_installed || install
require_node
export PATH="$root/node_modules/.bin:$PATH"
exec "$@"
