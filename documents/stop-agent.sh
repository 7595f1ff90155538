# shellcheck shell=bash
# On a slave: ends its Mesos agent, which takes leave of the masters, and keeps it from being started again but by a start command.
# Only if nothing runs on it: a task that has just come is reason enough to leave the agent alone.

main() {
  begin
  SELF="$(metadata local-ipv4)" || fail 'the instance metadata does not answer'
  if agent_runs; then stop_agent; fi
  # What it would be recovered from: the masters have been told that this agent is gone.
  rm -f "$ROOT/var/lib/mesos/meta/slaves/latest"
  if [ "$LEAVE_CONSUL" = true ]; then leave_consul; fi
  say 'the Mesos agent is stopped'
}

agent_runs() {
  is_running mesos-slave
}

is_running() {
  docker inspect "$1" 2>/dev/null | jq --exit-status '.[0].State.Running' >/dev/null
}

stop_agent() {
  require_idle
  docker update --restart=no mesos-slave
  docker kill --signal=USR1 mesos-slave
  wait_until 'the Mesos agent has ended' 60 agent_is_down || give_back
}

# All states of a task that is not over, and executors, which may be about to start one.
require_idle() {
  local metrics busy
  metrics="$(http_get "http://$SELF:5051/metrics/snapshot")" || fail 'the Mesos agent does not answer: nobody can say what runs on it'
  busy="$(jq --raw-output '. as $metrics
    | ["tasks_staging", "tasks_starting", "tasks_running", "tasks_killing",
       "executors_registering", "executors_running", "executors_terminating"]
    | map($metrics["slave/" + .] // 0) | add' <<<"$metrics")"
  [ "$busy" = 0 ] || fail "the agent is busy: $busy tasks and executors"
}

agent_is_down() {
  ! agent_runs
}

# It has been told to go and did not: somebody has to look at it, and until then it stays what it was.
give_back() {
  docker update --restart=always mesos-slave
  fail 'the Mesos agent did not end within 60 s of being told to'
}

# The others need not wait until they find it dead.
leave_consul() {
  is_running consul || return 0
  docker update --restart=no consul
  docker exec consul consul leave || echo 'Consul could not be left; the servers will find the node gone'
}
