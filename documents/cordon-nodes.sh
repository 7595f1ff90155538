# shellcheck shell=bash
# On a master: from now on its Mesos offers the agents at the given addresses to nobody, and all others again. What runs there goes
# on, and what was offered before may still be used until the offer times out.

main() {
  begin
  [ "$CORDONED" = none ] || has_whitelist || fail 'the Mesos master of this node runs without a whitelist: it has to be started again'
  install -d -m 0755 "$WHITELIST_DIR"
  cordoned_addresses >"$WHITELIST_DIR/cordoned.new"
  mv "$WHITELIST_DIR/cordoned.new" "$WHITELIST_DIR/cordoned"
  write_whitelist
  say "$(wc -l <"$WHITELIST_DIR/cordoned") addresses are cordoned"
}

# One that was started by an older version has none, and would offer what is cordoned; it holds back nobody as it is.
has_whitelist() {
  docker inspect mesos-master 2>/dev/null | jq --exit-status '.[0].Config.Env | any(startswith("MESOS_WHITELIST="))' >/dev/null
}

cordoned_addresses() {
  if [ "$CORDONED" != none ]; then tr , '\n' <<<"$CORDONED"; fi
}
