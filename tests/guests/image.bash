# shellcheck shell=bash
#
# A disk image as clouds have them, for new-guest-qemu.bats: a Debian with a kernel, cloud-init and a boot loader. A
# guest reaches no other machine than the console's, so what install-host asks apt for is in it, too.

# make_image FILE ROOT MIRROR WORK: of a root that debootstrap has made, and of packages as fetch_packages has them.
make_image() {
  local tree=$4/tree disk=$4/disk
  mkdir "$4"
  cp --archive --reflink=auto -- "$2" "$tree"
  # shellcheck disable=SC2016 # for the shell in there
  unshare --mount --propagation private bash -Eeuo pipefail -c '
    cd "$1"
    mount -t proc proc proc
    mount -t tmpfs run run
    cat /etc/resolv.conf >etc/resolv.conf
    apt() { env DEBIAN_FRONTEND=noninteractive chroot . apt-get --yes --quiet --quiet "$@"; }
    apt update
    apt install --no-install-recommends linux-image-amd64 cloud-init cloud-guest-utils dbus grub-pc-bin
    apt clean
  ' - "$tree" >"$4/log" 2>&1 || { tail "$4/log" && return 1; }
  cp -R "$3" "$tree/srv/mirror"
  rm -rf "$tree"/etc/apt/sources.list "$tree"/var/lib/apt/lists/* "$tree"/etc/ssh/ssh_host_*
  echo 'deb [trusted=yes] file:/srv/mirror ./' >"$tree/etc/apt/sources.list.d/mirror.list"
  echo 'apt: { preserve_sources_list: true }' >"$tree/etc/cloud/cloud.cfg.d/mirror.cfg"
  echo 'LABEL=guest / ext4 errors=remount-ro 0 1' >"$tree/etc/fstab"
  : >"$tree/etc/machine-id"
  write_disk "$tree" "$disk" && qemu-img convert -O qcow2 "$disk" "$1"
  rm -r "$4"
}

# write_disk TREE FILE: one partition, before which the boot loader lies, as it is found in the tree.
write_disk() {
  local modules=usr/lib/grub/i386-pc
  cat >"$1/boot/start.cfg" <<'CONFIG'
set root=(hd0,msdos1)
linux /vmlinuz root=LABEL=guest ro console=ttyS0
initrd /initrd.img
boot
CONFIG
  chroot "$1" grub-mkimage --format=i386-pc --output=/boot/core.img --config=/boot/start.cfg --prefix=/boot/grub \
    biosdisk part_msdos ext2 linux
  truncate --size=3G "$2"
  sfdisk --quiet "$2" <<<'2048,,L,*'
  mkfs.ext4 -q -F -L guest -d "$1" -E offset=$((2048 * 512)) "$2" "$(((3 << 20) - 1024))k"
  dd if="$1/$modules/boot.img" of="$2" bs=440 count=1 conv=notrunc status=none
  dd if="$1/boot/core.img" of="$2" bs=512 seek=1 conv=notrunc status=none
}
