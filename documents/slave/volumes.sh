# shellcheck shell=bash
# Extra volumes. VOLUMES lists them in the order of the block device mappings, that is, of the device names /dev/sdf, /dev/sdg, …
# under which they were attached; the kernel may well find them in another order.

mount_volumes() {
  if [ "$VOLUMES" = none ]; then return; fi
  local wanted volume index=0 disks
  IFS=, read -r -a wanted <<<"$VOLUMES"
  require "${#wanted[@]} volumes are attached" 120 has_extra_disks "${#wanted[@]}"
  mapfile -t disks < <(extra_disks)
  for volume in "${wanted[@]}"; do
    mount_volume "${disks[index]}" "${volume%%:*}" "${volume#*:}"
    index=$((index + 1))
  done
}

has_extra_disks() {
  [ "$(extra_disks | wc -l)" -ge "$1" ]
}

# Prints the disks that are neither the root disk nor the instance's own, in the order of their device names.
extra_disks() {
  local root_disk disk model
  root_disk="$(lsblk --noheadings --output PKNAME "$(findmnt --noheadings --output SOURCE /)" | head -n 1)"
  lsblk --nodeps --noheadings --paths --output NAME,TYPE | awk '$2 == "disk" { print $1 }' | while read -r disk; do
    model="$(lsblk --nodeps --noheadings --output MODEL "$disk")"
    if [ "$disk" = "/dev/$root_disk" ] || [[ "$model" == *'Instance Storage'* ]]; then continue; fi
    echo "$(attached_name "$disk") $disk"
  done | sort | cut -d' ' -f2
}

# The name a disk was attached under, without /dev/. On Nitro it is in the disk's answer to "identify", from byte 3072 on.
attached_name() {
  local name
  case "$1" in
    /dev/nvme*) name="$(nvme id-ctrl "$1" --raw-binary | tail -c +3073 | head -c 32 | tr -d ' \0')" ;;
    /dev/xvd*) name="sd${1#/dev/xvd}" ;;
    *) name="$1" ;;
  esac
  echo "${name#/dev/}"
}

# mount_volume DISK NAME LOCATION: makes a file system if there is none at all, and mounts it now and at every boot.
mount_volume() {
  local disk="$1" location="$3" content uuid
  check_location "$2" "$location"
  install -d -m 0755 "$ROOT$location"
  if mountpoint --quiet "$ROOT$location"; then return; fi
  # Status 2 means that there is nothing; anything else that is not success must not lead to formatting.
  content="$(blkid --probe --output export "$disk")" || [ $? -eq 2 ] || fail "volume $2 ($disk) could not be read"
  case "$content" in
    '') mkfs.ext4 -q "$disk" ;;
    *PTTYPE=*) fail "volume $2 has a partition table: its snapshot must hold a file system alone" ;;
    *) ;;
  esac
  uuid="$(blkid --match-tag UUID --output value "$disk")"
  if ! grep -qs "^UUID=$uuid " "$ROOT/etc/fstab"; then
    echo "UUID=$uuid $location auto defaults,nofail 0 2" >>"$ROOT/etc/fstab"
  fi
  mount "$disk" "$ROOT$location"
  say "volume $2 is mounted at $location"
}

# A volume must not hide what the node runs on.
check_location() {
  case "$2/" in
    */../* | */./* | *//*) fail "volume $1: location $2 is not a plain path" ;;
    / | /bin/* | /boot/* | /dev/* | /etc/* | /lib*/* | /proc/* | /root/* | /run/* | /sbin/* | /sys/* | /usr/*)
      fail "volume $1: location $2 belongs to the system; use one such as /mnt/$1"
      ;;
    /var/ | /var/lib/ | /var/lib/docker/* | /var/lib/mesoscale/*) fail "volume $1: location $2 is in use by the node itself" ;;
    *) ;;
  esac
}
