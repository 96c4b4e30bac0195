#!/bin/bash
# reference.sh: bpftrace itself, to compare with: the newest of Debian's, unpacked beside the system and run by chroot.
#
#   reference.sh --root            print the tree's directory (made on first use: 300 MB of packages)
#   reference.sh bpftrace ARGS…    run a command of the tree, with this machine's /proc, /sys and /dev
#
# The tree has a shell (busybox), so that system() works, and in place of llvm-objdump a script that keeps what
# `bpftrace -d dis` pipes into it at /tmp/reference.o: the object that bpftrace generated.
# Environment: TRACELET_CACHE (default ~/.cache/tracelet); REFERENCE_SUITE (default sid).
set -eu -o pipefail
CACHE=${TRACELET_CACHE:-$HOME/.cache/tracelet}
HERE=$(dirname "$(realpath "$0")")
suite=${REFERENCE_SUITE:-sid}
tree=$CACHE/reference/$suite
# shellcheck source=packages.sh
. "$HERE/packages.sh"

unpack() {
	local state=$tree.apt new=$tree.new archive deb key=/usr/share/keyrings/debian-archive-keyring.gpg directory
	[ "$(id -u)" = 0 ] || fail "unpacking the reference needs root"
	archive=$(package__archive)
	rm -rf "$state" "$new"
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$new"/usr/{bin,sbin,lib,lib64} "$new"/{proc,sys,dev,tmp}
	: >"$state/status"
	echo "deb [arch=amd64 signed-by=$key] $archive $suite main" >"$state/sources.list"
	mapfile -t options < <(package__apt_options "$state")
	apt-get -q "${options[@]}" update >"$state/log" 2>&1 || fail "cannot read suite $suite: $(tail -n 1 "$state/log")"
	apt-get -q "${options[@]}" -o APT::Install-Recommends=0 install -y --download-only bpftrace >>"$state/log" 2>&1 ||
		fail "cannot fetch bpftrace of $suite: $(tail -n 1 "$state/log")"
	for directory in bin sbin lib lib64; do ln -s "usr/$directory" "$new/$directory"; done
	for deb in "$state"/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$new"
	done
	install -m 755 "$(command -v busybox)" "$new/usr/bin/busybox"
	for name in sh cat cp echo ls; do ln -sf busybox "$new/usr/bin/$name"; done
	printf '#!/bin/sh\ncat >/tmp/reference.o\n' >"$new/usr/bin/llvm-objdump"
	chmod 755 "$new/usr/bin/llvm-objdump"
	ldconfig -r "$new" 2>/dev/null || true
	rm -rf "$tree" "$state"
	mv "$new" "$tree"
}

mkdir -p "$CACHE/reference"
exec 9>"$CACHE/reference/lock"
flock 9
[ -x "$tree/usr/bin/bpftrace" ] || unpack
# users have names
[ -s "$tree/etc/passwd" ] || { mkdir -p "$tree/etc" && echo 'root:x:0:0:root:/root:/bin/sh' >"$tree/etc/passwd"; }
exec 9>&-
if [ "${1-}" = --root ]; then
	echo "$tree"
	exit
fi
[ $# -gt 0 ] || fail "usage: reference.sh --root | reference.sh COMMAND…"
# A mount namespace of its own keeps the tree plain files, so that it can be copied into a guest.
exec unshare --mount --propagation private sh -c '
	tree=$1; shift
	for d in proc sys dev; do mount --rbind "/$d" "$tree/$d" || exit 1; done
	# it reads tracefs even to compile; where the system has not mounted it, it is mounted for this run alone
	[ -e "$tree/sys/kernel/tracing/events" ] || mount -t tracefs none "$tree/sys/kernel/tracing" 2>/dev/null
	exec chroot "$tree" "$@"' reference "$tree" "$@"
