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
    (cd "$root" && npm ci --no-audit --no-fund --loglevel=error </dev/null >&2)
    touch "$installed"
  fi
  rmdir "$lock"
  trap - EXIT
}

is_installed || install
export PATH="$root/node_modules/.bin:$PATH"
exec "$@"
