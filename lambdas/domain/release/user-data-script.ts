/**
 * What a node does at its first boot, after the lines that say which node it is. The state of the host is one line in
 * /var/lib/mesoscale/host: `preparing`, `reboot` (kernel parameters take effect after one), `ready`, or `failed: <why>`. Start
 * scripts wait for it, because the SSM agent may be online long before the host is ready.
 */
export const userDataScript = `
# Prefix of every path on the node; only tests set it.
readonly ROOT="\${MESOSCALE_ROOT:-}"
readonly STATE_DIR="$ROOT/var/lib/mesoscale"
readonly HOST_STATE="$STATE_DIR/host"
# The newest line of Docker that the clients inside the agents' images (from API 1.22 on) can still talk to.
readonly DOCKER_VERSION=24.0.9
# The line of containerd that this Docker was released with; the next one is untried.
readonly CONTAINERD_VERSION='1.7.*'
export DEBIAN_FRONTEND=noninteractive

set_host_state() {
  mkdir -p "$STATE_DIR"
  printf '%s\\n' "$1" >"$HOST_STATE.new"
  mv "$HOST_STATE.new" "$HOST_STATE"
}

fail() {
  set_host_state "failed: $1"
  echo "mesoscale: $1" >&2
  systemctl start --no-block mesoscale-online.service || true
  exit 1
}

# try COMMAND...: repeats what needs the network.
try() {
  local attempt
  for attempt in 1 2 3 4 5; do
    "$@" && return 0
    sleep $((attempt * 5))
  done
  return 1
}

packages_of_role() {
  echo ca-certificates curl jq openssl python3 chrony
  case $MESOSCALE_ROLE in
    slave) echo nvme-cli ;;
    load-balancer) echo keepalived ;;
    *) ;;
  esac
}

missing_packages() {
  local package
  for package in $(packages_of_role); do
    dpkg-query --show --showformat '\${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || echo "$package"
  done
}

install_packages() {
  local missing
  command -v apt-get >/dev/null || return 0
  missing="$(missing_packages)"
  [ -z "$missing" ] && return 0
  try apt-get -o DPkg::Lock::Timeout=300 update -q || fail 'the package lists could not be read'
  # shellcheck disable=SC2086 # a list of names
  try apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends $missing ||
    fail "could not install $(echo "$missing" | tr '\\n' ' ')"
}

os_release() {
  sed -n "s/^$1=//p" "$ROOT/etc/os-release" | tr -d '"'
}

install_docker() {
  command -v docker >/dev/null && { systemctl enable --now docker; return 0; }
  command -v apt-get >/dev/null ||
    fail 'the image has neither Docker nor apt-get: use one with Docker 24 or a Debian family image'
  local distribution codename number
  distribution="$(os_release ID)"
  codename="$(os_release VERSION_CODENAME)"
  number="$(os_release VERSION_ID)"
  install -m 0755 -d "$ROOT/etc/apt/keyrings" "$ROOT/etc/apt/sources.list.d"
  try curl --silent --show-error --fail --location --max-time 60 --output "$ROOT/etc/apt/keyrings/docker.asc" \\
    "https://download.docker.com/linux/$distribution/gpg" || fail "the key of Docker's packages could not be fetched"
  echo "deb [arch=$(dpkg --print-architecture) signed-by=/etc/apt/keyrings/docker.asc]" \\
    "https://download.docker.com/linux/$distribution $codename stable" >"$ROOT/etc/apt/sources.list.d/docker.list"
  try apt-get -o DPkg::Lock::Timeout=300 update -q || fail "Docker's package list could not be read"
  local version="5:$DOCKER_VERSION-1~$distribution.$number~$codename"
  try apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends --allow-downgrades \\
    "docker-ce=$version" "docker-ce-cli=$version" "containerd.io=$CONTAINERD_VERSION" ||
    fail "Docker $DOCKER_VERSION could not be installed"
  apt-mark hold docker-ce docker-ce-cli containerd.io
  systemctl enable --now docker
}

# Amazon's clock is at the same address in every VPC.
sync_time() {
  [ -d "$ROOT/etc/chrony/sources.d" ] || return 0
  echo 'server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4' >"$ROOT/etc/chrony/sources.d/amazon.sources"
  systemctl restart chrony || true
}

start_ssm_agent() {
  local unit
  for unit in amazon-ssm-agent snap.amazon-ssm-agent.amazon-ssm-agent; do
    systemctl enable --now "$unit.service" 2>/dev/null && return 0
  done
  try snap install amazon-ssm-agent --classic || fail 'the SSM agent could not be installed'
}

stop_ssm_agent() {
  systemctl stop amazon-ssm-agent.service snap.amazon-ssm-agent.amazon-ssm-agent.service 2>/dev/null || true
}

# Says that the node is online, at every boot, and that the parameters given before a reboot are in effect now.
install_online_service() {
  mkdir -p "$ROOT/usr/local/lib/mesoscale" "$ROOT/etc/systemd/system"
  {
    printf '#!/bin/bash\\n'
    declare -p MESOSCALE_CLUSTER_ID MESOSCALE_ROLE MESOSCALE_REGION MESOSCALE_SIGNALS_QUEUE_URL
    declare -f sign_request metadata role_credentials aws_request send_signal
    printf 'if grep -qx reboot %s; then echo ready >%s; fi\\n' "$HOST_STATE" "$HOST_STATE"
    # shellcheck disable=SC2016 # for the script that is written
    printf 'for attempt in 1 2 3 4 5 6; do send_signal node-online && exit 0; sleep $((attempt * 5)); done; exit 1\\n'
  } >"$ROOT/usr/local/lib/mesoscale/say-online"
  chmod 0700 "$ROOT/usr/local/lib/mesoscale/say-online"
  printf '%s\\n' '[Unit]' 'Description=Tells the control plane that this node is online' \\
    'Wants=network-online.target' 'After=network-online.target' '[Service]' 'Type=oneshot' \\
    'ExecStart=/usr/local/lib/mesoscale/say-online' '[Install]' 'WantedBy=multi-user.target' \\
    >"$ROOT/etc/systemd/system/mesoscale-online.service"
  systemctl daemon-reload
  systemctl enable mesoscale-online.service
}

# The Mesos agent cannot read the unified cgroup hierarchy, which has been the default since Ubuntu 22.04.
needs_legacy_cgroups() {
  [ "$MESOSCALE_ROLE" = slave ] && { [ "$(stat -fc %T "$ROOT/sys/fs/cgroup")" != tmpfs ] || [ -d "$ROOT/sys/fs/cgroup/unified" ]; }
}

# Once only: where the parameters do not help, the start script says so.
ask_for_legacy_cgroups() {
  [ -d "$ROOT/etc/default/grub.d" ] && [ ! -e "$STATE_DIR/rebooted" ] || return 1
  # shellcheck disable=SC2016 # for GRUB's own shell
  echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX systemd.unified_cgroup_hierarchy=0' \\
    'systemd.legacy_systemd_cgroup_controller=1"' >"$ROOT/etc/default/grub.d/99-mesoscale.cfg"
  update-grub && touch "$STATE_DIR/rebooted"
}

# A start script that waits already holds the lock: then it reboots the node, in the way that makes SSM run it again.
reboot_now() {
  set_host_state reboot
  exec 9>"$ROOT/run/mesoscale-start.lock"
  flock --nonblock 9 || exit 0
  stop_ssm_agent
  systemctl reboot
  exit 0
}

prepare_host() {
  set_host_state preparing
  install_packages
  sync_time
  install_online_service
  install_docker || fail 'Docker could not be started'
  start_ssm_agent
  if needs_legacy_cgroups && ask_for_legacy_cgroups; then reboot_now; fi
  set_host_state ready
  systemctl start mesoscale-online.service || true
}

prepare_host
`;
