# shellcheck shell=bash
# Consul: servers on the masters, clients everywhere else. The gossip key is in a file for root, never in an argument list.

# start_consul NODE-NAME SETTINGS: SETTINGS is JSON that is added to what servers and clients have in common.
start_consul() {
  if [ "$ENABLE_CONSUL" != true ]; then
    remove_container consul
    return
  fi
  directory /var/lib/consul
  printf '%s' "$SECRET" | jq --arg node "$1" --arg self "$SELF" --arg masters "$MASTER_IPS" --argjson settings "$2" '{
      node_name: $node, datacenter: "dc1", data_dir: "/consul/data", bind_addr: $self, advertise_addr: $self,
      client_addr: "127.0.0.1 \($self)", retry_join: ($masters | split(",")), encrypt: .consulGossipKey,
      disable_update_check: true
    } + $settings' | settings consul agent.json
  # As root the process can read its settings without their being given to a user of the image that is another one on the host.
  echo 'CONSUL_DISABLE_PERM_MGMT=true' | settings consul environment
  run_container consul "$CONSUL_IMAGE" "--volume=$ROOT/var/lib/consul:/consul/data" \
    "--volume=$CONFIG_DIR/consul:/consul/config" -- agent
  resolve_consul_names
}

# Names below .consul for everything on the host that asks systemd's resolver.
resolve_consul_names() {
  [ -d "$ROOT/etc/systemd/resolved.conf.d" ] || systemctl is-active --quiet systemd-resolved || return 0
  local file="$ROOT/etc/systemd/resolved.conf.d/mesoscale-consul.conf"
  [ ! -f "$file" ] || return 0
  install -d -m 0755 "$(dirname "$file")"
  printf '%s\n' '[Resolve]' 'DNS=127.0.0.1:8600' 'DNSSEC=false' 'Domains=~consul' >"$file"
  chmod 0644 "$file"
  systemctl restart systemd-resolved || true
}

consul_knows_leader() {
  http_get http://127.0.0.1:8500/v1/status/leader | jq -e 'length > 0' >/dev/null
}

consul_agent_answers() {
  http_ok http://127.0.0.1:8500/v1/agent/self
}

# On a server: it is a member of the consensus, with a majority of the masters at least.
consul_has_peers() {
  http_get http://127.0.0.1:8500/v1/status/peers |
    jq -e --arg self "$SELF:8300" --argjson quorum $((${#MASTERS[@]} / 2 + 1)) 'length >= $quorum and index([$self]) != null' >/dev/null
}

check_consul_client() {
  if [ "$ENABLE_CONSUL" != true ]; then return; fi
  require_healthy consul 'the Consul client answers' 120 consul_agent_answers
  require_healthy consul 'the Consul client knows a leader' "$BUDGET" consul_knows_leader
}
