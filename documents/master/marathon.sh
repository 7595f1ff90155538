# shellcheck shell=bash
# Marathon, and for releases that balance by Consul what copies Mesos' and Marathon's state into it.

start_marathon() {
  if [ "$MARATHON_TLS" = true ]; then make_keystore marathon "$MARATHON_IMAGE"; fi
  marathon_environment | settings marathon environment
  run_container marathon "$MARATHON_IMAGE" "$(mount_settings marathon)" --
}

# Plain HTTP stays on beside TLS: it is how the masters pass requests on to the one that leads.
marathon_environment() {
  cat <<END
LIBPROCESS_IP=$SELF
LIBPROCESS_PORT=9191
MARATHON_MASTER=zk://$ZK_HOSTS/mesos
MARATHON_ZK=zk://$ZK_HOSTS/marathon
MARATHON_HOSTNAME=$SELF
MARATHON_FRAMEWORK_NAME=marathon
MARATHON_HTTP_PORT=8080
MARATHON_TASK_LAUNCH_TIMEOUT=600000
JAVA_OPTS=-Xmx$(heap_mb)m
MESOSPHERE_HTTP_CREDENTIALS=$MARATHON_USER:$MARATHON_PASSWORD
END
  if [ "$ENABLE_GPU" = true ]; then echo 'MARATHON_ENABLE_FEATURES=gpu_resources'; fi
  if [ "$MARATHON_TLS" = true ]; then
    echo 'MARATHON_HTTPS_PORT=8443'
    echo 'MARATHON_SSL_KEYSTORE_PATH=/etc/mesoscale/marathon/keystore.jks'
    keystore_environment marathon
  fi
}

marathon_get() {
  http_get "http://$SELF:8080$1" "$MARATHON_USER" "$MARATHON_PASSWORD"
}

# A master that does not lead asks the one that does, so this proves more than this master.
marathon_answers() {
  [ "$(marathon_get /ping)" = pong ] && marathon_get /v2/info | jq -e '.frameworkId != null' >/dev/null
}

# Each master runs both: what they write is the same, so that one more writer does no harm and one less is not missed.
start_bridges() {
  if [ "$BRIDGES" != true ]; then
    remove_container mesos-consul
    remove_container marathon-consul
    return
  fi
  run_container mesos-consul "$MESOS_CONSUL_IMAGE" -- "--zk=zk://$ZK_HOSTS/mesos" --mesos-ip-order=mesos,host
  echo "MARATHON_PASSWORD=$MARATHON_PASSWORD" | settings marathon-consul environment
  # It takes the password as an argument only. The shell in the container adds it, so that it is in no command of the host's.
  local program
  mapfile -t program < <(docker image inspect "$MARATHON_CONSUL_IMAGE" | jq --raw-output '.[0].Config.Entrypoint // [] | .[]')
  # shellcheck disable=SC2016 # for the shell in the container
  run_container marathon-consul "$MARATHON_CONSUL_IMAGE" --entrypoint /bin/sh -- \
    -c 'exec "$@" --marathon-password "$MARATHON_PASSWORD"' sh "${program[@]:-marathon-consul}" \
    --registry http://127.0.0.1:8500 --marathon-location "$SELF:8080" --marathon-username "$MARATHON_USER"
}

bridges_feed_consul() {
  http_get http://127.0.0.1:8500/v1/catalog/service/mesos | jq -e 'length > 0' >/dev/null
}
