#!/bin/bash
# vm.sh: boot a Debian cloud kernel under QEMU, run one command in it as root, and give back its stdout, stderr and
# exit status. Needs no privilege, no KVM and no disk image.
#
#   vm.sh --kernel VERSION [options] -- COMMAND…
#
#   --kernel VERSION     5.10, 6.1, 6.12, 6.18, 7.x … (see kernel.sh), or a path with a / to a vmlinux or bzImage
#   --file HOST[:GUEST]  put a file into the guest (a dynamic ELF brings its shared libraries); repeatable
#   --dir HOST:GUEST     put a directory tree into the guest; repeatable
#   --out DIR            bring back what the command leaves in /out
#   --timeout SECONDS    end the guest after that long (default 180)
#   --cpus N             default 1: see below           --memory MB    default by size of the payload
#   --append ARGS        more kernel arguments          --console FILE  keep the kernel's console
#   --time               say on stderr how long boot and command took
#
# One word of COMMAND is given to `sh -c`; several are an argument vector. The guest is busybox with /proc, /sys,
# tracefs, debugfs, bpffs, cgroup2 and loopback up; stdin is /dev/null.
#
# Exit status: the command's; 124 timeout; 125 the guest failed (its console is shown); 126 wrong usage.
#
# Emulation is single-threaded and has one CPU unless asked: QEMU's multi-threaded TCG executes kernel text that is
# being patched (a kprobe attached under load) wrongly, and the guest oopses. cmpxchg16b is hidden for its doubtful
# flags under TCG. Apart from that the machine is built for a fast boot: q35, PVH entry, no entropy and no certificates.
#
# Environment: TRACELET_CACHE (default ~/.cache/tracelet), TRACELET_QEMU (default qemu-system-x86_64).
set -u -o pipefail
CACHE=${TRACELET_CACHE:-$HOME/.cache/tracelet}
HERE=$(dirname "$(realpath "$0")")

fail() {
	echo "vm.sh: $*" >&2
	exit 125
}
usage() {
	sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" >&2
	exit 126
}

kernel='' out='' timeout=180 cpus=1 memory='' append='' console='' times=''
files=() trees=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	case $1 in --time) times=1 && shift && continue ;; esac
	[ $# -gt 1 ] || usage
	case $1 in
	--kernel) kernel=$2 ;; --out) out=$2 ;; --timeout) timeout=$2 ;; --cpus) cpus=$2 ;;
	--memory) memory=$2 ;; --append) append=$2 ;; --console) console=$2 ;;
	--file) files+=("$2") ;; --dir) trees+=("$2") ;;
	*) usage ;;
	esac
	shift 2
done
[ $# -gt 1 ] && [ -n "$kernel" ] || usage
shift

case $kernel in
*/*) [ -r "$kernel" ] || fail "no kernel $kernel" && image=$kernel config='' ;;
*)
	dir=$("$HERE/kernel.sh" "$kernel") || exit 125
	image=$dir/vmlinux config=$dir/config
	[ -e "$image" ] || image=$dir/vmlinuz
	;;
esac
qemu=${TRACELET_QEMU:-qemu-system-x86_64}
command -v "$qemu" >/dev/null || fail "$qemu is not installed (Debian: qemu-system-x86)"
command -v cpio >/dev/null || fail "cpio is not installed"
busybox=$(command -v busybox) || fail "busybox is not installed (Debian: busybox-static)"
! ldd "$busybox" 2>/dev/null | grep -q '=>' || fail "$busybox is dynamically linked (Debian: install busybox-static)"

work=$(mktemp -d "${TMPDIR:-/tmp}/tracelet-vm.XXXXXX") || fail "no temporary directory"
guest=
trap 'status=$?; [ -z "$guest" ] || kill "$guest" 2>/dev/null; rm -rf "$work"; exit $status' EXIT
trap 'exit 130' INT TERM

# --- the root file system: base + payload + command, three cpio archives one after the other --------------------------
archive() { (cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z | cpio -0 -o -H newc -R 0:0 --quiet) >"$2"; }
# Builds archive $1 in the cache by function $2, unless it is there.
cached_archive() {
	local file=$1
	[ -s "$file" ] && touch "$file" && return
	mkdir -p "$(dirname "$file")" "$work/root"
	"$2" "$work/root" && archive "$work/root" "$file.$$" && mv "$file.$$" "$file" || fail "cannot build $file"
	rm -rf "$work/root"
}
fill_base() {
	local root=$1 applet
	mkdir -p "$root"/{bin,dev,etc,lib64,out,proc,root,run,sbin,sys,tmp,usr/bin,usr/sbin,var/lib,var/log}
	cp -L "$busybox" "$root/bin/busybox"
	for applet in $("$busybox" --list); do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
	ln -s /tmp "$root/var/tmp"
	echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
	echo root:x:0: >"$root/etc/group"
	echo 127.0.0.1 localhost guest >"$root/etc/hosts"
	install -m 755 "$HERE/guest-init" "$root/init"
}
payload=() # "HOST<tab>GUEST" per file, libraries included
add_file() {
	local host=${1%%:*} target=${1#*:} library
	[ -f "$host" ] || fail "no such file: $host"
	[ "$target" != "$1" ] || target=$(realpath -s "$host")
	case $target in */) target+=$(basename "$host") ;; esac
	payload+=("$host	$target")
	[ "$(head -c 4 "$host" | od -An -t x1 | tr -d ' ')" = 7f454c46 ] || return 0
	while read -r library; do payload+=("$library	$library"); done < <(ldd "$host" 2>/dev/null | grep -oE '(^|[[:space:]])/[^ ]+' | tr -d '\t ')
}
fill_payload() {
	local root=$1 entry
	for entry in ${trees[@]+"${trees[@]}"}; do
		mkdir -p "$root/${entry#*:}" && cp -a "${entry%%:*}/." "$root/${entry#*:}/" || return 1
	done
	for entry in ${payload[@]+"${payload[@]}"}; do
		install -D -m "$(stat -Lc %a "${entry%%	*}")" "${entry%%	*}" "$root/${entry#*	}" || return 1
	done
}
payload_key() {
	local entry
	for entry in ${payload[@]+"${payload[@]}"}; do echo "$entry $(stat -Lc '%s %Y %a %i' "${entry%%	*}")"; done
	for entry in ${trees[@]+"${trees[@]}"}; do
		echo "$entry"
		find "${entry%%:*}/" -printf '%P %s %T@ %m %l\n' | LC_ALL=C sort
	done
}

