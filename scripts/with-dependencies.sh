#!/usr/bin/env bash
# Runs a command with the pinned tools first on the PATH, and installs them first where they are missing or old.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
installed="$root/node_modules/.package-lock.json"

if [ ! -e "$installed" ] || [ "$root/package-lock.json" -nt "$installed" ]; then
  echo "taskwarden: installing dependencies (npm ci); this takes about a minute" >&2
  # Its output is not the command's.
  (cd "$root" && npm ci --no-audit --no-fund --loglevel=error </dev/null >&2)
  touch "$installed"
fi

export PATH="$root/node_modules/.bin:$PATH"
exec "$@"
