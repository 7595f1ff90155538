# shellcheck shell=bash
# A load balancer: a Consul client where there is Consul, HAProxy, and last the election of who holds the cluster's address.

main() {
  begin
  release_settings
  wait_for_host
  identify_node
  read_secret
  read_credentials
  own_data "$MESOSCALE_CLUSTER_ID load-balancer $INSTANCE_ID" consul -- /var/lib/consul
  if [ "$ENABLE_CONSUL" = true ]; then
    pull_images "$BALANCER_IMAGE" "$CONSUL_IMAGE"
  else
    pull_images "$BALANCER_IMAGE"
  fi
  start_consul "$INSTANCE_ID" '{"leave_on_terminate": true}'
  start_haproxy
  check_consul_client
  require_healthy haproxy 'HAProxy answers' 180 haproxy_answers
  start_election
  require "one of the load balancers holds the cluster's address" 180 address_is_held
  say 'load balancer is healthy'
}
