# shellcheck shell=bash
# ZooKeeper: member number = slot. A member that starts with empty data takes a snapshot from the others.

start_zookeeper() {
  directory /var/lib/zookeeper/data 1000
  directory /var/lib/zookeeper/datalog 1000
  # The image writes this file only if it is not there, so a wrong one would stay.
  echo "$SLOT" >"$ROOT/var/lib/zookeeper/data/myid"
  chmod 0644 "$ROOT/var/lib/zookeeper/data/myid"
  {
    echo "ZOO_MY_ID=$SLOT"
    echo "ZOO_SERVERS=$(zookeeper_servers)"
    echo "ZOO_STANDALONE_ENABLED=$([ "${#MASTERS[@]}" -eq 1 ] && echo true || echo false)"
    echo 'ZOO_TICK_TIME=2000'
    echo 'ZOO_INIT_LIMIT=10'
    echo 'ZOO_SYNC_LIMIT=5'
    echo 'ZOO_AUTOPURGE_PURGEINTERVAL=1'
    echo 'ZOO_AUTOPURGE_SNAPRETAINCOUNT=3'
    # From 3.5 on: its web server would take Marathon's port, and the words below are refused unless named.
    echo 'ZOO_ADMINSERVER_ENABLED=false'
    echo 'ZOO_4LW_COMMANDS_WHITELIST=srvr,mntr,ruok'
    echo 'JVMFLAGS=-Xmx512m'
  } | settings zookeeper environment
  run_container zookeeper "$ZOOKEEPER_IMAGE" "--volume=$ROOT/var/lib/zookeeper/data:/data" \
    "--volume=$ROOT/var/lib/zookeeper/datalog:/datalog" --
}

# server.1=<address>:2888:3888 …; from 3.5 on an entry ends with the port for clients.
zookeeper_servers() {
  local index suffix=';2181' servers=()
  case "$ZOOKEEPER_IMAGE" in
    *:3.4*) suffix='' ;;
    *) ;;
  esac
  for index in "${!MASTERS[@]}"; do
    servers+=("server.$((index + 1))=${MASTERS[index]}:2888:3888$suffix")
  done
  echo "${servers[*]}"
}

# `ruok` would only prove that a process runs. Without a quorum there is no mode.
zookeeper_serves() {
  local modes='leader|follower'
  if [ "${#MASTERS[@]}" -eq 1 ]; then modes='standalone'; fi
  zookeeper_says "$SELF" srvr | grep -Eqx "Mode: ($modes)"
}
