# shellcheck shell=bash
# How a script speaks and ends. Everything it and its commands print goes to a log file on the node; on standard output there
# are a few lines of progress and, if it fails, on standard error exactly one line that says why. SSM keeps only the beginning of
# what a script prints, so it must be short.

set -Eeuo pipefail
umask 077

# Prefix of every path on the node; only tests set it.
readonly ROOT="${MESOSCALE_ROOT:-}"
readonly STATE_DIR="$ROOT/var/lib/mesoscale"
readonly CONFIG_DIR="$ROOT/etc/mesoscale"
readonly LOG_FILE="$ROOT/var/log/mesoscale/$TASK.log"
# All waits together, in seconds. SSM ends the script somewhat later; then nobody could say why.
readonly BUDGET="$MESOSCALE_BUDGET_SECONDS"
readonly POLL="${MESOSCALE_POLL_SECONDS:-3}"
# What SSM takes as the wish to reboot the node and run the script again.
readonly REBOOT_STATUS=194
FAILURE_FILE=
LAST_ERROR=

# begin: directs output, and takes care that the script says how it ended and that no other one with its lock runs beside it.
begin() {
  mkdir -p "$STATE_DIR" "$CONFIG_DIR" "$ROOT/run" "$(dirname "$LOG_FILE")"
  FAILURE_FILE="$(mktemp "$ROOT/run/mesoscale-failure.XXXXXX")"
  [ ! -f "$LOG_FILE" ] || mv -f "$LOG_FILE" "$LOG_FILE.1"
  exec 3>&1 4>&2 >>"$LOG_FILE" 2>&1
  trap 'on_error "$BASH_COMMAND"' ERR
  trap on_exit EXIT
  trap 'fail "the command was cancelled"' TERM INT
  exec 9>"$ROOT/run/mesoscale-$LOCK.lock"
  flock --wait "$BUDGET" 9 || fail "another $LOCK command has been running on this node for $BUDGET s"
}

# say TEXT: one line of progress.
say() {
  echo "$1"
  echo "$1" >&3
}

# fail TEXT: ends the script, from wherever it is called.
fail() {
  if [ ! -s "$FAILURE_FILE" ]; then echo "$1" >"$FAILURE_FILE"; fi
  exit 1
}

on_error() {
  local status=$?
  LAST_ERROR="'${1%%$'\n'*}' ended with status $status; ${LOG_FILE#"$ROOT"} on the node tells more"
}

on_exit() {
  local status=$? message
  trap - ERR EXIT
  set +e
  message="$(cat "$FAILURE_FILE")"
  rm -f "$FAILURE_FILE"
  [ "$status" -ne "$REBOOT_STATUS" ] || exit "$status"
  if [ "$status" -ne 0 ]; then echo "${message:-${LAST_ERROR:-ended with status $status}}" >&4; fi
  # In vain: the control plane finds out by itself, only later.
  (MESOSCALE_REGION="${MESOSCALE_REGION:-$(metadata placement/region)}" && send_signal node-started) || true
  exit "$status"
}

# wait_until WHAT SECONDS COMMAND...: runs the command until it succeeds, for so long but never beyond the script's own budget.
wait_until() {
  local what="$1" deadline=$((SECONDS + $2)) started=$SECONDS
  shift 2
  if [ "$deadline" -gt "$BUDGET" ]; then deadline=$BUDGET; fi
  until "$@"; do
    if [ "$SECONDS" -ge "$deadline" ]; then return 1; fi
    sleep "$POLL"
  done
  say "$what: after $((SECONDS - started)) s"
}

# require WHAT SECONDS COMMAND...: wait_until that ends the script if it was in vain.
require() {
  wait_until "$@" || fail "gave up after $SECONDS s of waiting until $1"
}
