# shellcheck shell=bash
# A master: ZooKeeper, Mesos, Marathon and Chronos, and a Consul server. All masters start side by side; what needs the others
# waits for them. Joint conditions may take as long as the whole script, because another master may boot much later.

main() {
  begin
  release_settings
  wait_for_host
  identify_node
  find_slot
  read_secret
  read_credentials
  own_data "$MESOSCALE_CLUSTER_ID master $SLOT $INSTANCE_ID" consul zookeeper mesos-master marathon chronos -- \
    /var/lib/consul /var/lib/zookeeper /var/lib/mesos /var/lib/mesoscale/whitelist
  pull_master_images
  if [ "$FOUNDERS" != none ]; then begin_anew; fi
  start_consul "master-$SLOT" "$(consul_server_settings)"
  start_zookeeper
  require_healthy zookeeper 'ZooKeeper on this master is part of a quorum' "$BUDGET" zookeeper_serves
  start_mesos_master
  require_healthy mesos-master 'the Mesos master answers' 120 mesos_master_answers
  require_healthy mesos-master 'one of the Mesos masters leads and has its registry' "$BUDGET" mesos_has_leader
  start_schedulers
  check_schedulers
  start_demand_watch
  say "master $SLOT of ${#MASTERS[@]} is healthy"
}

# The slot is where this node's address stands among the masters': its network interface belongs to the slot.
find_slot() {
  local index
  for index in "${!MASTERS[@]}"; do
    if [ "${MASTERS[index]}" = "$SELF" ]; then
      readonly SLOT=$((index + 1))
      return
    fi
  done
  fail "address $SELF of this node is not among the masters' ($MASTER_IPS)"
}

# After the loss of a majority the registry can only begin anew, on all masters. ZooKeeper's data is with the survivors: empty
# members must not form a quorum without them, so that all but the founders wait until these have one.
begin_anew() {
  remove_container mesos-master
  rm -rf "$ROOT/var/lib/mesos"
  case ",$FOUNDERS," in
    *",$SELF,"*) ;;
    *) require 'ZooKeeper of the founders is a quorum' "$BUDGET" founders_serve ;;
  esac
}

founders_serve() {
  local founder
  for founder in ${FOUNDERS//,/ }; do
    if zookeeper_says "$founder" srvr | grep -Eqx 'Mode: (leader|follower)'; then return; fi
  done
  return 1
}

pull_master_images() {
  local images=("$ZOOKEEPER_IMAGE" "$MESOS_MASTER_IMAGE" "$MARATHON_IMAGE")
  if [ "$ENABLE_CONSUL" = true ]; then images+=("$CONSUL_IMAGE"); fi
  if [ "$ENABLE_CHRONOS" = true ]; then images+=("$CHRONOS_IMAGE"); fi
  if [ "$BRIDGES" = true ]; then images+=("$MESOS_CONSUL_IMAGE" "$MARATHON_CONSUL_IMAGE"); fi
  pull_images "${images[@]}"
}

# Besides the server: names for what clients look up.
consul_server_settings() {
  jq --null-input --compact-output --argjson count "${#MASTERS[@]}" --argjson chronos "$ENABLE_CHRONOS" --arg self "$SELF" '
    def service($name; $port): {name: $name, port: $port, check: {tcp: "\($self):\($port)", interval: "15s", timeout: "5s"}};
    {
      server: true, bootstrap_expect: $count, ui_config: {enabled: true},
      services: ([service("zookeeper"; 2181), service("marathon"; 8080)]
        + (if $chronos then [service("chronos"; 4400)] else [] end))
    }'
}

start_schedulers() {
  start_marathon
  start_chronos
  start_bridges
}

check_schedulers() {
  require_healthy marathon 'Marathon answers through this master and is registered with Mesos' 420 marathon_answers
  if [ "$ENABLE_CHRONOS" = true ]; then
    require_healthy chronos 'Chronos answers through this master' 420 chronos_answers
  fi
  if [ "$ENABLE_CONSUL" = true ]; then
    require_healthy consul 'Consul has a leader' 120 consul_knows_leader
    require_healthy consul 'this Consul server is a peer of the others' "$BUDGET" consul_has_peers
  fi
  if [ "$BRIDGES" = true ]; then
    require_healthy mesos-consul 'Mesos is listed in Consul' 300 bridges_feed_consul
  fi
}
