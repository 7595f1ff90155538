# shellcheck shell=bash
# A slave: the Mesos agent, and a Consul client. It does not need Marathon, and waits for the masters by itself.

main() {
  begin
  release_settings
  wait_for_host
  identify_node
  check_host
  mount_volumes
  own_data "$MESOSCALE_CLUSTER_ID slave $INSTANCE_ID" consul mesos-slave -- /var/lib/consul /var/lib/mesos/meta
  if [ "$ENABLE_CONSUL" = true ]; then
    read_secret
    pull_images "$MESOS_SLAVE_IMAGE" "$CONSUL_IMAGE"
  else
    pull_images "$MESOS_SLAVE_IMAGE"
  fi
  start_consul "$INSTANCE_ID" '{"leave_on_terminate": true}'
  start_mesos_slave
  require_healthy mesos-slave 'the Mesos agent answers' 120 mesos_slave_answers
  require_healthy mesos-slave 'the Mesos agent is registered with the leading master' "$BUDGET" mesos_slave_is_registered
  check_consul_client
  say 'slave is healthy'
}
