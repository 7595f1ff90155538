# shellcheck shell=bash
# The Mesos agent. It sees the host's processes and its Docker, and has its work directory under the same path inside and outside,
# because it starts its tasks' containers on the host.

start_mesos_slave() {
  directory /var/lib/mesos
  directory /var/log/mesos
  decide_attributes
  local options=(--privileged --pid host --volume=/sys/fs/cgroup:/sys/fs/cgroup
    --volume=/var/run/docker.sock:/var/run/docker.sock)
  if [ "$GPU" = true ]; then
    options+=(--gpus all "$(mount_same /var/lib/mesos :shared)")
  else
    options+=("$(mount_same /var/lib/mesos)")
  fi
  # Where executors find their agent again, from 1.0 on.
  options+=("$(mount_same /var/run/mesos)")
  mesos_slave_environment | settings mesos-slave environment
  run_container mesos-slave "$MESOS_SLAVE_IMAGE" "${options[@]}" "$(mount_same /var/log/mesos)" --
}

# Attributes are for placing tasks. The agent does not start over a work directory that knows other ones.
decide_attributes() {
  local zone type lifecycle
  zone="$(metadata placement/availability-zone)"
  type="$(metadata instance-type)"
  lifecycle="$(metadata instance-life-cycle)"
  ATTRIBUTES="group:$GROUP;zone:$zone;instance_type:$type;lifecycle:$lifecycle;instance_id:$INSTANCE_ID"
  readonly ATTRIBUTES
  if [ "$(cat "$STATE_DIR/attributes" 2>/dev/null)" = "$ATTRIBUTES" ]; then return; fi
  remove_container mesos-slave
  rm -f "$ROOT/var/lib/mesos/meta/slaves/latest"
  printf '%s\n' "$ATTRIBUTES" >"$STATE_DIR/attributes"
}

# Tasks inherit this environment: it must hold no secret.
mesos_slave_environment() {
  local isolation='cgroups/cpu,cgroups/mem'
  if [ "$GPU" = true ]; then
    isolation="$isolation,docker/runtime,filesystem/linux,cgroups/devices,gpu/nvidia"
    printf '%s\n' MESOS_IMAGE_PROVIDERS=docker NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=all
  fi
  cat <<END
MESOS_MASTER=zk://$ZK_HOSTS/mesos
MESOS_IP=$SELF
MESOS_PORT=5051
MESOS_HOSTNAME=$SELF
MESOS_HOSTNAME_LOOKUP=false
MESOS_WORK_DIR=/var/lib/mesos
MESOS_LOG_DIR=/var/log/mesos
MESOS_CONTAINERIZERS=docker,mesos
MESOS_EXECUTOR_REGISTRATION_TIMEOUT=10mins
MESOS_DOCKER_REMOVE_DELAY=1hrs
MESOS_SYSTEMD_ENABLE_SUPPORT=false
MESOS_SWITCH_USER=false
MESOS_ISOLATION=$isolation
MESOS_ATTRIBUTES=$ATTRIBUTES
MESOS_DOCKER_MESOS_IMAGE=$MESOS_SLAVE_IMAGE
END
}

mesos_slave_answers() {
  http_ok "http://$SELF:5051/health"
}

mesos_slave_is_registered() {
  http_get "http://$SELF:5051/metrics/snapshot" | jq -e '."slave/registered" == 1' >/dev/null
}
