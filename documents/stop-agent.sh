# shellcheck shell=bash
# On a slave: ends its Mesos agent, which takes leave of the masters, and keeps it from being started again but by a start command.
# Only if nothing runs or is reserved on it: a task that has just come is reason enough to leave the agent alone. By force, since the instance is
# about to end, its tasks end with it, and the masters know at once that they are lost.

main() {
  begin
  SELF="$(metadata local-ipv4)" || fail 'the instance metadata does not answer'
  docker_answers || fail_silent
  is_down mesos-slave || stop_agent
  # What it would be recovered from: the masters have been told that this agent is gone.
  rm -f "$ROOT/var/lib/mesos/meta/slaves/latest"
  if [ "$LEAVE_CONSUL" = true ]; then leave_consul; fi
  say 'the Mesos agent is stopped'
}

docker_answers() {
  docker version >/dev/null
}

fail_silent() {
  fail 'Docker does not answer: nobody can say whether the Mesos agent runs'
}

# is_down CONTAINER: Docker says that it does not run or is not there. A Docker that does not answer says nothing.
is_down() {
  local state
  if state="$(docker inspect "$1" 2>/dev/null)"; then
    jq --exit-status '.[0].State.Running | not' <<<"$state" >/dev/null
  else
    docker_answers
  fi
}

stop_agent() {
  [ "$FORCE" = true ] || require_idle
  docker update --restart=no mesos-slave
  docker kill --signal=USR1 mesos-slave
  wait_until 'the Mesos agent has ended' 60 is_down mesos-slave || give_back
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
  ! has_reservations || fail 'the agent is busy: it has reserved resources'
}

# What operators reserve, which no cordon keeps off. The agent writes it down as soon as it is told, in no bytes if it is nothing.
has_reservations() {
  local kept="$ROOT/var/lib/mesos/meta/resources"
  [ -s "$kept/resources.info" ] || [ -s "$kept/resources.target" ]
}

# It has been told to go and did not: somebody has to look at it, and until then it stays what it was.
give_back() {
  docker_answers || fail_silent
  docker update --restart=always mesos-slave
  fail 'the Mesos agent did not end within 60 s of being told to'
}

# The others need not wait until they find it dead.
leave_consul() {
  if is_down consul; then return; fi
  docker update --restart=no consul
  docker exec consul consul leave || echo 'Consul could not be left; the servers will find the node gone'
}
