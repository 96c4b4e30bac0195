#!/bin/bash
# kernel.sh: have a Debian cloud kernel ready to boot, and print its directory.
#
#   kernel.sh VERSION             5.10, 6.1, 6.12, 6.18, 7.x, or any prefix of a Debian package version
#   kernel.sh --headers VERSION   its headers (linux-headers-*) as well
#
# The directory holds vmlinux (ELF, booted through its PVH entry: no boot loader, no decompression under emulation) or
# vmlinuz where that has no ELF inside, config, package ("PACKAGE VERSION"), and headers/ if asked for.
# Kept in ${TRACELET_CACHE:-~/.cache/tracelet}/kernels/UNAME. REFRESH=1 looks for newer packages.
set -u -o pipefail
CACHE=${TRACELET_CACHE:-$HOME/.cache/tracelet}
. "$(dirname "$(realpath "$0")")/packages.sh"

# Suites where a version is found, best first.
suites_of() {
	case $1 in
	5.10*) echo bullseye ;;
	6.1 | 6.1.*) echo bookworm ;;
	6.12*) echo trixie ;;
	6.1[89]* | 7.[01]*) echo trixie-backports ;;
	*) echo trixie-backports sid ;;
	esac
}

# "PACKAGE VERSION POOLPATH SHA256" of the newest kernel whose version starts with $1.
find_kernel() {
	local want=${1%.x} suite list
	for suite in $(suites_of "$want"); do
		list=$(package__index "$suite") || continue
		awk -v want="$want" '
			$1 ~ /^linux-(image|binary)-/ && index($2, want) == 1 && substr($2, length(want) + 1, 1) ~ /^[.+~-]?$/' "$list"
	done | sort -k2,2V | tail -n 1
}

# An unsigned little-endian number: file, offset, bytes.
number_at() { od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# The ELF inside a bzImage: the setup header (Documentation/arch/x86/boot.rst) says where the payload is; its last four
# bytes are the unpacked length, which lz4, xz and zstd would take for garbage.
unpack_vmlinux() {
	local image=$1 sectors start length
	sectors=$(number_at "$image" 497 1)
	[ "$sectors" != 0 ] || sectors=4
	start=$(((sectors + 1) * 512 + $(number_at "$image" 584 4)))
	length=$(($(number_at "$image" 588 4) - 4))
	local unpack
	case $(od -An -t x1 -j "$start" -N 4 "$image" | tr -d ' ') in
	02214c18) unpack="lz4 -dcq" ;;
	28b52ffd) unpack="zstd -dcq" ;;
	fd377a58) unpack="xz -dcq --single-stream" ;;
	1f8b*) unpack="gzip -dcq" ;;
	*) return 1 ;;
	esac
	tail -c "+$((start + 1))" "$image" | head -c "$length" | $unpack >"$2" 2>/dev/null
	[ "$(od -An -t x1 -N 4 "$2" | tr -d ' ')" = 7f454c46 ] || {
		rm -f "$2"
		return 1
	}
}

# First path in directory $1 that matches one of the patterns.
first_file() {
	local dir=$1 pattern
	shift
	for pattern; do find "$dir" -type f -path "$pattern"; done | head -n 1
}

fetch_kernel() { # PACKAGE VERSION POOLPATH SHA256 UNAME
	local work image
	echo "kernel.sh: fetching $1 $2" >&2
	work=$(mktemp -d "$CACHE/kernels/.new.XXXXXX") || fail "cannot write $CACHE/kernels"
	package__fetch "$3" "$4" "$work/kernel.deb"
	# /boot/vmlinuz-V until 6.18, /usr/lib/modules/V/vmlinuz in the split packages.
	package__tree "$work/kernel.deb" "$work/tree" '*/vmlinuz*' '*/config*' 2>/dev/null
	image=$(first_file "$work/tree" '*/vmlinuz*')
	[ -n "$image" ] || fail "no kernel in $1"
	if [ -z "$(first_file "$work/tree" '*/config-*' '*/config')" ]; then
		local base=linux-base-$5 line
		line=$(awk -v p="$base" '$1 == p { print $3, $4; exit }' "$CACHE"/index/*)
		if [ -n "$line" ]; then
			# shellcheck disable=SC2086
			package__fetch $line "$work/base.deb"
			package__tree "$work/base.deb" "$work/tree" '*/config*' 2>/dev/null
		fi
	fi
	mkdir "$work/done"
	unpack_vmlinux "$image" "$work/done/vmlinux" || cp "$image" "$work/done/vmlinuz"
	local config
	config=$(first_file "$work/tree" '*/config-*' '*/config')
	[ -z "$config" ] || cp "$config" "$work/done/config"
	echo "$1 $2" >"$work/done/package"
	chmod 755 "$work/done"
	mv "$work/done" "$CACHE/kernels/$5"
	rm -rf "$work"
}

fetch_headers() { # directory of the kernel
	local dir=$1 package version uname list work pool
	read -r package version <"$dir/package"
	uname=$(basename "$dir")
	work=$(mktemp -d "$CACHE/kernels/.new.XXXXXX") || fail "cannot write $CACHE/kernels"
	# The flavour's own package has what its configuration generates, -common the rest.
	for list in "$CACHE"/index/*; do
		awk -v own="linux-headers-$uname" -v all="linux-headers-${uname%-cloud-amd64}-common" \
			'$1 == own || $1 == all { print $1, $3, $4 }' "$list"
	done | sort -u >"$work/list"
	grep -q -- '-common ' "$work/list" || fail "no headers of $package $version"
	while read -r package pool hash; do
		echo "kernel.sh: fetching $package" >&2
		package__fetch "$pool" "$hash" "$work/h.deb"
		package__tree "$work/h.deb" "$work/tree" '*'
		rm -f "$work/h.deb"
	done <"$work/list"
	mv "$work/tree" "$dir/headers"
	rm -rf "$work"
}

headers=
[ "${1-}" = --headers ] && headers=1 && shift
[ $# = 1 ] || {
	sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p}' "$0" >&2
	exit 126
}
mkdir -p "$CACHE/kernels" "$CACHE/choice" || fail "cannot write $CACHE"
exec 9>"$CACHE/lock" && flock 9
choice=$CACHE/choice/$1
if [ -n "${REFRESH-}" ] || [ ! -s "$choice" ] || [ ! -d "$CACHE/kernels/$(cat "$choice")" ]; then
	found=$(find_kernel "$1")
	[ -n "$found" ] || fail "no Debian cloud kernel has a version that starts with '$1'"
	read -r package version pool hash <<<"$found"
	uname=${package#linux-*-}
	# shellcheck disable=SC2015
	[ -d "$CACHE/kernels/$uname" ] || fetch_kernel "$package" "$version" "$pool" "$hash" "$uname"
	echo "$uname" >"$choice"
fi
dir=$CACHE/kernels/$(cat "$choice")
[ -z "$headers" ] || [ -d "$dir/headers" ] || fetch_headers "$dir"
echo "$dir"
