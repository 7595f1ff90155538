# shellcheck shell=bash
# A service on every master that wakes the control plane when Marathon or Chronos has work that waits. Nothing depends on it: the
# control plane looks by itself each minute; this makes it a few seconds. Only the master whose Marathon leads says anything.

# Writes the service's script, with the functions it needs, and has it run; one that runs just so is left alone.
start_demand_watch() {
  local directory="$ROOT/usr/local/lib/mesoscale" unit='mesoscale-watch-demand.service'
  install -d -m 0755 "$directory" "$ROOT/etc/systemd/system"
  {
    printf '#!/bin/bash\n'
    declare -p SELF CONFIG_DIR ENABLE_CHRONOS CHRONOS_API MESOSCALE_CLUSTER_ID MESOSCALE_REGION MESOSCALE_SIGNALS_QUEUE_URL
    declare -f http_get quote_for_curl marathon_get chronos_get sign_request metadata role_credentials aws_request \
      send_signal read_accounts leads_marathon work_waits look_for_demand watch_demand
    echo watch_demand
  } >"$directory/watch-demand.new"
  chmod 0700 "$directory/watch-demand.new"
  printf '%s\n' '[Unit]' 'Description=Tells the control plane that work waits for room' 'After=docker.service' \
    '[Service]' 'ExecStart=/usr/local/lib/mesoscale/watch-demand' 'Restart=always' 'RestartSec=10' \
    '[Install]' 'WantedBy=multi-user.target' >"$ROOT/etc/systemd/system/$unit"
  if cmp -s "$directory/watch-demand.new" "$directory/watch-demand" && systemctl is-active --quiet "$unit"; then
    rm -f "$directory/watch-demand.new"
    return
  fi
  mv "$directory/watch-demand.new" "$directory/watch-demand"
  systemctl daemon-reload
  systemctl enable "$unit"
  systemctl restart "$unit"
}

watch_demand() {
  read_accounts
  WAITED=0 TOLD_AT=-60
  while true; do
    look_for_demand
    sleep 5
  done
}

# From the settings of the containers, so that passwords are in one place.
read_accounts() {
  local account
  account="$(sed -n 's/^MESOSPHERE_HTTP_CREDENTIALS=//p' "$CONFIG_DIR/marathon/environment")"
  MARATHON_USER="${account%%:*}" MARATHON_PASSWORD="${account#*:}"
  if [ "$ENABLE_CHRONOS" != true ]; then return; fi
  account="$(sed -n 's/^MESOSPHERE_HTTP_CREDENTIALS=//p' "$CONFIG_DIR/chronos/environment")"
  CHRONOS_USER="${account%%:*}" CHRONOS_PASSWORD="${account#*:}"
}

# What waits at two looks in a row is no mere moment between two offers. It is told once, until nothing has waited for a look, and
# at most once a minute.
look_for_demand() {
  if ! { leads_marathon && work_waits; }; then
    WAITED=0
    return
  fi
  WAITED=$((WAITED + 1))
  if [ "$WAITED" -ne 2 ]; then return; fi
  if [ $((SECONDS - TOLD_AT)) -ge 60 ] && send_signal load-changed; then
    TOLD_AT=$SECONDS
  else
    WAITED=1
  fi
}

leads_marathon() {
  [ "$(marathon_get /v2/leader | jq --raw-output '.leader | split(":")[0]')" = "$SELF" ]
}

# Work that failed is tried again later, and waits for that and not for room.
work_waits() {
  if marathon_get /v2/queue | jq -e 'any(.queue[]; .count > 0 and .delay.overdue)' >/dev/null; then return; fi
  [ "$ENABLE_CHRONOS" = true ] && chronos_get "$CHRONOS_API/graph/csv" | grep -q ',queued$'
}
