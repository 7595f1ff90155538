# shellcheck shell=bash
# Containers: images first and all at once, then one container per program.

# pull_images IMAGE...: side by side; images that are there already are not asked for again, since their tags do not move.
pull_images() {
  local image pids=() index=0
  for image in "$@"; do
    pull_image "$image" &
    pids+=($!)
  done
  for image in "$@"; do
    wait "${pids[index]}" || fail "image $image could not be pulled: is it in the registry, and may this node read it?"
    index=$((index + 1))
  done
  say "$# images are there"
}

pull_image() {
  trap - ERR EXIT
  local attempt
  if docker image inspect "$1" >/dev/null 2>&1; then return; fi
  for attempt in 1 2 3; do
    if log_in_to_registry "$1" && docker pull --quiet "$1"; then return; fi
    sleep $((POLL * attempt))
  done
  exit 1
}

# Amazon's registries want a password that is fetched with the node's role and lives for some hours.
log_in_to_registry() {
  local registry="${1%%/*}"
  case "$registry" in
    *.dkr.ecr.*.amazonaws.com*) ;;
    *) return 0 ;;
  esac
  local MESOSCALE_REGION
  MESOSCALE_REGION="$(cut -d. -f4 <<<"$registry")"
  echo '{}' | aws_request ecr "https://api.ecr.$MESOSCALE_REGION.$AWS_DOMAIN/" application/x-amz-json-1.1 \
    AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken |
    jq --raw-output --join-output '.authorizationData[0].authorizationToken | @base64d | ltrimstr("AWS:")' |
    docker login --username AWS --password-stdin "$registry"
}

# run_container NAME IMAGE [OPTION...] -- [ARGUMENT...]: puts the container in the place of an older one. One that runs just so and
# has not been found unhealthy stays as it is: starting a node again must not disturb what works.
# Environment: settings NAME environment.
run_container() {
  local name="$1" image="$2" options=() fingerprint
  shift 2
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  if [ -f "$CONFIG_DIR/$name/environment" ]; then options=(--env-file "$CONFIG_DIR/$name/environment" "${options[@]}"); fi
  fingerprint="$(fingerprint_of "$name" "$image" "${options[@]}" -- "$@")"
  if runs_as "$name" "$fingerprint"; then return; fi
  remove_container "$name"
  docker run --detach --name "$name" --label "mesoscale.fingerprint=$fingerprint" --restart always --network host \
    --log-driver json-file --log-opt max-size=50m --log-opt max-file=5 --ulimit nofile=65536:65536 \
    "${options[@]}" "$image" "$@"
  rm -f "$STATE_DIR/unhealthy-$name"
}

# The command and the content of all settings, in one short word.
fingerprint_of() {
  {
    printf '%s\n' "$@"
    if [ -d "$CONFIG_DIR/$1" ]; then find "$CONFIG_DIR/$1" -type f -exec sha256sum {} + | sort; fi
  } | sha256sum | cut -c1-16
}

runs_as() {
  local state
  [ ! -e "$STATE_DIR/unhealthy-$1" ] && state="$(docker inspect "$1" 2>/dev/null)" && jq --exit-status --arg fingerprint "$2" \
    '.[0] | .State.Running and (.State.Restarting | not) and .Config.Labels["mesoscale.fingerprint"] == $fingerprint' \
    <<<"$state" >/dev/null
}

remove_container() {
  docker rm --force "$1" 2>/dev/null || true
}

# mount_settings CONTAINER: the option that shows a container its settings.
mount_settings() {
  echo "--volume=$CONFIG_DIR/$1:/etc/mesoscale/$1:ro"
}

# mount DIRECTORY [SUFFIX]: the option that shows a container a directory of the host under the same path.
mount_same() {
  echo "--volume=$ROOT$1:$1${2:-}"
}

# require_healthy NAME WHAT SECONDS COMMAND...: waits; in vain, it remembers to replace the container at the next start.
require_healthy() {
  local name="$1"
  shift
  if wait_until "$@"; then return; fi
  touch "$STATE_DIR/unhealthy-$name"
  fail "gave up after $SECONDS s of waiting until $1: container $name $(container_state "$name")"
}

container_state() {
  docker inspect "$1" 2>/dev/null | jq --raw-output \
    '.[0] | "is \(.State.Status), restarted \(.RestartCount) times, last exit code \(.State.ExitCode)"' || echo 'is missing'
}
