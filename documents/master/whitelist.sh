# shellcheck shell=bash
# Which agents the Mesos master offers to frameworks: those in its whitelist. The file always names every address of the VPC but
# the cordoned ones, so that an agent that comes later need not be told. Mesos reads it again every five seconds, and not in one
# piece, so it is replaced as a whole; the container sees the directory, since a file that is mounted by itself stays the old one.

readonly WHITELIST_DIR="$STATE_DIR/whitelist"

# As the list of cordoned addresses says. A start command and a cordon may do this at the same moment: whoever comes last has
# read what the other one wrote.
write_whitelist() {
  install -d -m 0755 "$WHITELIST_DIR"
  exec 8>"$ROOT/run/mesoscale-whitelist.lock"
  flock 8
  touch "$WHITELIST_DIR/cordoned"
  vpc_addresses >"$WHITELIST_DIR/all.new" || fail 'the instance metadata does not tell the addresses of the VPC'
  # An empty list of cordoned addresses leaves nothing out.
  grep -vxFf "$WHITELIST_DIR/cordoned" "$WHITELIST_DIR/all.new" >"$WHITELIST_DIR/agents.new" ||
    fail 'no agent at all would be left in the whitelist'
  rm -f "$WHITELIST_DIR/all.new"
  mv "$WHITELIST_DIR/agents.new" "$WHITELIST_DIR/agents"
  exec 8>&-
}

# Prints every address of the VPC that this node is in, one per line.
vpc_addresses() {
  local mac blocks block
  mac="$(metadata mac)" || return 1
  blocks="$(metadata "network/interfaces/macs/$mac/vpc-ipv4-cidr-blocks")" || return 1
  for block in $blocks; do addresses_of "$block"; done
}

# addresses_of CIDR: prints all of them.
addresses_of() {
  awk -F '[./]' '{
    size = 2 ^ (32 - $5)
    first = (($1 * 256 + $2) * 256 + $3) * 256 + $4
    first -= first % size
    for (n = first; n < first + size; n++)
      print int(n / 16777216) "." int(n / 65536) % 256 "." int(n / 256) % 256 "." n % 256
  }' <<<"$1"
}
