# shellcheck shell=bash
# What a node asks its own and its peers' software. Each check is one try and is silent about "not yet".

# http_get URL [USER PASSWORD]: prints the body; fails unless the answer is 2xx.
http_get() {
  local options=''
  if [ $# -gt 1 ]; then options="user = \"$(quote_for_curl "$2:$3")\""; fi
  printf '%s\n' "$options" | curl --silent --fail --max-time 10 --config - "$1"
}

quote_for_curl() {
  local text="${1//\\/\\\\}"
  printf '%s' "${text//\"/\\\"}"
}

http_ok() {
  http_get "$@" >/dev/null
}

tcp_open() {
  # shellcheck disable=SC2016 # for the inner shell
  timeout 5 bash -c 'exec 5<>"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null
}

# zookeeper_says HOST WORD: ZooKeeper's answer to a four-letter word.
zookeeper_says() {
  # shellcheck disable=SC2016 # for the inner shell
  timeout 5 bash -c 'exec 5<>"/dev/tcp/$0/2181"; printf %s "$1" >&5; cat <&5' "$1" "$2" 2>/dev/null
}

# leading_master: prints the address of the one master that says it is elected; fails if none or several do.
leading_master() {
  local master leader=''
  for master in "${MASTERS[@]}"; do
    if http_get "http://$master:5050/metrics/snapshot" "$MESOS_USER" "$MESOS_PASSWORD" |
      jq -e '."master/elected" == 1' >/dev/null; then
      if [ -n "$leader" ]; then return 1; fi
      leader="$master"
    fi
  done
  [ -n "$leader" ] && echo "$leader"
}
