# shellcheck shell=bash
# Chronos. Images differ in how they take flags (see the release catalogue); its port is always given, since the default is
# Marathon's, and plain HTTP stays on, because that is how a master passes requests on to the leader.

start_chronos() {
  if [ "$ENABLE_CHRONOS" != true ]; then
    remove_container chronos
    return
  fi
  if [ "$CHRONOS_TLS" = true ]; then make_keystore chronos "$CHRONOS_IMAGE"; fi
  local flags
  mapfile -t flags < <(chronos_flags)
  { chronos_environment; chronos_environment_by_image "${flags[@]}"; } | settings chronos environment
  case "$CHRONOS_FLAGS" in
    run-jar) run_chronos_jar "${flags[@]}" ;;
    arguments) run_container chronos "$CHRONOS_IMAGE" "$(mount_settings chronos)" -- "${flags[@]}" ;;
    *) run_container chronos "$CHRONOS_IMAGE" "$(mount_settings chronos)" -- ;;
  esac
}

# Name and value on alternating lines.
chronos_flags() {
  printf '%s\n' --master "zk://$ZK_HOSTS/mesos" --zk_hosts "$ZK_HOSTS" --zk_path /chronos/state --hostname "$SELF" \
    --mesos_framework_name chronos --disable_after_failures 1
  if [ "$CHRONOS_TLS" = true ]; then
    printf '%s\n' --https_port 4443 --ssl_keystore_path /etc/mesoscale/chronos/keystore.jks
  fi
  if [ "$ENABLE_GPU" = true ] && [ "$CHRONOS_GPU" = true ]; then printf '%s\n' --enable_features gpu_resources; fi
}

chronos_environment() {
  echo "LIBPROCESS_IP=$SELF"
  echo "JAVA_OPTS=-Xmx$(heap_mb)m"
  echo "JVM_OPTS=-Xmx$(heap_mb)m"
  echo "MESOSPHERE_HTTP_CREDENTIALS=$CHRONOS_USER:$CHRONOS_PASSWORD"
  if [ "$CHRONOS_TLS" = true ]; then keystore_environment chronos; fi
}

chronos_environment_by_image() {
  case "$CHRONOS_FLAGS" in
    # The image sets LIBPROCESS_PORT from the second port.
    arguments) printf '%s\n' PORT0=4400 PORT1=9192 ;;
    run-jar) echo LIBPROCESS_PORT=9192 ;;
    *)
      printf '%s\n' LIBPROCESS_PORT=9192 CHRONOS_HTTP_PORT=4400
      local name
      while [ $# -gt 0 ]; do
        name="${1#--}"
        echo "CHRONOS_${name^^}=$2"
        shift 2
      done
      ;;
  esac
}

# This old one takes credentials as arguments only. The shell in the container adds them, so that they are in no command of the
# host's; whoever may list all processes of the host, which is root, still sees them.
run_chronos_jar() {
  # shellcheck disable=SC2016 # for the shell in the container
  local command='exec /usr/bin/chronos run_jar "$@" --http_port 4400 --http_credentials "$MESOSPHERE_HTTP_CREDENTIALS"'
  # shellcheck disable=SC2016
  if [ "$CHRONOS_TLS" = true ]; then command="$command"' --ssl_keystore_password "$MESOSPHERE_KEYSTORE_PASS"'; fi
  run_container chronos "$CHRONOS_IMAGE" "$(mount_settings chronos)" --entrypoint /bin/sh -- -c "$command" sh "$@"
}

chronos_get() {
  http_get "http://$SELF:4400$1" "$CHRONOS_USER" "$CHRONOS_PASSWORD"
}

chronos_answers() {
  chronos_get /ping >/dev/null && chronos_get "$CHRONOS_API/jobs" | jq -e 'type == "array"' >/dev/null
}
