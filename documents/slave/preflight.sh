# shellcheck shell=bash
# What the Mesos agent needs of the host and would only tell in its log.

check_host() {
  local hierarchy="$ROOT/sys/fs/cgroup" controller
  if [ "$(stat --file-system --format=%T "$hierarchy")" != tmpfs ]; then
    fail "the host uses cgroup v2, which the Mesos agent cannot read: use an image like Ubuntu 22.04, booted with \
systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1"
  fi
  for controller in cpu memory freezer; do
    [ -d "$hierarchy/$controller" ] || fail "the host has no cgroup controller $controller, which the Mesos agent needs"
  done
  if [ "$CGROUPS" = legacy ] && [ -d "$hierarchy/unified" ]; then
    fail "the host mixes cgroup v1 and v2, which the Mesos agent of $RELEASE cannot read: boot it with \
systemd.legacy_systemd_cgroup_controller=1"
  fi
  check_docker_api
  check_gpu
}

# The image's Docker client must not be older than what the host's Docker still talks to.
check_docker_api() {
  local oldest
  oldest="$(docker version | sed -n 's/.*minimum version 1[.]\([0-9]*\).*/\1/p')"
  if [ "${oldest:-0}" -gt "${AGENT_DOCKER_API#1.}" ]; then
    fail "Docker on the host refuses clients below API 1.$oldest, but the Mesos agent of $RELEASE has $AGENT_DOCKER_API: \
use Docker 24"
  fi
}

# Sets GPU: whether this node has GPUs to offer. Groups without GPUs may be part of a cluster with them.
check_gpu() {
  GPU=false
  if [ "$ENABLE_GPU" = true ] && grep -qsx 0x10de "$ROOT"/sys/bus/pci/devices/*/vendor; then
    [ -e "$ROOT/dev/nvidiactl" ] || fail 'the node has an NVIDIA GPU but no driver: use an image with driver and container toolkit'
    GPU=true
  fi
  readonly GPU
}
