# shellcheck shell=bash
# The host below the containers: when it is ready, who it is, what its secret is, and where data and settings lie.

# Waits for what user data does at the first boot, which may still go on when SSM already reaches the node.
wait_for_host() {
  require 'the host is prepared' 600 host_is_settled
  local state
  state="$(cat "$STATE_DIR/host")"
  case "$state" in
    ready) ;;
    reboot) exit "$REBOOT_STATUS" ;;
    *) fail "the host could not be prepared: ${state#failed: }" ;;
  esac
  require 'Docker answers' 120 docker_answers
}

host_is_settled() {
  [ -f "$STATE_DIR/host" ] && ! grep -qx preparing "$STATE_DIR/host"
}

docker_answers() {
  docker version
}

# Sets who this node is. SELF is the address under which all of its software is reached.
identify_node() {
  MESOSCALE_REGION="$(metadata placement/region)" || fail 'the instance metadata does not answer'
  AWS_DOMAIN="$(metadata services/domain)" || AWS_DOMAIN=amazonaws.com
  INSTANCE_ID="$(metadata instance-id)"
  SELF="$(metadata local-ipv4)"
  IFS=, read -r -a MASTERS <<<"$MASTER_IPS"
  ZK_HOSTS="$(printf '%s:2181,' "${MASTERS[@]}")"
  ZK_HOSTS="${ZK_HOSTS%,}"
  readonly AWS_DOMAIN INSTANCE_ID SELF MASTERS ZK_HOSTS
}

# Reads the cluster's secret into this process's memory; it is in no argument list and no exported variable.
read_secret() {
  SECRET=
  require "the cluster's secret is readable" 120 fetch_secret
  readonly SECRET
}

fetch_secret() {
  SECRET="$(printf '{"SecretId":"%s"}' "$SECRET_ID" |
    aws_request secretsmanager "https://secretsmanager.$MESOSCALE_REGION.$AWS_DOMAIN/" \
      application/x-amz-json-1.1 secretsmanager.GetSecretValue | jq --raw-output --exit-status .SecretString)"
}

# Sets the credentials of Mesos, Marathon and Chronos from the secret.
# shellcheck disable=SC2034 # each role uses some of them
read_credentials() {
  local items
  # No item may have line breaks: neither this list nor environment files could tell.
  items="$(printf '%s' "$SECRET" | jq --raw-output '[.mesos, .marathon, .chronos | .username, .password]
    | if all(.[]; type == "string" and length > 0 and (test("[\\n\\r]") | not)) then .[] else error("unusable") end')" ||
    fail "the cluster's secret lacks a user name or password, or one of them has a line break"
  {
    IFS= read -r MESOS_USER && IFS= read -r MESOS_PASSWORD
    IFS= read -r MARATHON_USER && IFS= read -r MARATHON_PASSWORD
    IFS= read -r CHRONOS_USER && IFS= read -r CHRONOS_PASSWORD
  } <<<"$items"
  readonly MESOS_USER MESOS_PASSWORD MARATHON_USER MARATHON_PASSWORD CHRONOS_USER CHRONOS_PASSWORD
}

# directory PATH [OWNER]: makes a data directory; settings are kept in CONFIG_DIR, for root only.
directory() {
  install -d -m 0755 "$ROOT$1"
  [ $# -lt 2 ] || chown -R "$2" "$ROOT$1"
}

# own_data IDENTITY CONTAINER... -- PATH...: removes data that something else than IDENTITY has left, with who uses it. A master
# must never come back with data of another instance: its log replica may have voted since.
own_data() {
  local identity="$1" container
  shift
  if [ "$(cat "$STATE_DIR/identity" 2>/dev/null)" = "$identity" ]; then return; fi
  while [ "$1" != -- ]; do
    container="$1"
    remove_container "$container"
    shift
  done
  shift
  rm -rf "${@/#/$ROOT}"
  printf '%s\n' "$identity" >"$STATE_DIR/identity"
}

# settings CONTAINER FILE: writes standard input to a file that only root reads and that the container finds in
# /etc/mesoscale/CONTAINER, if it is given `mount_settings`.
settings() {
  install -d -m 0700 "$CONFIG_DIR/$1"
  cat >"$CONFIG_DIR/$1/$2.new"
  mv "$CONFIG_DIR/$1/$2.new" "$CONFIG_DIR/$1/$2"
}

# Memory for a Java heap in MB: a quarter of the node's, within bounds.
heap_mb() {
  local quarter
  quarter=$(($(awk '/^MemTotal:/ { print $2 }' "$ROOT/proc/meminfo") / 4096))
  if [ "$quarter" -lt 384 ]; then quarter=384; fi
  if [ "$quarter" -gt 2048 ]; then quarter=2048; fi
  echo "$quarter"
}