base=$CACHE/initrd/base-$({ stat -Lc '%s %Y' "$busybox" && cat "$HERE/guest-init"; } | sha256sum | head -c 16).cpio
cached_archive "$base" fill_base
for file in ${files[@]+"${files[@]}"}; do add_file "$file"; done
for tree in ${trees[@]+"${trees[@]}"}; do [ -d "${tree%%:*}" ] || fail "no such directory: ${tree%%:*}"; done
more=
if [ ${#files[@]} -gt 0 ] || [ ${#trees[@]} -gt 0 ]; then
	more=$CACHE/initrd/payload-$(payload_key | sha256sum | head -c 16).cpio
	cached_archive "$more" fill_payload
	# Only the eight newest payloads are kept.
	find "$CACHE/initrd" -name 'payload-*.cpio' -printf '%T@ %p\n' | sort -rn | tail -n +9 | cut -d' ' -f2- | xargs -r rm -f
fi
mkdir "$work/top"
if [ $# = 1 ]; then echo "$1"; else printf "%s\n" "exec ${*@Q}"; fi >"$work/top/command"
if [ -n "$config" ] && [ -s "$config" ]; then
	mkdir "$work/top/boot" && cp "$config" "$work/top/boot/config-$(basename "$dir" -cloud-amd64)-cloud-amd64"
fi
archive "$work/top" "$work/top.cpio" && cat "$base" ${more:+"$more"} "$work/top.cpio" >"$work/initrd" || fail "cannot build the initrd"
size=$(($(stat -c %s "$work/initrd") >> 20))
[ -n "$memory" ] || memory=$((size < 80 ? 1024 : 832 + 3 * size))

# --- boot -----------------------------------------------------------------------------------------------------------
mkfifo "$work/stdout" "$work/stderr"
: >"$work/result"
console=${console:-$work/console}
cat "$work/stdout" &
reader1=$!
cat "$work/stderr" >&2 &
reader2=$!
begin=$(date +%s%N)
timeout -k 5 "$timeout" "$qemu" -accel tcg,thread=single -machine q35,usb=off,vmport=off \
	-cpu max,cx16=off,la57=off,smap=off,smep=off,pku=off -smp "$cpus" -m "$memory" \
	-nodefaults -no-user-config -display none -no-reboot \
	-chardev "file,id=c0,path=$console" -device isa-serial,chardev=c0,index=0 \
	-chardev "file,id=c1,path=$work/stdout" -device isa-serial,chardev=c1,index=1 \
	-chardev "file,id=c2,path=$work/stderr" -device isa-serial,chardev=c2,index=2,irq=5 \
	-chardev "file,id=c3,path=$work/result" -device isa-serial,chardev=c3,index=3,irq=7 \
	-kernel "$image" -initrd "$work/initrd" -append "console=ttyS0 quiet panic=-1 nokaslr mitigations=off \
tsc=reliable no_timer_check noirqdebug random.trust_cpu=on \
initcall_blacklist=jent_mod_init,load_system_certificate_list $append" </dev/null >"$work/qemu.log" 2>&1 &
guest=$!
wait "$guest"
qemu_status=$?
guest=
finish=$(date +%s%N)
# QEMU may have died before it opened the pipes: open and close them, so that the readers end.
exec 5<>"$work/stdout" 6<>"$work/stderr"
exec 5>&- 6>&-
wait "$reader1" "$reader2" 2>/dev/null

line=$(head -n 1 "$work/result" | tr -d '\0')
if [ "${line%% *}" != guest ]; then
	if [ "$qemu_status" = 124 ] || [ "$qemu_status" = 137 ]; then
		echo "vm.sh: not done after $timeout s" >&2 && tail -n 15 "$console" | tr -d '\r' >&2
		exit 124
	fi
	cat "$work/qemu.log" >&2
	tail -n 30 "$console" | tr -d '\r' >&2
	fail "the guest ended without a result (QEMU's status $qemu_status)"
fi
read -r _ status booted ended <<<"$line"
if [ -n "$out" ]; then
	mkdir -p "$out"
	tail -c "+$((${#line} + 2))" "$work/result" >"$work/out.tar.gz"
	[ ! -s "$work/out.tar.gz" ] || tar --warning=no-timestamp -xzf "$work/out.tar.gz" -C "$out" || fail "/out came back damaged"
fi
[ -z "$times" ] || echo "vm.sh: $(basename "$(dirname "$image")"), initrd $size MB, memory $memory MB: booted at $booted s, ended at $ended s, QEMU ran $(((finish - begin) / 1000000)) ms" >&2
exit "$status"
