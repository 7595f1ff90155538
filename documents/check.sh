#!/bin/bash
# Checks every script: the files here, and what nodes get to run, which is put together from them.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v shellcheck >/dev/null; then
  echo 'shellcheck is missing: install it (apt-get install shellcheck, brew install shellcheck, or https://www.shellcheck.net)' >&2
  exit 1
fi
rendered="$(mktemp -d)"
trap 'rm -rf "$rendered"' EXIT
node render.ts "$rendered"

mapfile -t parts < <(find . -name '*.sh' ! -name check.sh | sort)
mapfile -t whole < <(find "$rendered" -name '*.sh' | sort)
for script in "${parts[@]}" "${whole[@]}" check.sh; do
  bash -n "$script"
done
# A part alone neither sets all it reads nor reads all it sets; the whole scripts are checked for that.
shellcheck --exclude=SC2034,SC2154 "${parts[@]}"
shellcheck "${whole[@]}" check.sh
echo "${#parts[@]} parts and ${#whole[@]} whole scripts are in order"
