# shellcheck shell=bash
# What both kinds of virtual machines are made of; read by run and power-run, which set $self, $here, $vm and $console.

readonly MODULES='java.base,java.logging,java.management,java.sql,jdk.management,jdk.nio.mapmode,jdk.unsupported'

qemu_pid=

say() {
  printf '%s: %s\n' "$self" "$*" >&2
}

fail() {
  say "$*"
  exit 1
}

stop_machine() {
  if [[ -n $qemu_pid ]]; then
    kill -KILL "$qemu_pid" 2>/dev/null || true
    wait "$qemu_pid" 2>/dev/null || true
    qemu_pid=
  fi
}
trap stop_machine EXIT

# --- What the machine is made of. Packages are unpacked below target and never installed. ---

find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/*; do
    if [[ -x $home/bin/jlink ]] && grep -qE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$home/release" 2>/dev/null; then
      echo "$home"
      return
    fi
  done
  fail "there is no JDK 25 or newer with jlink in JAVA_HOME or /usr/lib/jvm: install one, or set JAVA_HOME"
}

unpack_packages() {
  [[ ! -e $vm/root/complete ]] || return 0
  local kernel needed file
  if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    fail "it takes QEMU, busybox and a kernel from Debian's packages, and there is no apt-get here"
  fi
  say "unpacking QEMU, busybox and a kernel"
  rm -rf "$vm/root" && mkdir -p "$vm/root" "$vm/packages"
  kernel=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  [[ -n $kernel ]] || fail "apt knows no linux-image-cloud-amd64: run apt-get update, on Debian for amd64"
  # Only what is not installed; boot code for network cards is not needed.
  needed=$(apt-get -s install --no-install-recommends qemu-system-x86 2>/dev/null | awk '/^Inst/ && $2 != "ipxe-qemu" { print $2 }')
  # shellcheck disable=SC2086
  (cd "$vm/packages" && apt-get -q -q -o APT::Sandbox::User=root download "$kernel" busybox-static $needed)
  for file in "$vm"/packages/*.deb; do
    dpkg-deb -x "$file" "$vm/root"
  done
  : >"$vm/root/complete"
}

# Copies programs with the libraries they are linked with.
copy_programs() {
  local tree=$1 program library
  shift
  for program in "$@"; do
    ldd "$program" 2>/dev/null | grep -oE '/[^ ]+' | sort -u | while read -r library; do
      [[ $library == "$vm"/* || -e $tree$library || ! -e $library ]] || install -D "$library" "$tree$library"
    done
  done
}

# make_ramdisk INIT: the machine's first file system, with that as its first process.
make_ramdisk() {
  local init=$1 tree=$vm/tree version name mkfs
  say "making a Java run-time image and the RAM disk"
  rm -rf "$tree" && mkdir -p "$tree/bin" "$tree/sbin" "$tree/app" "$tree/etc"
  "$jdk/bin/jlink" --add-modules "$MODULES" --strip-debug --no-header-files --no-man-pages --generate-cds-archive --output "$tree/jdk" >"$vm/jlink.log" ||
    fail "jlink failed: $(tail -n 1 "$vm/jlink.log")"
  cp "$here"/target/dormouse-dax-vm.jar "$here"/target/lib/*.jar "$tree/app/"
  cp "$busybox" "$tree/bin/busybox"
  install -m 755 "$init" "$tree/init"
  mkfs=$(PATH=$PATH:/usr/sbin:/sbin command -v mkfs.ext4) || fail "there is no mkfs.ext4: install e2fsprogs"
  cp -L "$mkfs" "$tree/sbin/mkfs.ext4"
  echo 'root:x:0:0:root:/tmp:/bin/sh' >"$tree/etc/passwd"
  copy_programs "$tree" "$mkfs" "$tree/jdk/bin/java" "$tree"/jdk/lib/server/libjvm.so "$tree"/jdk/lib/*.so
  version=$(basename "$vm"/root/lib/modules/*)
  for name in drivers/acpi/nfit drivers/nvdimm drivers/virtio drivers/block; do
    mkdir -p "$tree/lib/modules/$version/kernel/$name"
    cp "$vm/root/lib/modules/$version/kernel/$name"/*.ko "$tree/lib/modules/$version/kernel/$name/"
  done
  "$busybox" depmod -b "$tree" "$version"
  (cd "$tree" && find . | "$busybox" cpio -o -H newc 2>/dev/null) >"$vm/ramdisk"
}

# Everything that is needed before a machine can be started.
prepare_machine() {
  mkdir -p "$vm"
  jdk=$(find_jdk)
  unpack_packages
  qemu=$vm/root/usr/bin/qemu-system-x86_64
  [[ -x $qemu ]] || qemu=$(command -v qemu-system-x86_64) || fail "there is no qemu-system-x86_64"
  busybox=$vm/root/bin/busybox
  [[ -f $here/target/dormouse-dax-vm.jar ]] || fail "it is not built: run mvn -Pdax-vm -DskipTests verify, which builds and starts this"
}

# --- The machine. ---

# run_qemu ARGUMENT...: starts a machine in the background, in $qemu_pid; its console goes to a file. KVM may open and still fail for
# such a kernel; this needs none.
run_qemu() {
  : >"$console"
  LD_LIBRARY_PATH=$vm/root/usr/lib/x86_64-linux-gnu:$vm/root/lib/x86_64-linux-gnu "$qemu" \
    -L "$vm/root/usr/share/qemu" -L "$vm/root/usr/share/seabios" \
    -accel tcg,thread=multi -cpu max -nodefaults -display none -no-reboot -serial "file:$console" \
    -kernel "$vm"/root/boot/vmlinuz-* -initrd "$vm/ramdisk" "$@" </dev/null >"$vm/qemu.log" 2>&1 &
  qemu_pid=$!
}

qemu_version() {
  LD_LIBRARY_PATH=$vm/root/usr/lib/x86_64-linux-gnu:$vm/root/lib/x86_64-linux-gnu "$qemu" --version | head -n 1
}

# What the machine said. A terminal ends a line with CR and LF, so one that the cut left unfinished is not among them.
lines() {
  sed -n 's/\r$//p' "$console"
}

# The last line that begins with @ and a word, without them.
said() {
  lines | sed -n "s/^@$1 \{0,1\}//p" | tail -n 1
}

has_said() {
  [[ -n $(lines | sed -n "/^@$1\( \|\$\)/p" | head -n 1) ]]
}
