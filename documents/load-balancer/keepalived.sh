# shellcheck shell=bash
# Who of two load balancers holds the cluster's elastic IP. keepalived elects, by unicast, since a VPC knows no multicast; the
# elected one takes the address by a call to EC2, since a VPC ignores what would announce it on a LAN. A single load balancer
# takes the address at once. Each looks for its peers every minute, since either may be replaced by one with another address.

# keepalived runs these as root, and refuses scripts that others may write to.
readonly COMMANDS_DIR="$ROOT/usr/local/lib/mesoscale"
readonly KEEPALIVED_CONFIG="$ROOT/etc/keepalived/keepalived.conf"
readonly VRRP_STATE="$ROOT/run/mesoscale-vrrp"

start_election() {
  install_keepalived
  printf 'net.ipv4.ip_nonlocal_bind = 1\n' >"$ROOT/etc/sysctl.d/90-mesoscale.conf"
  sysctl --quiet --load "$ROOT/etc/sysctl.d/90-mesoscale.conf"
  # At most 8 characters count, and they are no protection against more than a mistake: the security group is.
  printf '%s' "$SECRET" | jq --raw-output .consulGossipKey | sha256sum | cut -c1-8 | settings keepalived password
  install_command check-haproxy haproxy_answers
  install_command take-address take_address
  install_command follow-peers follow_peers
  configure_peers
  install_peer_timer
}

install_keepalived() {
  install -d -m 0755 "$ROOT/etc/keepalived" "$ROOT/etc/sysctl.d"
  if command -v keepalived >/dev/null; then return; fi
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends keepalived; } ||
    fail 'keepalived is not in the image and could not be installed'
}

# install_command NAME FUNCTION: a command on the node that does what the function does here. It holds no secret.
install_command() {
  install -d -m 0755 "$COMMANDS_DIR"
  {
    printf '#!/bin/bash\nset -uo pipefail\n'
    declare -p ROOT CONFIG_DIR MESOSCALE_CLUSTER_ID MESOSCALE_REGION AWS_DOMAIN INSTANCE_ID SELF BALANCER VIRTUAL_ADDRESS \
      PEER_IPS KEEPALIVED_ROUTER_ID COMMANDS_DIR KEEPALIVED_CONFIG VRRP_STATE
    declare -f
    printf '%s "$@"\n' "$2"
  } >"$COMMANDS_DIR/$1.new"
  chmod 0700 "$COMMANDS_DIR/$1.new"
  mv "$COMMANDS_DIR/$1.new" "$COMMANDS_DIR/$1"
}

install_peer_timer() {
  local units="$ROOT/etc/systemd/system"
  install -d -m 0755 "$units"
  printf '%s\n' '[Unit]' 'Description=Finds the other load balancers' '[Service]' 'Type=oneshot' \
    "ExecStart=$COMMANDS_DIR/follow-peers" >"$units/mesoscale-peers.service"
  printf '%s\n' '[Unit]' 'Description=Finds the other load balancers every minute' '[Timer]' 'OnBootSec=60' \
    'OnUnitActiveSec=60' '[Install]' 'WantedBy=timers.target' >"$units/mesoscale-peers.timer"
  systemctl daemon-reload
  systemctl enable --now mesoscale-peers.timer
}

configure_peers() {
  local peers
  peers="$(other_balancers)"
  if [ -n "$peers" ]; then
    elect_among "$peers"
  else
    take_address INSTANCE balancer MASTER 100
  fi
}

# The timer's part: a peer that is gone stays listed until another one comes, which does no harm.
follow_peers() {
  local peers
  peers="$(other_balancers)"
  if [ -n "$peers" ]; then elect_among "$peers"; fi
}

# Prints the addresses of the cluster's other load balancers: those given, and those that EC2 knows by now.
other_balancers() {
  { tr , '\n' <<<"$PEER_IPS"; balancers_in_ec2 || true; } | grep -vxF "$SELF" | sort -u || true
}

balancers_in_ec2() {
  ec2 "Action=DescribeInstances&Filter.1.Name=tag%3Amesoscale%3Acluster-id&Filter.1.Value.1=$MESOSCALE_CLUSTER_ID\
&Filter.2.Name=tag%3Amesoscale%3Arole&Filter.2.Value.1=load-balancer\
&Filter.3.Name=instance-state-name&Filter.3.Value.1=pending&Filter.3.Value.2=running" |
    grep -o '<privateIpAddress>[0-9.]*' | cut -d'>' -f2
}

ec2() {
  printf '%s&Version=2016-11-15' "$1" |
    aws_request ec2 "https://ec2.$MESOSCALE_REGION.$AWS_DOMAIN/" application/x-www-form-urlencoded ''
}

# elect_among PEERS: (re)configures keepalived if the peers have changed.
elect_among() {
  local config
  config="$(keepalived_config "$1")" || return 1
  if [ "$config" = "$(cat "$KEEPALIVED_CONFIG" 2>/dev/null)" ] && systemctl is-active --quiet keepalived; then return; fi
  (umask 077 && printf '%s\n' "$config" >"$KEEPALIVED_CONFIG")
  systemctl enable keepalived && systemctl reload-or-restart keepalived
}

# Equal priorities and `nopreempt`: the address moves only when its holder fails. The virtual address on the loopback interface
# is there because keepalived wants one; nobody uses it.
keepalived_config() {
  local interface password newline=$'\n'
  local list="    ${1//$newline/$newline    }"
  interface="$(ip -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)"
  password="$(cat "$CONFIG_DIR/keepalived/password")" || return 1
  cat <<END
global_defs {
  router_id $INSTANCE_ID
  script_user root
  enable_script_security
}
vrrp_script haproxy {
  script "$COMMANDS_DIR/check-haproxy"
  interval 2
  timeout 5
  fall 3
  rise 2
}
vrrp_instance balancer {
  state BACKUP
  nopreempt
  interface $interface
  virtual_router_id $KEEPALIVED_ROUTER_ID
  priority 100
  advert_int 1
  unicast_src_ip $SELF
  unicast_peer {
$list
  }
  authentication {
    auth_type PASS
    auth_pass $password
  }
  virtual_ipaddress {
    169.254.71.1/32 dev lo
  }
  track_script {
    haproxy
  }
  notify "$COMMANDS_DIR/take-address"
}
END
}

# take_address INSTANCE balancer STATE PRIORITY: keepalived's notification. As master it associates the cluster's address with this
# node. Repeated until it succeeds or the election has gone to another. The answer to a call that succeeds may get lost,
# for this node's own public address changes under it; the repetition then finds that nothing is left to do.
take_address() {
  local attempt
  echo "$3" >"$VRRP_STATE"
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    if ! grep -qx MASTER "$VRRP_STATE"; then return 0; fi
    if ec2 "Action=AssociateAddress&AllocationId=$VIRTUAL_ADDRESS&InstanceId=$INSTANCE_ID&AllowReassociation=true" \
      >/dev/null; then return 0; fi
    sleep "$attempt"
  done
  return 1
}

address_is_held() {
  ec2 "Action=DescribeAddresses&AllocationId.1=$VIRTUAL_ADDRESS" | grep -q '<instanceId>i-'
}
