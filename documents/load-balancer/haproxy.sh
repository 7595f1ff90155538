# shellcheck shell=bash
# HAProxy, configured by marathon-lb from Marathon's events, or by haproxy-consul from what the bridges write to Consul.

start_haproxy() {
  if [ "$BALANCER" = marathon-lb ]; then
    start_marathon_lb
  else
    start_haproxy_consul
  fi
}

# It knows all masters and goes on to the next one when one is down.
start_marathon_lb() {
  local urls=("${MASTERS[@]/#/http://}")
  echo "$MARATHON_USER:$MARATHON_PASSWORD" | settings haproxy credentials
  echo 'PORTS=9090' | settings haproxy environment
  # It holds back new connections by a firewall rule while HAProxy reloads.
  run_container haproxy "$BALANCER_IMAGE" --cap-add NET_ADMIN "$(mount_settings haproxy)" -- sse --group external \
    --marathon-auth-credential-file /etc/mesoscale/haproxy/credentials --marathon "${urls[@]/%/:8080}"
}

start_haproxy_consul() {
  printf '%s\n' HAPROXY_MODE=marathon CONSUL_CONNECT=127.0.0.1:8500 HAPROXY_DOMAIN=haproxy.service.consul |
    settings haproxy environment
  run_container haproxy "$BALANCER_IMAGE" --
}

# Also run by keepalived every few seconds.
haproxy_answers() {
  if [ "$BALANCER" = marathon-lb ]; then
    http_ok http://127.0.0.1:9090/_haproxy_health_check
  else
    tcp_open 127.0.0.1 80
  fi
}
