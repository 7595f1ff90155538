/** The commands of a sandboxed node. Each writes its call to /calls: name and arguments, separated and ended by control characters. */
const note = `call="\${0##*/}"; for argument in "$@"; do call+=$'\\002'"$argument"; done
printf '%s\\001\\n' "$call" >>"$MESOSCALE_ROOT/calls"
`;
const fake = (body = '') => `#!/bin/bash\n${note}${body}\n`;

export const fakeCommands: Readonly<Record<string, string>> = {
  // Answers by the first rule in /http whose first column is part of the URL, which may come from its configuration.
  curl: fake(`
url=''; config=''
for argument in "$@"; do case "$argument" in http*) url="$argument" ;; -) config="$(cat)" ;; esac; done
if [ -z "$url" ]; then url="$(sed -n 's/^url = "\\(.*\\)"$/\\1/p' <<<"$config" | head -n 1)"; fi
printf '%s\\t%s\\001\\n' "$url" "$config" >>"$MESOSCALE_ROOT/requests"
while IFS=$'\\t' read -r part body; do
  case "$url" in *"$part"*) printf '%s' "$body"; exit 0 ;; esac
done <"$MESOSCALE_ROOT/http"
exit 22`),
  // Only the signer runs in it.
  python3: fake(`printf 'url = "%s"\\nheader = "x-amz-target: %s"\\ndata-raw = %s\\n' "$5" "$7" "$(tail -n +2)"`),
  docker: fake(`
mkdir -p "$MESOSCALE_ROOT/docker"
if [ -e "$MESOSCALE_ROOT/docker/dead" ]; then echo 'Cannot connect to the Docker daemon' >&2; exit 1; fi
container="$MESOSCALE_ROOT/docker/\${2}.json"
case "$1 \${2:-}" in
  version*) echo ' API version: 1.43 (minimum version '"\${FAKE_DOCKER_API:-1.12}"')' ;;
  'image inspect') [ -e "$MESOSCALE_ROOT/docker/pulled" ] && echo '[{"Config":{"Entrypoint":["/entry","point"]}}]' ;;
  pull*) [ -z "\${FAKE_PULL_FAILS:-}" ] && touch "$MESOSCALE_ROOT/docker/pulled" ;;
  'run --rm') touch "\${6%%:*}/keystore.new" ;;
  run*) [ -s "$MESOSCALE_ROOT/docker/$4.json" ] && exit 125
    printf '[{"State":{"Running":true,"Restarting":false,"Status":"running","ExitCode":0},"RestartCount":7,"Config":{"Labels":{"%s":"%s"},"Env":["%s"]}}]' \\
      "\${6%%=*}" "\${6#*=}" "$(grep -h MESOS_WHITELIST "$MESOSCALE_ROOT/etc/mesoscale/$4/environment" 2>/dev/null)" >"$MESOSCALE_ROOT/docker/$4.json" ;;
  inspect*) cat "$container" ;;
  'rm --force') rm -f "$MESOSCALE_ROOT/docker/$3.json" ;;
  'kill --signal=USR1') [ -z "\${FAKE_DOCKER_DIES:-}" ] || touch "$MESOSCALE_ROOT/docker/dead"
    [ -n "\${FAKE_AGENT_STAYS:-}" ] || sed -i 's/"Running":true/"Running":false/' "$MESOSCALE_ROOT/docker/$3.json" ;;
  'login '*) cat >>"$MESOSCALE_ROOT/docker/logins" ;;
esac`),
  // ZooKeeper's four-letter words and plain connections go through it.
  timeout: fake(
    `case "$*" in *srvr) printf 'Zookeeper version: 3.4.14\\nMode: %s\\n' "\${FAKE_ZOOKEEPER_MODE:-follower}" ;; esac`,
  ),
  sleep: fake(),
  chown: fake(),
  systemctl: fake(`case "$1" in is-active) exit 3 ;; esac`),
  sysctl: fake(),
  keepalived: fake(),
  ip: fake(`echo 'default via 10.0.0.1 dev ens5 proto dhcp src 10.0.0.40 metric 100'`),
  stat: fake(`echo "\${FAKE_CGROUPS:-tmpfs}"`),
  openssl: fake(`
case "$1" in rand) echo random-keystore-password ;; esac
while [ $# -gt 0 ]; do case "$1" in -out | -keyout) touch "$2" ;; esac; shift; done`),
  findmnt: fake('echo /dev/nvme0n1p1'),
  lsblk: fake(`case "$*" in
  *PKNAME*) echo nvme0n1 ;;
  *NAME,TYPE*) printf '%s\\n' '/dev/nvme0n1 disk' '/dev/nvme1n1 disk' '/dev/nvme2n1 disk' '/dev/nvme3n1 disk' '/dev/loop0 loop' ;;
  *nvme3n1) echo 'Amazon EC2 NVMe Instance Storage' ;;
  *) echo 'Amazon Elastic Block Store' ;;
esac`),
  // The kernel found the second volume first.
  nvme: fake(
    `head -c 3072 /dev/zero; case "$2" in *1n1) printf '/dev/sdg' ;; *) printf '/dev/sdf' ;; esac; head -c 1016 /dev/zero`,
  ),
  blkid: fake(`case "$*" in
  --probe*1n1) [ -z "\${FAKE_BLANK_DISKS:-}" ] && echo TYPE=xfs || exit 2 ;;
  --probe*) exit 2 ;;
  *) echo "uuid-of-\${5##*/}" ;;
esac`),
  'mkfs.ext4': fake(),
  mountpoint: fake('exit 1'),
  mount: fake(),
  // Of the host's preparation.
  'apt-get': fake(`[ -z "\${FAKE_APT_FAILS:-}" ]`),
  'apt-mark': fake(),
  'dpkg-query': fake(`case "$*" in *jq | *curl) echo 'install ok installed' ;; *) exit 1 ;; esac`),
  dpkg: fake('echo amd64'),
  'update-grub': fake(),
  snap: fake(),
};
