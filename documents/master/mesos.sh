# shellcheck shell=bash
# The Mesos master. The registry is created when all masters run for the first time; until then a leader restarts every few
# minutes, which Docker's restart policy covers.

start_mesos_master() {
  directory /var/lib/mesos
  directory /var/log/mesos
  local auth=()
  if [ "$MESOS_AUTHENTICATE_HTTP" = true ]; then
    printf '%s' "$SECRET" | jq '{credentials: [{principal: .mesos.username, secret: .mesos.password}]}' |
      settings mesos-master credentials.json
    auth=("$(mount_settings mesos-master)")
  fi
  write_whitelist
  mesos_master_environment | settings mesos-master environment
  # As an argument, because the image has another registry as its default argument, and arguments win over variables.
  run_container mesos-master "$MESOS_MASTER_IMAGE" "$(mount_same /var/lib/mesos)" "$(mount_same /var/log/mesos)" \
    "$(mount_same /var/lib/mesoscale/whitelist :ro)" "${auth[@]}" -- --registry=replicated_log
}

mesos_master_environment() {
  cat <<END
MESOS_IP=$SELF
MESOS_PORT=5050
MESOS_HOSTNAME=$SELF
MESOS_HOSTNAME_LOOKUP=false
MESOS_ZK=zk://$ZK_HOSTS/mesos
MESOS_QUORUM=$((${#MASTERS[@]} / 2 + 1))
MESOS_WORK_DIR=/var/lib/mesos
MESOS_LOG_DIR=/var/log/mesos
MESOS_CLUSTER=$CLUSTER_NAME
MESOS_OFFER_TIMEOUT=30secs
MESOS_WHITELIST=/var/lib/mesoscale/whitelist/agents
MESOS_REGISTRY_FETCH_TIMEOUT=3mins
END
  # Chronos, and whatever else does not ask for GPUs, may use these nodes as well. Releases without the flag ignore it.
  if [ "$ENABLE_GPU" = true ]; then echo 'MESOS_FILTER_GPU_RESOURCES=false'; fi
  if [ "$MESOS_AUTHENTICATE_HTTP" = true ]; then
    echo 'MESOS_CREDENTIALS=/etc/mesoscale/mesos-master/credentials.json'
    # shellcheck disable=SC2086 # a list of names
    printf '%s=true\n' $MESOS_HTTP_AUTH
  fi
}

mesos_master_answers() {
  http_ok "http://$SELF:5050/master/health"
}

# One leader, and as far as the release tells, a registry that a majority takes part in. (Not all: another master may just be
# being replaced. At the first boot Mesos itself waits for all of them.)
mesos_has_leader() {
  local leader metrics
  leader="$(leading_master)" || return 1
  metrics="$(http_get "http://$leader:5050/metrics/snapshot" "$MESOS_USER" "$MESOS_PASSWORD")" || return 1
  jq -e --arg wanted "$REGISTRY_METRICS" --argjson quorum $((${#MASTERS[@]} / 2 + 1)) '
    ($wanted | split(" ")) as $keys
    | (($keys | index("recovered")) == null or ."registrar/log/recovered" == 1)
    and (($keys | index("ensemble_size")) == null or ."registrar/log/ensemble_size" >= $quorum)
  ' <<<"$metrics" >/dev/null
}
